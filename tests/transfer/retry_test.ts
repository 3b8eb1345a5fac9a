import { assertEquals } from "@std/assert";
import { backoffMs } from "../../lib/transfer/retry.ts";

const limits = { retries: 9, retryDelaySeconds: 1 };

Deno.test("backoffMs() doubles up to a minute", () => {
  const waits = Array.from({ length: 9 }, (_, failures) => backoffMs(limits, failures, () => 0));
  assertEquals(waits, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
});

Deno.test("backoffMs() takes up to a quarter off", () => {
  assertEquals(backoffMs(limits, 3, () => 1), 6000);
  assertEquals(backoffMs({ retries: 1, retryDelaySeconds: 0 }, 5, () => 0.5), 0);
});
