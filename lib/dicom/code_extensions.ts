/**
 * Texts in several character sets, told apart by escape sequences (PS3.5 6.1.2.5, ISO 2022).
 *
 * How this works: octets below 80H mean what has been called to G0, those above what has been called to G1. A text begins
 * with ASCII in G0 and the set of the first term in G1. It must go back to that before each delimiter; what a reader that
 * does not know this one for a delimiter makes of it must be the same, so nothing is taken for granted behind one.
 */
import { octetsOf, type Repertoire, repertoireOf } from "./character_repertoires.ts";

interface CodedSet {
  readonly escape: string;
  /** Its octets are below 80H. */
  readonly inG0: boolean;
  readonly repertoire: Repertoire;
}

/** What calls a set, behind the escape character: those with `(` or without a bracket to G0, the others to G1. */
const ESCAPES: Readonly<Record<string, string>> = {
  "100": "-A",
  "101": "-B",
  "109": "-C",
  "110": "-D",
  "144": "-L",
  "127": "-G",
  "126": "-F",
  "138": "-H",
  "148": "-M",
  "203": "-b",
  "166": "-T",
  "13": ")I",
  "87": "$B",
  "159": "$(D",
  "149": "$)C",
  "58": "$)A",
};

/** Of lines, of values, of components and of groups of components. */
const DELIMITERS = "\r\n\t\f\\^=";

/** `text` in the sets that the terms of (0008,0005) name; undefined if one of its characters is in none of them. */
export function encodeWithExtensions(text: string, terms: readonly string[]): Uint8Array | undefined {
  const octets: number[] = [];
  const escape = (sequence: string) => {
    octets.push(0x1B, ...Array.from(sequence, (character) => character.charCodeAt(0)));
  };
  const sets = terms.map(setOf);
  const first = sets[0]?.inG0 === false ? sets[0] : undefined;
  const toAscii = terms[0]?.endsWith(" 13") ? "(J" : "(B";
  let g0: CodedSet | undefined;
  let g1: CodedSet | undefined = first;
  for (const character of text) {
    if (character < "\x80") {
      if (g0 !== undefined) escape(toAscii);
      g0 = undefined;
      octets.push(character.charCodeAt(0));
      if (DELIMITERS.includes(character) && g1 !== first) g1 = undefined;
      continue;
    }
    const set = sets.find((candidate) => candidate?.repertoire.has(character));
    const code = set?.repertoire.get(character);
    if (set === undefined || code === undefined) return undefined;
    if (set !== (set.inG0 ? g0 : g1)) escape(set.escape);
    if (set.inG0) g0 = set;
    else g1 = set;
    octets.push(...octetsOf(code));
  }
  if (g0 !== undefined) escape(toAscii);
  return Uint8Array.from(octets);
}

function setOf(term: string): CodedSet | undefined {
  const number = /^ISO(?:_IR| 2022 IR) (\d+)$/.exec(term)?.[1] ?? "";
  const escape = ESCAPES[number];
  const repertoire = repertoireOf(number);
  if (escape === undefined || repertoire === undefined) return undefined;
  return { escape, inG0: escape === "$B" || escape.includes("("), repertoire };
}
