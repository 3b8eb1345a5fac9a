/**
 * The coded character sets of PS3.3 C.12.1.1.2, from character to code.
 *
 * How this works: the runtime can decode all of them, as the Encoding Standard has them. A table for the way back comes of
 * decoding every code there is, when it is needed first.
 */

/** Character -> code: its octets as one number. */
export type Repertoire = ReadonlyMap<string, number>;

/** Of one octet: its first and last value. */
type OctetRange = readonly [first: number, last: number];

interface Source {
  /** What the Encoding Standard calls an encoding that has it. */
  readonly label: string;
  /** Codes of it, as ranges of their octets. */
  readonly codes: readonly (readonly OctetRange[])[];
  /** Bits of a code that count. */
  readonly mask?: number;
}

const ALL: OctetRange = [0xA1, 0xFE];
const UPPER: readonly (readonly OctetRange[])[] = [[[0xA0, 0xFF]]];
const GBK_CODES: readonly (readonly OctetRange[])[] = [[[0x81, 0xFE], [0x40, 0xFE]]];
const DIGIT: OctetRange = [0x30, 0x39];

/** By number in the ISO registry, or by name. What encodings have beyond the set that DICOM means is left out. */
const SOURCES: Readonly<Record<string, Source>> = {
  "100": { label: "windows-1252", codes: UPPER },
  "101": { label: "iso-8859-2", codes: UPPER },
  "109": { label: "iso-8859-3", codes: UPPER },
  "110": { label: "iso-8859-4", codes: UPPER },
  "144": { label: "iso-8859-5", codes: UPPER },
  "127": { label: "iso-8859-6", codes: UPPER },
  "126": { label: "iso-8859-7", codes: UPPER },
  "138": { label: "iso-8859-8", codes: UPPER },
  "148": { label: "windows-1254", codes: UPPER },
  "203": { label: "iso-8859-15", codes: UPPER },
  "166": { label: "windows-874", codes: UPPER },
  "13": { label: "shift_jis", codes: [[[0xA1, 0xDF]]] },
  "87": { label: "euc-jp", codes: [[[0xA1, 0xA8], ALL], [[0xB0, 0xF4], ALL]], mask: 0x7F7F },
  "159": { label: "euc-jp", codes: [[[0x8F, 0x8F], ALL, ALL]], mask: 0x7F7F },
  "149": { label: "euc-kr", codes: [[ALL, ALL]] },
  "58": {
    label: "gbk",
    codes: [
      [[0xA1, 0xA1], ALL],
      [[0xA2, 0xA2], [0xB1, 0xE2]],
      [[0xA2, 0xA2], [0xE5, 0xFC]],
      [[0xA3, 0xA5], ALL],
      [[0xA6, 0xA6], [0xA1, 0xD8]],
      [[0xA7, 0xA7], ALL],
      [[0xA8, 0xA8], [0xA1, 0xBA]],
      [[0xA8, 0xA9], [0xC5, 0xEF]],
      [[0xA9, 0xA9], [0xA4, 0xC4]],
      [[0xB0, 0xF7], ALL],
    ],
  },
  "GBK": { label: "gbk", codes: GBK_CODES },
  "GB18030": {
    label: "gb18030",
    codes: [...GBK_CODES, [[0x81, 0x84], DIGIT, [0x81, 0xFE], DIGIT]],
  },
};

/** What the Encoding Standard decodes to another character than most texts have for the same sign. */
const TWINS: readonly (readonly [usual: string, decoded: string])[] = [
  ["\u2014", "\u2015"],
  ["\u2016", "\u2225"],
  ["\u2212", "\uFF0D"],
  ["\u301C", "\uFF5E"],
];

const PRIVATE_USE = /^[\uE000-\uF8FF]$/;

const made = new Map<string, Repertoire>();

/** The set of that number or name, or undefined if it is not known. */
export function repertoireOf(name: string): Repertoire | undefined {
  const known = made.get(name);
  const source = SOURCES[name];
  if (known !== undefined || source === undefined) return known;
  const table = new Map<string, number>();
  const decoder = new TextDecoder(source.label);
  for (const [last = ALL, ...before] of source.codes.map((ranges) => ranges.toReversed())) {
    for (const prefix of prefixesOf(before.toReversed())) addRow(table, decoder, prefix, last, source.mask);
  }
  for (const [usual, decoded] of source.label.startsWith("euc-jp") ? TWINS : []) {
    const code = table.get(decoded);
    if (code !== undefined && !table.has(usual)) table.set(usual, code);
  }
  made.set(name, table);
  return table;
}

/** All that the octets before the last one can be. */
function prefixesOf(ranges: readonly OctetRange[]): number[][] {
  return ranges.reduce<number[][]>(
    (prefixes, [first, last]) =>
      prefixes.flatMap((prefix) =>
        Array.from({ length: last - first + 1 }, (_, index) => [...prefix, first + index])
      ),
    [[]],
  );
}

/** Decodes all codes with that prefix at once, line by line. */
function addRow(
  table: Map<string, number>,
  decoder: TextDecoder,
  prefix: readonly number[],
  [first, last]: OctetRange,
  mask = 0xFFFFFFFF,
): void {
  const octets: number[] = [];
  for (let octet = first; octet <= last; octet++) octets.push(...prefix, octet, 0x0A);
  const high = prefix.reduce((code, octet) => code * 256 + octet, 0) * 256;
  decoder.decode(Uint8Array.from(octets)).split("\n").forEach((character, index) => {
    if (character.length !== 1 || character === "\uFFFD" || PRIVATE_USE.test(character)) return;
    if (!table.has(character)) table.set(character, ((high + first + index) & mask) >>> 0);
  });
}

/** The octets of a code, high ones first. */
export function octetsOf(code: number): number[] {
  const octets: number[] = [];
  for (let rest = code; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return octets;
}

/** GB 18030 has the characters beyond the first 65536 of Unicode one after the other from 90308130 on. */
export function gb18030Supplementary(character: string): number | undefined {
  const number = (character.codePointAt(0) ?? 0) - 0x10000;
  if (number < 0) return undefined;
  const last = 0x30 + number % 10;
  const third = 0x81 + Math.floor(number / 10) % 126;
  const second = 0x30 + Math.floor(number / 1260) % 10;
  const lead = 0x90 + Math.floor(number / 12600);
  return ((lead * 256 + second) * 256 + third) * 256 + last;
}
