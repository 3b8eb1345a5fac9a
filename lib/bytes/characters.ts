/**
 * Text of one octet a character, both ways. A loop over the characters would take ten times as long in a run of a few hundred
 * files, because so short a run has hardly any compiled code.
 */

/** More arguments than this may be too many for one call. */
const MOST_AT_ONCE = 4096;
const ENCODER = new TextEncoder();

/** The octets as characters U+0000 to U+00FF. */
export function charactersOf(octets: Uint8Array): string {
  if (octets.length <= MOST_AT_ONCE) return Reflect.apply(String.fromCharCode, undefined, octets);
  const parts: string[] = [];
  for (let at = 0; at < octets.length; at += MOST_AT_ONCE) {
    parts.push(charactersOf(octets.subarray(at, at + MOST_AT_ONCE)));
  }
  return parts.join("");
}

/** Puts one octet for each character of `text`: the low one of characters that have more. */
export function putCharacters(text: string, into: Uint8Array, at: number): void {
  const { read, written } = ENCODER.encodeInto(text, into.subarray(at, at + text.length));
  if (read === text.length && written === text.length) return; // all of it was ASCII
  for (let i = 0; i < text.length; i++) into[at + i] = text.charCodeAt(i);
}
