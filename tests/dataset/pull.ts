import type { ByteSource } from "../../lib/bytes/source.ts";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import { convert, type ConvertOptions } from "../../lib/dataset/convert.ts";

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const BIG = "1.2.840.10008.1.2.2";
/** Of GE: implicit VR little endian with big endian pixel data. */
export const GE = "1.2.840.113619.5.2";
export const DEFLATED = "1.2.840.10008.1.2.1.99";

/** Everything a source gives, asked for `fillBytes` at a time; checks that it keeps the contract of ByteSource. */
export async function pull(source: ByteSource, fillBytes = 64 * 1024): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  while (!source.ended) {
    const part = new Uint8Array(fillBytes);
    const filled = source.fill(part);
    const got = typeof filled === "number" ? filled : await filled;
    if (got < fillBytes && !source.ended) throw new Error(`only ${got} of ${fillBytes} bytes before the end`);
    parts.push(part.subarray(0, got));
    total += got;
  }
  if (await source.fill(new Uint8Array(1)) !== 0) throw new Error("bytes after the end");
  source.close();
  const all = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A data set in memory, converted. */
export function converted(
  dataSet: Uint8Array,
  from: string,
  to: string,
  options: Partial<ConvertOptions> = {},
  fillBytes?: number,
): Promise<Uint8Array> {
  return pull(convert(memorySource(dataSet), { name: "a.dcm", from, to, ...options }), fillBytes);
}
