import { assertEquals } from "@std/assert";
import { charactersOf, putCharacters } from "../../lib/bytes/characters.ts";

const TEXTS = {
  "nothing": "",
  "ASCII": "1.2.840.10008.1.2",
  "the whole octet": "\u0000\u007f\u0080\u009f\u00a0\u00ff",
  "longer than one call takes": "0123456789\u00e9".repeat(2000),
};

for (const [what, text] of Object.entries(TEXTS)) {
  Deno.test(`characters to octets and back: ${what}`, () => {
    const octets = new Uint8Array(text.length + 2).fill(7);
    putCharacters(text, octets, 1);
    assertEquals([octets[0], octets.at(-1)], [7, 7]);
    assertEquals([...octets.subarray(1, -1)], [...text].map((character) => character.charCodeAt(0)));
    assertEquals(charactersOf(octets.subarray(1, -1)), text);
  });
}

Deno.test("of a character with more than one octet the low one is put, and only in its place", () => {
  const octets = new Uint8Array(5).fill(7);
  putCharacters("a\u20ac\u{1f600}", octets, 0);
  assertEquals([...octets], [0x61, 0xac, 0x3d, 0x00, 7]);
});
