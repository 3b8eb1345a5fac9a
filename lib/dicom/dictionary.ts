/**
 * The data dictionary: which VR and keyword a tag has (PS3.6), private ones by their creator.
 *
 * How this room works: each part of the standard that is a table has a file that answers questions about it: tags here,
 * `vr.ts`, `transfer_syntaxes.ts`, `sop_classes.ts`, `uids.ts`, `character_set.ts`. Large tables are packed text until
 * the first question, so that a run pays only for what it asks; those in `*_data.ts` and `uid_names.ts` are generated.
 *
 * How this works: the generated tables are text, one line a group. A question about a tag turns the line of its group
 * into entries of a hash table of numbers; keywords and private creators are unpacked only when somebody asks for them.
 * Entries of the user's own dictionary files lie over the built-in ones.
 */

import { EDITION, KEYWORDS, PRIVATE, PUBLIC, REPEATING } from "./dictionary_data.ts";
import { VR_LO, VR_UL, vrCode } from "./vr.ts";

/** One entry of a user's dictionary file: a tag or a range of tags. */
export interface DictionaryEntry {
  /** The private creator, or undefined for a public element. */
  readonly creator: string | undefined;
  readonly firstGroup: number;
  readonly lastGroup: number;
  /** For a private element the last octet of the element number is enough. */
  readonly firstElement: number;
  readonly lastElement: number;
  /** Which groups and elements of a range are meant. */
  readonly groups: "even" | "odd" | "any";
  readonly elements: "even" | "odd" | "any";
  /** A VR code, or one of VR_US_OR_SS, VR_OB_OR_OW, VR_LUT_DATA. */
  readonly vr: number;
  readonly keyword: string;
}

/** The edition of PS3.6 that is built in. */
export const DICTIONARY_EDITION: string = EDITION;

/** Slots of the hash table: a power of two, more than twice the number of public elements. */
const SLOTS = 16384;

/** The elements of one group as the generated table has them: four digits of element number, two letters of VR. */
interface Group {
  readonly number: number;
  readonly rows: string;
  /** How many elements the groups before this one have. */
  readonly firstIndex: number;
}

interface RepeatingRow {
  readonly value: number;
  /** One bits where the tag must equal `value`. */
  readonly mask: number;
  readonly vr: number;
  readonly keyword: string;
}

/** The hash table: tag + 1 in each used slot, so that 0 is a free one. */
let keys: Float64Array | undefined;
const vrs = new Uint16Array(SLOTS);
let groups: ReadonlyMap<number, Group> | undefined;
const unpackedGroups = new Set<number>();
let keywords: readonly string[] | undefined;
let repeatingRows: readonly RepeatingRow[] | undefined;
let creatorLines: ReadonlyMap<string, string> | undefined;

/** Characters of one row of a group. */
const ROW_LENGTH = 6;

/** The slot of `tag`, or the free one where it would go. */
function slotOf(keys: Float64Array, tag: number): number {
  let slot = Math.imul(tag, 0x9E3779B1) >>> 18;
  while (keys[slot] !== 0 && keys[slot] !== tag + 1) slot = (slot + 1) & (SLOTS - 1);
  return slot;
}

function hexDigit(code: number): number {
  return code < 0x3A ? code - 0x30 : code - 0x57;
}

/** The number that `digits` lower case hexadecimal digits make. */
function hexAt(text: string, position: number, digits: number): number {
  let value = 0;
  for (let i = position; i < position + digits; i++) value = value << 4 | hexDigit(text.charCodeAt(i));
  return value;
}

function groupTable(): ReadonlyMap<number, Group> {
  if (groups !== undefined) return groups;
  const table = new Map<number, Group>();
  let firstIndex = 0;
  for (const line of PUBLIC.split("\n")) {
    const number = hexAt(line, 0, 4);
    const rows = line.slice(5);
    table.set(number, { number, rows, firstIndex });
    firstIndex += rows.length / ROW_LENGTH;
  }
  return groups = table;
}

