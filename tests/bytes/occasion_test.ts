import { assertEquals, assertRejects } from "@std/assert";
import { Occasion } from "../../lib/bytes/occasion.ts";

const never = new Promise<string>(() => {});

Deno.test("a promise is waited for until the occasion comes", async () => {
  const occasion = new Occasion();
  assertEquals(await occasion.before(Promise.resolve("value")), "value");
  await assertRejects(() => occasion.before(Promise.reject(new Error("no"))), Error, "no");
  const waiting = occasion.before(never);
  occasion.come();
  assertEquals(await waiting, undefined);
  assertEquals(await occasion.before(never), undefined, "it has come already");
});

Deno.test("what fails after the occasion came is nobody's concern", async () => {
  const occasion = new Occasion();
  let fail = () => {};
  const late = occasion.before(new Promise((_, reject) => fail = () => reject(new Error("too late"))));
  assertEquals(occasion.hasCome, false);
  occasion.come();
  fail();
  assertEquals([occasion.hasCome, await late], [true, undefined]);
});

Deno.test("who does not listen any more is not told", () => {
  const occasion = new Occasion();
  const told: string[] = [];
  const ignore = occasion.listen(() => told.push("ignored"));
  occasion.listen(() => told.push("listening"));
  ignore();
  occasion.come();
  occasion.come();
  occasion.listen(() => told.push("late"));
  assertEquals(told, ["listening", "late"]);
});

Deno.test("one of several occasions is enough", async () => {
  const [first, second] = [new Occasion(), new Occasion()];
  const either = Occasion.either(first, second).before(never);
  second.come();
  assertEquals(await either, undefined);
});

Deno.test("what was waited for is not kept as long as the occasion lasts", async () => {
  const occasion = new Occasion();
  let finalized = 0;
  const registry = new FinalizationRegistry(() => finalized++);
  for (let round = 0; round < 200; round++) {
    const large = new Uint8Array(1 << 20);
    registry.register(large, round);
    await occasion.before(Promise.resolve(large));
  }
  // Garbage is collected some time, and not all at once: new memory is asked for until some of it has been. Kept, none
  // of it would ever be.
  for (let round = 0; round < 2000 && finalized === 0; round++) {
    new Uint8Array(1 << 20).fill(1);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(finalized > 0, true, `${finalized} of 200`);
});
