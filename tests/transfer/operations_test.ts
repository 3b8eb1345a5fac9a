import { assertEquals, assertRejects } from "@std/assert";
import { Operations } from "../../lib/transfer/operations.ts";

/** True when the promise is settled by now, with everything that follows from it. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  await new Promise((resolve) => setTimeout(resolve));
  return settled;
}

for (const window of [1, 2, 16]) {
  Deno.test(`there is room for ${window} operations at a time, whichever ends first`, async () => {
    const operations = new Operations(window);
    const ends = Array.from({ length: window }, () => Promise.withResolvers<void>());
    for (const [index, { promise }] of ends.entries()) {
      operations.add(promise);
      assertEquals(await isSettled(operations.room()), index < window - 1);
    }
    const room = operations.room();
    ends.at(-1)?.resolve();
    await room;
    for (const { resolve } of ends) resolve();
    await operations.end();
  });
}

Deno.test("the end is the end of all operations", async () => {
  const operations = new Operations(2);
  await operations.end();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  operations.add(first.promise);
  operations.add(second.promise);
  const end = operations.end();
  second.resolve();
  assertEquals(await isSettled(end), false);
  first.resolve();
  await end;
});

Deno.test("an operation that fails ends every wait", async () => {
  const operations = new Operations(1);
  const failing = Promise.withResolvers<void>();
  operations.add(failing.promise);
  const room = operations.room();
  failing.reject(new Error("disk full"));
  await assertRejects(() => room, Error, "disk full");
  await assertRejects(() => operations.end(), Error, "disk full");
});
