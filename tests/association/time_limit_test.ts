import { assertEquals } from "@std/assert";
import { timeLimit } from "../../lib/association/time_limit.ts";

/** Resolves when the limit strikes. */
function struck(limit: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => limit?.addEventListener("abort", () => resolve(true), { once: true }));
}

Deno.test("a time limit longer than a timer can count does not strike at once", async () => {
  for (const seconds of [2_147_484, 3_000_000, 2 ** 31, Infinity]) {
    const limit = timeLimit(seconds);
    await struck(timeLimit(0.02));
    assertEquals(limit?.aborted, false, `${seconds} s`);
  }
});

Deno.test("no time limit is none, and a short one strikes", async () => {
  assertEquals(timeLimit(undefined), undefined);
  assertEquals(await struck(timeLimit(0.001)), true);
});
