import { assert, assertEquals, assertThrows } from "@std/assert";
import { type SeekableBytes, seekableMemory } from "../../lib/bytes/seekable.ts";
import { ByteWindow } from "../../lib/bytes/window.ts";
import { Fault } from "../../lib/errors.ts";
import { pattern } from "../peers/made_up_files.ts";

/** Bytes that count how often and how much is read. */
function counted(bytes: Uint8Array): SeekableBytes & { reads: number; readBytes: number } {
  const memory = seekableMemory(bytes);
  return {
    reads: 0,
    readBytes: 0,
    lengthBytes: memory.lengthBytes,
    close: memory.close,
    readAt(offset, into) {
      this.reads++;
      this.readBytes += into.length;
      return memory.readAt(offset, into);
    },
  };
}

Deno.test("a window covers what is asked for, and less only at the end", () => {
  const bytes = pattern(1000);
  const window = new ByteWindow(256, 64);
  window.open(seekableMemory(bytes), "a");
  for (const [offset, need] of [[0, 10], [60, 10], [500, 100], [990, 50], [1000, 1], [0, 256]] as const) {
    window.cover(offset, need);
    const from = offset - window.offset;
    const covered = Math.min(need, bytes.length - offset);
    assert(from >= 0 && window.lengthBytes - from >= covered, `${offset}, ${need}`);
    for (let at = 0; at < covered; at++) assertEquals(window.view.getUint8(from + at), bytes[offset + at]);
    assertEquals(window.ended, window.offset + window.lengthBytes === bytes.length);
  }
});

Deno.test("a window reads little after jumps and much in one go", () => {
  const jumping = counted(new Uint8Array(100_000_000));
  const window = new ByteWindow();
  window.open(jumping, "a");
  for (let offset = 0; offset < 100_000_000; offset += 1_000_000) window.cover(offset, 16);
  assertEquals(jumping.reads, 100);
  assert(jumping.readBytes < 1_000_000, `${jumping.readBytes} bytes for 100 headers`);

  const steady = counted(new Uint8Array(10_000_000));
  window.open(steady, "b");
  for (let offset = 0; offset < 10_000_000; offset += 20) window.cover(offset, 16);
  assert(steady.reads < 60, `${steady.reads} reads for 10 MB`);
});

Deno.test("bytes that have become fewer are a fault", () => {
  const window = new ByteWindow();
  window.open({ lengthBytes: 100, readAt: () => 40, close() {} }, "a.dcm");
  assertThrows(
    () => window.cover(0, 100),
    Fault,
    "a.dcm: it shrank while it was being read (60 bytes short)",
  );
});