function unpackGroup(keys: Float64Array, group: number): void {
  unpackedGroups.add(group);
  const rows = groupTable().get(group)?.rows ?? "";
  for (let position = 0; position < rows.length; position += ROW_LENGTH) {
    const tag = (group << 16 | hexAt(rows, position, 4)) >>> 0;
    const slot = slotOf(keys, tag);
    keys[slot] = tag + 1;
    vrs[slot] = rows.charCodeAt(position + 4) << 8 | rows.charCodeAt(position + 5);
  }
}

/** The VR of a single public element, 0 if there is no such. */
function publicVrOf(tag: number): number {
  keys ??= new Float64Array(SLOTS);
  const vr = vrs[slotOf(keys, tag)] ?? 0;
  if (vr !== 0 || (tag & 0x10000) !== 0 || unpackedGroups.has(tag >>> 16)) return vr;
  if (!groupTable().has(tag >>> 16)) return 0;
  unpackGroup(keys, tag >>> 16);
  return vrs[slotOf(keys, tag)] ?? 0;
}

/** The keyword of a single public element. */
function publicKeywordOf(tag: number): string | undefined {
  const group = groupTable().get(tag >>> 16);
  for (let index = 0; index * ROW_LENGTH < (group?.rows.length ?? 0); index++) {
    if (hexAt(group?.rows ?? "", index * ROW_LENGTH, 4) !== (tag & 0xFFFF)) continue;
    return (keywords ??= KEYWORDS.split("\n"))[(group?.firstIndex ?? 0) + index] || undefined;
  }
  return undefined;
}

/** The single public element with that keyword. */
function publicTagOf(keyword: string): number | undefined {
  // A few retired elements have no keyword.
  if (keyword === "") return undefined;
  const index = (keywords ??= KEYWORDS.split("\n")).indexOf(keyword);
  for (const { number, rows, firstIndex } of groupTable().values()) {
    const position = (index - firstIndex) * ROW_LENGTH;
    if (position >= 0 && position < rows.length) return (number << 16 | hexAt(rows, position, 4)) >>> 0;
  }
  return undefined;
}

function unpackRepeating(): RepeatingRow[] {
  return REPEATING.split("\n").map((row) => {
    const [pattern = "", vr = "", keyword = ""] = row.split(" ");
    const value = parseInt(pattern.replaceAll("x", "0"), 16);
    const mask = parseInt(pattern.replace(/[^x]/g, "f").replaceAll("x", "0"), 16);
    return { value, mask, vr: vrCode(vr), keyword };
  });
}

/** A line of PRIVATE as element -> VR; the key is the group and the last octet of the element number. */
function unpackCreator(line: string): Map<number, number> {
  const elements = new Map<number, number>();
  for (const part of line.split("\t").slice(1)) {
    const group = hexAt(part, 0, 4);
    for (let position = 5; position < part.length; position += 4) {
      elements.set(group << 8 | hexAt(part, position, 2), vrCode(part.slice(position + 2, position + 4)));
    }
  }
  return elements;
}

/** In a range, and of the right parity. */
function within(value: number, first: number, last: number, which: "even" | "odd" | "any"): boolean {
  return value >= first && value <= last && (which === "any" || (value & 1) === (which === "odd" ? 1 : 0));
}

function covers(entry: DictionaryEntry, tag: number): boolean {
  const element = tag & 0xFFFF;
  const { firstElement, lastElement, elements } = entry;
  return within(tag >>> 16, entry.firstGroup, entry.lastGroup, entry.groups) &&
    (within(element, firstElement, lastElement, elements) ||
      entry.creator !== undefined && within(element & 0xFF, firstElement, lastElement, elements));
}

function isSingle(entry: DictionaryEntry): boolean {
  return entry.creator === undefined && entry.firstGroup === entry.lastGroup &&
    entry.firstElement === entry.lastElement;
}

/** Where VRs and keywords come from: the built-in tables, with a user's entries over them. */
export class Dictionary {
  readonly #single = new Map<number, DictionaryEntry>();
  readonly #ranges: DictionaryEntry[] = [];
  readonly #private: DictionaryEntry[] = [];
  /** Decoded private creators of the built-in table. */
  readonly #creators = new Map<string, ReadonlyMap<number, number>>();

