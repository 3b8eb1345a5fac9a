/** Texts in the character set of a data set, (0008,0005): the way out, for values that edits put in. PS3.3 C.12.1.1.2. */

import { gb18030Supplementary, octetsOf, repertoireOf } from "./character_repertoires.ts";
import { encodeWithExtensions } from "./code_extensions.ts";

/**
 * `text` in the character set that the value of (0008,0005) names; undefined if it cannot be expressed in that, or if
 * the set is not known. Escape sequences are used where the value allows them, by having several terms.
 */
export function encodeText(text: string, characterSet: string): Uint8Array | undefined {
  const utf8 = new TextEncoder().encode(text);
  if (utf8.every((octet) => octet < 0x80)) return utf8;
  const terms = characterSet.split("\\").map((term) => term.trim());
  switch (terms[0]) {
    case "ISO_IR 192":
      return utf8;
    case "GBK":
    case "GB18030":
      return encodeWhole(text, terms[0]);
    default:
      return encodeWithExtensions(text, terms);
  }
}

/** In one set that also has the characters of ASCII. */
function encodeWhole(text: string, name: "GBK" | "GB18030"): Uint8Array | undefined {
  const octets: number[] = [];
  for (const character of text) {
    const code = character < "\x80" ? character.charCodeAt(0) : repertoireOf(name)?.get(character) ??
      (name === "GB18030" ? gb18030Supplementary(character) : undefined);
    if (code === undefined) return undefined;
    octets.push(...(code === 0 ? [0] : octetsOf(code)));
  }
  return Uint8Array.from(octets);
}
