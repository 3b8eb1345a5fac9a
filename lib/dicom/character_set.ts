/** Texts in the character set of a data set, (0008,0005): the way out, for values that edits put in. PS3.3 C.12.1.1.2. */

/** The defined terms of one octet a character, and what the Encoding Standard calls them. */
const SINGLE_BYTE: Readonly<Record<string, string>> = {
  "ISO_IR 100": "iso-8859-1",
  "ISO_IR 101": "iso-8859-2",
  "ISO_IR 109": "iso-8859-3",
  "ISO_IR 110": "iso-8859-4",
  "ISO_IR 144": "iso-8859-5",
  "ISO_IR 127": "iso-8859-6",
  "ISO_IR 126": "iso-8859-7",
  "ISO_IR 138": "iso-8859-8",
  "ISO_IR 148": "windows-1254",
  "ISO_IR 203": "iso-8859-15",
  "ISO_IR 166": "windows-874",
};

/** Upper halves of single byte character sets: character -> octet. */
const octets = new Map<string, ReadonlyMap<string, number>>();

function octetsOf(label: string): ReadonlyMap<string, number> {
  let table = octets.get(label);
  if (table === undefined) {
    const made = new Map<string, number>();
    // What these encodings have between 80 and 9F is not in the ISO sets that DICOM means.
    const upper = Uint8Array.from({ length: 0x60 }, (_, index) => 0xA0 + index);
    const decoder = new TextDecoder(label === "iso-8859-1" ? "windows-1252" : label);
    for (const octet of upper) {
      const character = decoder.decode(Uint8Array.of(octet));
      if (character !== "\uFFFD") made.set(character, octet);
    }
    octets.set(label, table = made);
  }
  return table;
}

/**
 * `text` in the character set that the value of (0008,0005) names; undefined if it cannot be expressed in that, or if
 * the set is one that this program does not write. Code extensions are not used: only the first value counts.
 */
export function encodeText(text: string, characterSet: string): Uint8Array | undefined {
  const utf8 = new TextEncoder().encode(text);
  if (utf8.every((octet) => octet < 0x80)) return utf8;
  const first = (characterSet.split("\\")[0] ?? "").trim().replace(/^ISO 2022 IR /, "ISO_IR ");
  if (first === "ISO_IR 192") return utf8;
  const label = SINGLE_BYTE[first];
  if (label === undefined) return undefined;
  const table = octetsOf(label);
  const characters = [...text];
  const bytes = new Uint8Array(characters.length);
  for (const [index, character] of characters.entries()) {
    const code = character.codePointAt(0) ?? 0;
    const octet = code < 0x80 ? code : table.get(character);
    if (octet === undefined) return undefined;
    bytes[index] = octet;
  }
  return bytes;
}
