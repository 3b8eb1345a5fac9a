import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { DeflatedSource } from "../../lib/dataset/deflating.ts";
import { InflatedSource } from "../../lib/dataset/inflating.ts";
import { Fault } from "../../lib/errors.ts";
import { Random } from "./made_up_data_sets.ts";
import { assertSameBytes } from "./same_bytes.ts";
import { pull } from "./pull.ts";

/** Bytes that compress to about a half. */
function noise(lengthBytes: number): Uint8Array {
  const random = new Random(lengthBytes);
  return Uint8Array.from({ length: lengthBytes }, () => random.below(16));
}

const SIZES = [0, 1, 1000, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 900_000];

Deno.test("what is deflated inflates to the same again and is of even length, at every level", async () => {
  for (const size of SIZES) {
    const bytes = noise(size);
    for (const level of [undefined, 0, 1, 6, 9]) {
      const deflated = await pull(new DeflatedSource(memorySource(bytes), level), 5000);
      assertEquals(deflated.length % 2, 0);
      assertSameBytes(new Uint8Array(inflateRawSync(deflated)), bytes, `${size} bytes at level ${level}`);
    }
  }
});

Deno.test("what is deflated is hardly longer than what zlib makes of it at once", async () => {
  const bytes = noise(900_000);
  const deflated = await pull(new DeflatedSource(memorySource(bytes), 6));
  assert(deflated.length < deflateRawSync(bytes).length * 1.01);
});

Deno.test("a deflate stream is inflated into any buffer, with or without its pad byte", async () => {
  for (const size of SIZES) {
    const bytes = noise(size);
    const deflated = new Uint8Array(deflateRawSync(bytes));
    for (const padding of [0, 1]) {
      const padded = new Uint8Array(deflated.length + padding);
      padded.set(deflated);
      for (const fillBytes of [997, 65536, 1_000_000]) {
        const source = new InflatedSource(memorySource(padded), "a.dcm", "dataSet");
        assertSameBytes(await pull(source, fillBytes), bytes, `${size} bytes`);
      }
    }
  }
});

Deno.test("a deflate stream that is cut off or damaged is a fault", async () => {
  const deflated = new Uint8Array(deflateRawSync(noise(50_000)));
  const damaged = deflated.map((byte, index) => index > 5000 ? byte ^ 0x55 : byte);
  for (const bytes of [deflated.subarray(0, 1), deflated.subarray(0, deflated.length - 1), damaged]) {
    const source = new InflatedSource(memorySource(bytes), "a.dcm", "dataSet");
    const fault = await assertRejects(() => pull(source), Fault, "a.dcm: cannot inflate its data set: ");
    assertEquals(fault.kind, "input");
  }
});

Deno.test("nothing is inflated that nobody asks for", async () => {
  const bomb = new Uint8Array(deflateRawSync(new Uint8Array(64 * 1024 * 1024)));
  let readBytes = 0;
  const inner = memorySource(bomb);
  const counted: ByteSource = {
    fill(into) {
      const filled = inner.fill(into.subarray(0, 1024));
      readBytes += typeof filled === "number" ? filled : 0;
      return filled;
    },
    get ended() {
      return inner.ended;
    },
    close: () => {},
  };
  const source = new InflatedSource(counted, "bomb.dcm", "dataSet");
  assertEquals(await source.fill(new Uint8Array(100)), 100);
  await new Promise((resolve) => setTimeout(resolve));
  assert(readBytes <= 2048, `${readBytes} of ${bomb.length} bytes read for 100 of 64 MB`);
  source.close();
});

Deno.test("what is known to inflate to little can be closed, however late it is asked for", async () => {
  for (const size of [1, 100, 4000, 5000]) {
    const bytes = noise(size);
    const source = new InflatedSource(memorySource(deflateRawSync(bytes)), "a.zip!b", "zipMember", size);
    const into = new Uint8Array(10_000);
    // So long that zlib has come to its end before the last piece is taken.
    const untilMs = performance.now() + 60;
    while (performance.now() < untilMs);
    let filled = 0;
    while (!source.ended) filled += await source.fill(into.subarray(filled));
    assertSameBytes(into.subarray(0, filled), bytes, `${size} bytes`);
    source.close();
  }
});
