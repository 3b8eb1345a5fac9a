/**
 * Data sets made up at random, and their plain encoding by the tests' own writer: nothing of lib/ in it. The same seed
 * gives the same data set.
 */

import type { Encoding } from "./plain_reader.ts";

/** A number generator that is the same everywhere (mulberry32). */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6D2B79F5) >>> 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * limit);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
}

/** A seed for this run. */
export function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

export interface MadeElement {
  readonly tag: number;
  readonly vr: string;
  /** As it stands in little endian; not yet padded. */
  readonly value: Uint8Array;
  readonly items: readonly MadeItem[] | undefined;
}

export type MadeItem = readonly MadeElement[];

/** How to encode: lengths, and what a careless writer does. */
export interface Style {
  readonly encoding: Encoding;
  /** Which sequences and items have an undefined length. */
  readonly undefinedLength: () => boolean;
  /** Private sequences of an implicit VR data set too: then nobody can know that they are sequences. */
  readonly hidePrivateSequences?: boolean;
  /** Leave odd values as they are. */
  readonly odd?: boolean;
  /** Group lengths: right ones, or ones that mean nothing. */
  readonly groupLengths?: "right" | "wrong";
  /** Data Set Trailing Padding at the end of the data set. */
  readonly padding?: boolean;
}

/** Standard elements of every VR; their VRs are those of PS3.6. */
const STANDARD: readonly (readonly [tag: number, vr: string])[] = [
  [0x00080005, "CS"],
  [0x00080016, "UI"],
  [0x00080018, "UI"],
  [0x00080020, "DA"],
  [0x00080030, "TM"],
  [0x0008002A, "DT"],
  [0x00080050, "SH"],
  [0x00080054, "AE"],
  [0x00080119, "UC"],
  [0x00080120, "UR"],
  [0x00081140, "SQ"],
  [0x00081199, "SQ"],
  [0x00100010, "PN"],
  [0x00100020, "LO"],
  [0x00101010, "AS"],
  [0x001021B0, "LT"],
  [0x00186011, "SQ"],
  [0x00186020, "SL"],
  [0x00186018, "UL"],
  [0x00189073, "FD"],
  [0x00209165, "AT"],
  [0x00200013, "IS"],
  [0x00280010, "US"],
  [0x00281050, "DS"],
  [0x00400310, "ST"],
  [0x0040A160, "UT"],
  [0x0040A730, "SQ"],
  [0x00420011, "OB"],
  [0x00480200, "SQ"],
  [0x00540500, "CS"],
  [0x00660016, "OF"],
  [0x00660040, "OL"],
  [0x00660022, "OD"],
  [0x00686300, "OB"],
  [0x00720064, "IS"],
  [0x00720076, "FL"],
  [0x0072007C, "SL"],
  [0x0072007E, "SS"],
  [0x00720083, "UV"],
  [0x00720082, "SV"],
  [0x00720081, "OV"],
  [0x54001010, "OB"],
  [0x7FE00010, "OW"],
];

const UNIT_BYTES: Readonly<Record<string, number>> = {
  AT: 2,
  SS: 2,
  US: 2,
  OW: 2,
  FL: 4,
  SL: 4,
  UL: 4,
  OF: 4,
  OL: 4,
  FD: 8,
  OD: 8,
  OV: 8,
  SV: 8,
  UV: 8,
};

const LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];
const UNDEFINED = 0xFFFFFFFF;

export function unitBytesOf(vr: string): number {
  return UNIT_BYTES[vr] ?? 1;
}

/** A data set of standard and private elements, in tag order; its sequences stay below some 20 kB, and its groups below 64. */
export function madeDataSet(random: Random, depth = 0): MadeItem {
  const elements: MadeElement[] = [];
  for (const [tag, vr] of STANDARD) {
    if (!random.chance(depth === 0 ? 40 : 10)) continue;
    if (vr === "SQ") elements.push({ tag, vr, value: new Uint8Array(0), items: madeItems(random, depth) });
    else elements.push({ tag, vr, value: madeValue(random, vr, depth), items: undefined });
  }
  if (random.chance(depth === 0 ? 60 : 20)) elements.push(...madePrivateBlock(random, depth));
  return elements.sort((a, b) => a.tag - b.tag);
}

function madeItems(random: Random, depth: number): MadeItem[] {
  if (depth > 3) return [];
  return Array.from({ length: random.below(3) }, () => madeDataSet(random, depth + 1));
}

function madeValue(random: Random, vr: string, depth: number): Uint8Array {
  const big = depth === 0 && random.chance(5);
  const units = random.chance(10) ? 0 : random.below(big ? 8_000 / unitBytesOf(vr) : 24);
  return Uint8Array.from({ length: units * unitBytesOf(vr) }, () => 0x20 + random.below(0x5F));
}

