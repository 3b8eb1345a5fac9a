import { assertEquals } from "@std/assert";
import { encodeText } from "../../lib/dicom/character_set.ts";

const CASES: readonly (readonly [text: string, characterSet: string, hex: string | undefined])[] = [
  ["DOE^J", "", "444f455e4a"],
  ["DOE^J", "ISO 2022 IR 87", "444f455e4a"],
  ["ä", "", undefined],
  ["ä", "ISO_IR 6", undefined],
  ["ä", "ISO_IR 100", "e4"],
  ["ä", "ISO 2022 IR 100", "e4"],
  ["ä", "ISO_IR 100\\ISO 2022 IR 87", "e4"],
  ["ä", "ISO_IR 192", "c3a4"],
  ["ä日", "ISO_IR 192", "c3a4e697a5"],
  ["日", "ISO_IR 100", undefined],
  ["日", "ISO 2022 IR 87", undefined],
  ["€", "ISO_IR 100", undefined],
  ["€", "ISO_IR 203", "a4"],
  ["Люк", "ISO_IR 144", "bbeeda"],
  ["Διο", "ISO_IR 126", "c4e9ef"],
  ["Å", "ISO_IR 101", undefined],
  ["ł", "ISO_IR 101", "b3"],
  ["นา", "ISO_IR 166", "b9d2"],
  ["ş", "ISO_IR 148", "fe"],
  ["x", "Nonsense", "78"],
];

Deno.test("texts are encoded in the character set of the data set, or not at all", () => {
  for (const [text, characterSet, hex] of CASES) {
    assertEquals([text, characterSet, encodeText(text, characterSet)?.toHex()], [text, characterSet, hex]);
  }
});
