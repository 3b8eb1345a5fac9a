/**
 * The converter alone: `deno run -A scripts/benchmark/convert.ts`.
 *
 * Every row is a data set made up in memory as it is asked for, converted into buffers of 256 KiB. "reading" is the same
 * data set drawn without a conversion: what is left of the time when the converter costs nothing. Times are those of
 * the processor, so that other work on the machine does not count.
 */

import process from "node:process";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { convert } from "../../lib/dataset/convert.ts";
import { say } from "../run_command.ts";

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const BIG = "1.2.840.10008.1.2.2";
const DEFLATED = "1.2.840.10008.1.2.1.99";

const BUFFER_BYTES = 256 * 1024;
const MEBIBYTE = 2 ** 20;

/** `head`, then `count` times `block`. */
class MadeUp implements ByteSource {
  readonly #head: Uint8Array;
  readonly #block: Uint8Array;
  readonly #end: number;
  #at = 0;

  constructor(head: Uint8Array, block: Uint8Array, count: number) {
    this.#head = head;
    this.#block = block;
    this.#end = head.length + block.length * count;
  }

  get ended(): boolean {
    return this.#at === this.#end;
  }

  fill(into: Uint8Array): number {
    let filled = 0;
    while (filled < into.length && this.#at < this.#end) {
      const inHead = this.#at < this.#head.length;
      const from = inHead ? this.#head : this.#block;
      const start = inHead ? this.#at : (this.#at - this.#head.length) % this.#block.length;
      const part = from.subarray(start, start + into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return filled;
  }

  close(): void {}
}

function element(
  explicit: boolean,
  tag: number,
  vr: string,
  value: Uint8Array,
  lengthBytes = value.length,
): Uint8Array {
  const long = explicit && ["OW", "SQ"].includes(vr);
  const bytes = new Uint8Array((long ? 12 : 8) + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xFFFF, true);
  if (explicit && vr !== "") bytes.set(new TextEncoder().encode(vr), 4);
  if (long) view.setUint32(8, lengthBytes, true);
  else if (explicit && vr !== "") view.setUint16(6, lengthBytes, true);
  else view.setUint32(4, lengthBytes, true);
  bytes.set(value, long ? 12 : 8);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

const text = (value: string) => new TextEncoder().encode(value);

/** What a CT image has before its pixels: some 100 elements. */
function header(explicit: boolean): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < 60; i++) parts.push(element(explicit, 0x00101000 + 0x10 * i, "LO", text("SOME TEXT ")));
  for (let i = 0; i < 40; i++) parts.push(element(explicit, 0x00180050 + i, "DS", text("1.234567")));
  return joined(...parts);
}

/** A data set whose pixels are `count` blocks of noise. */
function image(explicit: boolean, blockBytes: number, count: number): () => ByteSource {
  const block = new Uint8Array(blockBytes);
  for (let at = 0; at < blockBytes; at += 65536) crypto.getRandomValues(block.subarray(at, at + 65536));
  const pixels = element(explicit, 0x7FE00010, "OW", new Uint8Array(0), blockBytes * count);
  const head = joined(header(explicit), pixels);
  return () => new MadeUp(head, block, count);
}

function sequence(items: number): () => ByteSource {
  const code = joined(
    element(false, 0x00080100, "SH", text("CODE")),
    element(false, 0x00080104, "LO", text("MEANING ")),
  );
  const item = element(false, 0xFFFEE000, "", code);
  const head = element(false, 0x0040A730, "SQ", new Uint8Array(0), item.length * items);
  return () => new MadeUp(head, item, items);
}

interface Row {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly times: number;
  readonly open: () => ByteSource;
}

const ROWS: readonly Row[] = [
  {
    name: "500 MB, implicit to explicit",
    from: IMPLICIT,
    to: EXPLICIT,
    times: 1,
    open: image(false, MEBIBYTE, 500),
  },
  {
    name: "500 MB, explicit to big endian",
    from: EXPLICIT,
    to: BIG,
    times: 1,
    open: image(true, MEBIBYTE, 500),
  },
  {
    name: "2,000 CT, implicit to explicit",
    from: IMPLICIT,
    to: EXPLICIT,
    times: 2000,
    open: image(false, MEBIBYTE / 2, 1),
  },
  {
    name: "2,000 CT, implicit to big endian",
    from: IMPLICIT,
    to: BIG,
    times: 2000,
    open: image(false, MEBIBYTE / 2, 1),
  },
  {
    name: "one value of 2 GB, explicit to big endian",
    from: EXPLICIT,
    to: BIG,
    times: 1,
    open: image(true, MEBIBYTE, 2047),
  },
  {
    name: "1,000,000 items, implicit to explicit",
    from: IMPLICIT,
    to: EXPLICIT,
    times: 1,
    open: sequence(1_000_000),
  },
  {
    name: "100 MB of noise, deflated",
    from: EXPLICIT,
    to: DEFLATED,
    times: 1,
    open: image(true, MEBIBYTE, 100),
  },
];

/** Draws everything, `times` over; answers seconds of the processor, bytes, and the memory seen. */
async function measure(times: number, open: () => ByteSource): Promise<[number, number, number]> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const before = process.cpuUsage();
  let bytes = 0;
  let memory = 0;
  for (let i = 0; i < times; i++) {
    const source = open();
    while (!source.ended) {
      const filled = source.fill(buffer);
      bytes += typeof filled === "number" ? filled : await filled;
      if (bytes % 64 < 2) memory = Math.max(memory, Deno.memoryUsage().rss);
    }
    source.close();
  }
  memory = Math.max(memory, Deno.memoryUsage().rss);
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, bytes, memory];
}

say(
  "conversion".padEnd(44) + "seconds".padStart(9) + "MB/s".padStart(8) + "reading".padStart(9) +
    "memory".padStart(9),
);
for (const { name, from, to, times, open } of ROWS) {
  const [reading] = await measure(times, open);
  const [seconds, bytes, memory] = await measure(times, () => convert(open(), { name, from, to }));
  say(
    name.padEnd(44) + seconds.toFixed(2).padStart(9) + (bytes / seconds / 1e6).toFixed(0).padStart(8) +
      reading.toFixed(2).padStart(9) + `${(memory / 2 ** 20).toFixed(0)} MB`.padStart(9),
  );
}