/** Without the sequences that implicit VR cannot show to be such. */
export function withoutPrivateSequences(elements: MadeItem): MadeItem {
  return elements.filter(({ tag, vr }) => vr !== "SQ" || (tag >>> 16) % 2 === 0).map((element) => ({
    ...element,
    items: element.items?.map(withoutPrivateSequences),
  }));
}

/** Elements of a private creator whose VRs nobody knows. */
function madePrivateBlock(random: Random, depth: number): MadeElement[] {
  const group = random.pick([0x0009, 0x0029, 0x7FE1]);
  const block = 0x10 + random.below(0xF0);
  const creator = new TextEncoder().encode(`MADE UP ${random.below(1000)}`);
  const elements: MadeElement[] = [
    { tag: (group << 16 | block) >>> 0, vr: "LO", value: creator, items: undefined },
  ];
  for (let element = 0; element < 4; element++) {
    const tag = (group << 16 | block << 8 | element) >>> 0;
    if (random.chance(70)) {
      elements.push({ tag, vr: "UN", value: madeValue(random, "UN", depth), items: undefined });
    }
  }
  if (random.chance(30) && depth < 4) {
    const tag = (group << 16 | block << 8 | 0xFF) >>> 0;
    elements.push({ tag, vr: "SQ", value: new Uint8Array(0), items: madeItems(random, depth) });
  }
  return elements;
}

/** PS3.5 section 7, written for clarity. */
export function encodePlainly(elements: MadeItem, style: Style): Uint8Array {
  const bytes = encodeLevel(elements, style);
  if (style.padding !== true) return bytes;
  return joined([
    bytes,
    encodeElement({ tag: 0xFFFCFFFC, vr: "OB", value: new Uint8Array(38), items: undefined }, style),
  ]);
}

function encodeLevel(elements: MadeItem, style: Style): Uint8Array {
  const groups = new Map<number, Uint8Array[]>();
  for (const element of elements) {
    const group = element.tag >>> 16;
    groups.set(group, [...groups.get(group) ?? [], encodeElement(element, style)]);
  }
  const parts: Uint8Array[] = [];
  for (const [group, encoded] of groups) {
    const content = joined(encoded);
    if (style.groupLengths !== undefined) {
      const value = new Uint8Array(4);
      const length = style.groupLengths === "right" ? content.length : 0x12345678;
      new DataView(value.buffer).setUint32(0, length, true);
      parts.push(encodeElement({ tag: (group << 16) >>> 0, vr: "UL", value, items: undefined }, style));
    }
    parts.push(content);
  }
  return joined(parts);
}

function encodeElement({ tag, vr, value, items }: MadeElement, style: Style): Uint8Array {
  if (items === undefined) {
    const swapped = style.encoding === "explicitBig" ? reversedUnits(value, unitBytesOf(vr)) : value;
    const padded = value.length % 2 === 0 || style.odd === true
      ? swapped
      : joined([swapped, new Uint8Array(1)]);
    return joined([header(tag, vr, padded.length, style), padded]);
  }
  const mustShow = style.encoding === "implicitLittle" && (tag >>> 16) % 2 === 1 &&
    !style.hidePrivateSequences;
  const open = mustShow || style.undefinedLength();
  const content = joined(items.map((item) => {
    const inner = encodeLevel(item, style);
    if (!style.undefinedLength()) return joined([header(0xFFFEE000, "", inner.length, style), inner]);
    return joined([header(0xFFFEE000, "", UNDEFINED, style), inner, header(0xFFFEE00D, "", 0, style)]);
  }));
  if (!open) return joined([header(tag, vr, content.length, style), content]);
  return joined([header(tag, vr, UNDEFINED, style), content, header(0xFFFEE0DD, "", 0, style)]);
}

export function reversedUnits(value: Uint8Array, unitBytes: number): Uint8Array {
  return value.map((_, index) => value[index - index % unitBytes + unitBytes - 1 - index % unitBytes] ?? 0);
}

function header(tag: number, vr: string, lengthBytes: number, { encoding }: Style): Uint8Array {
  const little = encoding !== "explicitBig";
  const explicit = encoding !== "implicitLittle" && vr !== "";
  const long = explicit && LONG.includes(vr);
  const bytes = new Uint8Array(long ? 12 : 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xFFFF, little);
  if (explicit) bytes.set(new TextEncoder().encode(vr), 4);
  if (!explicit) view.setUint32(4, lengthBytes, little);
  else if (long) view.setUint32(8, lengthBytes, little);
  else view.setUint16(6, lengthBytes, little);
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
