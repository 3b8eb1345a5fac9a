/** Damaging bytes the way transmission, careless writers and malice do. */

import { Random } from "../../tests/dataset/made_up_data_sets.ts";

/** Lengths and tags that decide something. */
const TELLING: readonly (readonly number[])[] = [
  [0xFF, 0xFF, 0xFF, 0xFF],
  [0xFE, 0xFF, 0xFF, 0xFF],
  [0xFF, 0xFF, 0xFF, 0x7F],
  [0x00, 0x00, 0x00, 0x80],
  [0x00, 0x00, 0x00, 0x00],
  [0xFF, 0xFF],
  [0xFE, 0xFF, 0x00, 0xE0],
  [0xFE, 0xFF, 0x0D, 0xE0, 0x00, 0x00, 0x00, 0x00],
  [0xFE, 0xFF, 0xDD, 0xE0, 0x00, 0x00, 0x00, 0x00],
  [0xFF, 0xFE, 0xE0, 0x00],
  [0xE0, 0x7F, 0x10, 0x00],
  [0x53, 0x51, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF],
  [0x55, 0x4E, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF],
  [0x4F, 0x42],
  [0x28, 0x00, 0x03, 0x01, 0x02, 0x00, 0x00, 0x00],
];

/** `input` with one to five mistakes in it; `other` lends parts. Mistakes gather at the beginning, where headers are. */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = input.slice();
  for (let mistakes = 1 + random.below(random.pick([1, 2, 5])); mistakes > 0; mistakes--) {
    bytes = mistake(bytes, other, random);
  }
  return bytes;
}

function mistake(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const reach = random.chance(70) ? Math.min(bytes.length, 2048) : bytes.length;
  const at = random.below(reach + 1);
  switch (random.below(15) >> 1) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ 1 << random.below(8);
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.below(256);
      return bytes;
    case 2:
    case 3: {
      const telling = random.pick(TELLING);
      if (at + telling.length <= bytes.length) bytes.set(telling, at);
      return bytes;
    }
    case 4:
      return spliced(bytes, at, at, Uint8Array.from(random.pick(TELLING)));
    case 5:
      return spliced(bytes, at, Math.min(bytes.length, at + 1 + random.below(64)), new Uint8Array(0));
    case 6: {
      const from = random.below(other.length + 1);
      return spliced(bytes, at, at, other.subarray(from, from + random.below(256)));
    }
    default:
      return bytes.slice(0, at);
  }
}

function spliced(bytes: Uint8Array, from: number, to: number, insert: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (to - from) + insert.length);
  result.set(bytes.subarray(0, from));
  result.set(insert, from);
  result.set(bytes.subarray(to), from + insert.length);
  return result;
}