  /** @param entries later ones win over earlier ones, all over what is built in. */
  constructor(entries: readonly DictionaryEntry[] = []) {
    for (const entry of entries) {
      if (isSingle(entry)) {
        this.#single.set((entry.firstGroup << 16 | entry.firstElement) >>> 0, entry);
      } else if (entry.creator === undefined) this.#ranges.unshift(entry);
      else this.#private.unshift(entry);
    }
  }

  /**
   * The VR of a public element, of a group length or of a private creator; 0 for one that nobody knows. Where the
   * context decides, one of VR_US_OR_SS, VR_OB_OR_OW, VR_LUT_DATA.
   */
  vrOf(tag: number): number {
    if (this.#single.size > 0) {
      const entry = this.#single.get(tag);
      if (entry !== undefined) return entry.vr;
    }
    const vr = publicVrOf(tag);
    if (vr !== 0) return vr;
    const range = this.#ranges.find((entry) => covers(entry, tag));
    if (range !== undefined) return range.vr;
    if ((tag & 0xFFFF) === 0) return VR_UL;
    if ((tag & 0x10000) === 0) return repeatingRowOf(tag)?.vr ?? 0;
    return isPrivateCreator(tag) ? VR_LO : 0;
  }

  /** The VR that `creator` (without padding) gives to a private element; 0 if it is not known. */
  privateVrOf(creator: string, tag: number): number {
    if (this.#private.length > 0) {
      const entry = this.#private.find((entry) => entry.creator === creator && covers(entry, tag));
      if (entry !== undefined) return entry.vr;
    }
    const elements = this.#creators.get(creator) ?? this.#unpack(creator);
    if (elements === undefined) return 0;
    const group = tag >>> 16;
    const element = tag & 0xFF;
    return elements.get(group << 8 | element) ?? elements.get((group & 0xFF00) << 8 | element) ?? 0;
  }

  #unpack(creator: string): ReadonlyMap<number, number> | undefined {
    creatorLines ??= new Map(PRIVATE.split("\n").map((line) => [line.slice(0, line.indexOf("\t")), line]));
    const line = creatorLines.get(creator);
    if (line === undefined) return undefined;
    const elements = unpackCreator(line);
    this.#creators.set(creator, elements);
    return elements;
  }

  /** "PatientName", or undefined. Private elements have no keywords. */
  keywordOf(tag: number): string | undefined {
    const keyword = this.#single.get(tag)?.keyword ?? publicKeywordOf(tag) ??
      this.#ranges.find((entry) => covers(entry, tag))?.keyword;
    return keyword ?? ((tag & 0x10000) === 0 ? repeatingRowOf(tag)?.keyword : undefined);
  }

  /** Every keyword, to look for one that is not spelled exactly. */
  *keywords(): Generator<string> {
    for (const { keyword } of this.#single.values()) yield keyword;
    yield* keywords ??= KEYWORDS.split("\n");
    for (const { keyword } of repeatingRows ??= unpackRepeating()) yield keyword;
  }

  /** The tag of an exactly spelled keyword, or undefined; for a repeating group the tag in the first group. */
  tagOf(keyword: string): number | undefined {
    for (const [tag, entry] of this.#single) if (entry.keyword === keyword) return tag;
    return publicTagOf(keyword) ??
      (repeatingRows ??= unpackRepeating()).find((row) => row.keyword === keyword)?.value;
  }
}

function repeatingRowOf(tag: number): RepeatingRow | undefined {
  return (repeatingRows ??= unpackRepeating()).find(({ value, mask }) => (tag & mask) === (value | 0));
}

/** (gggg,0010) to (gggg,00FF) of an odd group: reserves a block of private elements, PS3.5 7.8.1. */
export function isPrivateCreator(tag: number): boolean {
  const element = tag & 0xFFFF;
  return (tag & 0x10000) !== 0 && element >= 0x10 && element <= 0xFF;
}

let builtIn: Dictionary | undefined;

/** The dictionary without anything of the user's. */
export function builtInDictionary(): Dictionary {
  return builtIn ??= new Dictionary();
}
