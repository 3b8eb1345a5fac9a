import { assertEquals, assertStrictEquals } from "@std/assert";
import { SpareBuffers } from "../../lib/bytes/spare_buffers.ts";

Deno.test("a buffer that was given back is the next one taken; no more are kept than said, and none that is too short", () => {
  const buffers = new SpareBuffers(8, 2);
  const [first, second, third] = [buffers.take(), buffers.take(), buffers.take()];
  assertEquals(first, new Uint8Array(8));
  const grown = new Uint8Array(16);
  for (const buffer of [new Uint8Array(7), first, grown, second, third]) buffers.give(buffer);
  assertStrictEquals(buffers.take(), grown);
  assertStrictEquals(buffers.take(), first);
  assertEquals([second, third].includes(buffers.take()), false);
});
