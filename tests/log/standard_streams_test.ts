import { assertEquals } from "@std/assert";
import { writerTo } from "../../lib/log/standard_streams.ts";

/** A stream that takes at most `atMost` bytes at a time and throws what `errors` has for each call. */
function stream(atMost: number, errors: (Error | undefined)[] = []) {
  const taken: number[] = [];
  let calls = 0;
  return {
    writeSync(bytes: Uint8Array): number {
      const error = errors[calls++];
      if (error !== undefined) throw error;
      taken.push(...bytes.subarray(0, atMost));
      return Math.min(bytes.length, atMost);
    },
    get text() {
      return new TextDecoder().decode(Uint8Array.from(taken));
    },
    get calls() {
      return calls;
    },
  };
}

Deno.test("a text is written whole, however little is taken at a time", () => {
  const out = stream(3);
  const write = writerTo(out);
  write("ein längerer Text\n");
  write("");
  write("und noch einer");
  assertEquals(out.text, "ein längerer Text\nund noch einer");
});

Deno.test("a stream whose reader is gone is left alone from then on", () => {
  for (const error of [new Deno.errors.BrokenPipe(), new Deno.errors.BadResource()]) {
    const out = stream(100, [undefined, error]);
    const write = writerTo(out);
    write("a");
    write("b");
    write("c");
    assertEquals([out.text, out.calls], ["a", 2]);
  }
});

Deno.test("a stream that fails once is tried again with the next text", () => {
  const out = stream(100, [new Error("no space left on device")]);
  const write = writerTo(out);
  write("lost");
  write("kept");
  assertEquals(out.text, "kept");
});

Deno.test("a full non-blocking stream is waited for", () => {
  const out = stream(1, [undefined, new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock()]);
  writerTo(out)("abc");
  assertEquals(out.text, "abc");
});
