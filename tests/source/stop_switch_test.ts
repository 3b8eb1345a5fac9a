import { assertEquals, assertRejects } from "@std/assert";
import { StopSwitch } from "../../lib/source/stop_switch.ts";

Deno.test("a wait gives what it waited for, or its fault, until it is stopped", async () => {
  const stop = new StopSwitch();
  assertEquals(await stop.until(Promise.resolve(7)), 7);
  await assertRejects(() => stop.until(Promise.reject(new Error("no"))), Error, "no");
  const waits = [stop.until(new Promise<number>(() => {})), stop.until(new Promise<number>(() => {}))];
  assertEquals(stop.stopped, false);
  stop.stop();
  assertEquals([stop.stopped, ...await Promise.all(waits)], [true, undefined, undefined]);
});

Deno.test("once stopped nothing is waited for, and what fails then is nobody's concern", async () => {
  const stop = new StopSwitch();
  let fail = () => {};
  const late = stop.until(new Promise((_, reject) => fail = () => reject(new Error("too late"))));
  stop.stop();
  assertEquals(await stop.until(new Promise<number>(() => {})), undefined);
  fail();
  assertEquals(await late, undefined);
});
