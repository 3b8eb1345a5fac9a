import { assertEquals } from "@std/assert";
import { Patience } from "../../lib/transfer/patience.ts";

Deno.test("only a peer whose last answer came at once is asked again and again", () => {
  const patience = new Patience();
  const first = patience.milliseconds;
  assertEquals(first > 0, true, "nobody knows the peer yet");
  patience.note(20);
  assertEquals(patience.milliseconds, 0);
  patience.note(0.1);
  assertEquals(patience.milliseconds, first);
});
