import { assert, assertEquals } from "@std/assert";
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
  ["日", "ISO 2022 IR 87", "1b2442467c1b2842"],
  ["日本語", "ISO 2022 IR 100", undefined],
  // PS3.5 H.3.1, H.3.2, I.2, J.3 and K.2: the examples of the standard
  [
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "\\ISO 2022 IR 87",
    "59616d6164615e5461726f753d1b24423b3345441b28425e1b244242404f3a1b28423d" +
    "1b24422464245e24401b28425e1b2442243f246d24261b2842",
  ],
  [
    "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    "ISO 2022 IR 13\\ISO 2022 IR 87",
    "d4cfc0de5ec0dbb33d1b24423b3345441b284a5e1b244242404f3a1b284a3d" +
    "1b24422464245e24401b284a5e1b2442243f246d24261b284a",
  ],
  [
    "Hong^Gildong=洪^吉洞=홍^길동",
    "\\ISO 2022 IR 149",
    "486f6e675e47696c646f6e673d1b242943fbf35e1b242943d1ced4d73d1b242943c8ab5e1b242943b1e6b5bf",
  ],
  [
    "Zhang^XiaoDong=张^小东",
    "\\ISO 2022 IR 58",
    "5a68616e675e5869616f446f6e673d1b242941d5c55e1b242941d0a1b6ab",
  ],
  ["Wang^XiaoDong=王^小东", "GB18030", "57616e675e5869616f446f6e673dcdf55ed0a1b6ab"],
  ["王😀", "GB18030", "cdf59439fc36"],
  ["王😀", "GBK", undefined],
  ["ä王€", "GBK", undefined],
  ["ä", "GB18030", "81308a31"],
  // Latin, then Greek, then Latin again, with a delimiter before and without one
  ["äγä", "ISO 2022 IR 100\\ISO 2022 IR 126", "e41b2d46e31b2d41e4"],
  ["äγ^ä", "ISO 2022 IR 100\\ISO 2022 IR 126", "e41b2d46e35e1b2d41e4"],
  ["丂", "\\ISO 2022 IR 87\\ISO 2022 IR 159", "1b24284430211b2842"],
  ["〜", "\\ISO 2022 IR 87", "1b244221411b2842"],
  ["日\\本", "\\ISO 2022 IR 87", "1b2442467c1b28425c1b24424b5c1b2842"],
  // NEC's circled digits and roman numerals are in neither
  ["①", "\\ISO 2022 IR 87", undefined],
  ["ⅰ", "\\ISO 2022 IR 58", undefined],
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

Deno.test("what is encoded decodes to the same text", () => {
  const labels: Readonly<Record<string, string>> = {
    "GB18030": "gb18030",
    "GBK": "gbk",
    "\\ISO 2022 IR 87": "iso-2022-jp",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 144": "iso-8859-5",
  };
  for (const [characterSet, label] of Object.entries(labels)) {
    let encoded = 0;
    for (let code = 0x80; code < 0x20000; code++) {
      if (code >= 0xD800 && code < 0xE000) continue;
      const character = String.fromCodePoint(code);
      const bytes = encodeText(character, characterSet);
      if (bytes === undefined) continue;
      encoded++;
      const decoded = new TextDecoder(label).decode(new Uint8Array(bytes));
      if (decoded !== character && !"\u2014\u2016\u2212\u301C".includes(character)) {
        assertEquals([characterSet, decoded], [characterSet, character]);
      }
    }
    assert(encoded > 60, characterSet);
  }
});
