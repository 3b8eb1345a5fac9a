import { assertEquals } from "@std/assert";
import { ElementHeader, type Encoding, readElementHeader, tagText } from "../../lib/dataset/element.ts";
import { vrText } from "../../lib/dicom/vr.ts";

interface Case {
  readonly what: string;
  readonly encoding: Encoding;
  readonly hex: string;
  /** "tag VR length headerBytes", or undefined when the bytes are not enough. */
  readonly expected: string | undefined;
}

const CASES: readonly Case[] = [
  { what: "implicit", encoding: "implicitLittle", hex: "08001600 1a000000", expected: "(0008,0016)  26 8" },
  {
    what: "explicit, short",
    encoding: "explicitLittle",
    hex: "08001600 5549 1a00",
    expected: "(0008,0016) UI 26 8",
  },
  { what: "big endian", encoding: "explicitBig", hex: "00080016 5549 001a", expected: "(0008,0016) UI 26 8" },
  {
    what: "explicit, long",
    encoding: "explicitLittle",
    hex: "e07f1000 4f57 0000 10270000",
    expected: "(7FE0,0010) OW 10000 12",
  },
  {
    what: "big endian, undefined length",
    encoding: "explicitBig",
    hex: "00081140 5351 0000 ffffffff",
    expected: "(0008,1140) SQ 4294967295 12",
  },
  {
    what: "item",
    encoding: "explicitLittle",
    hex: "feff00e0 ffffffff",
    expected: "(FFFE,E000)  4294967295 8",
  },
  {
    what: "item, big endian",
    encoding: "explicitBig",
    hex: "fffee000 00000010",
    expected: "(FFFE,E000)  16 8",
  },
  {
    what: "a VR not yet invented",
    encoding: "explicitLittle",
    hex: "09000110 5a5a 0000 10000000",
    expected: "(0009,1001) ZZ 16 12",
  },
  {
    what: "question marks for a VR",
    encoding: "explicitLittle",
    hex: "09000110 3f3f 1000",
    expected: "(0009,1001) ?? 16 8",
  },
  {
    what: "no VR, small length",
    encoding: "explicitLittle",
    hex: "09000110 10000000",
    expected: "(0009,1001)  16 8",
  },
  {
    what: "no VR, large length",
    encoding: "explicitLittle",
    hex: "09000110 00000800",
    expected: "(0009,1001)  524288 8",
  },
  {
    what: "no VR, big endian",
    encoding: "explicitBig",
    hex: "00091001 00000010",
    expected: "(0009,1001)  16 8",
  },
  {
    what: "an empty value and the next element",
    encoding: "explicitLittle",
    hex: "10001000 504e 0000 10002000 4c4f 0400",
    expected: "(0010,0010) PN 0 8",
  },
  {
    what: "an empty value and the end of the item",
    encoding: "explicitLittle",
    hex: "10001000 504e 0000 feff0de0 00000000",
    expected: "(0010,0010) PN 0 8",
  },
  {
    what: "an empty value and an element without VR",
    encoding: "explicitLittle",
    hex: "10001000 504e 0000 11001010 04000000",
    expected: "(0010,0010) PN 0 8",
  },
  {
    what: "an empty value and question marks for a VR",
    encoding: "explicitLittle",
    hex: "08005000 5348 0000 29000110 3f3f 0400",
    expected: "(0008,0050) SH 0 8",
  },
  {
    what: "an empty value and question marks for a VR, big endian",
    encoding: "explicitBig",
    hex: "00080050 5348 0000 00091001 3f3f 0004",
    expected: "(0008,0050) SH 0 8",
  },
  {
    what: "an empty value and small letters for a VR in the next group",
    encoding: "explicitLittle",
    hex: "08005000 5348 0000 09000110 6f78 0400",
    expected: "(0008,0050) SH 0 8",
  },
  {
    what: "question marks in the long form",
    encoding: "explicitLittle",
    hex: "10001000 504e 0000 06000000 3f3f3f3f",
    expected: "(0010,0010) PN 6 12",
  },
  {
    what: "a 16-bit VR in the long form",
    encoding: "explicitLittle",
    hex: "10000040 4c54 0000 70110100 41424344",
    expected: "(0010,4000) LT 70000 12",
  },
  { what: "nothing", encoding: "explicitLittle", hex: "", expected: undefined },
  { what: "seven bytes", encoding: "implicitLittle", hex: "08001600 1a0000", expected: undefined },
  {
    what: "eleven bytes of the long form",
    encoding: "explicitLittle",
    hex: "e07f1000 4f57 0000 102700",
    expected: undefined,
  },
];

for (const { what, encoding, hex, expected } of CASES) {
  Deno.test(`a header is read: ${what}`, () => {
    const bytes = Uint8Array.fromHex(hex.replaceAll(" ", ""));
    // Somewhere in the middle of a window, with bytes behind it that must not be looked at.
    const window = new Uint8Array(bytes.length + 30).fill(0xEE);
    window.set(bytes, 7);
    const header = new ElementHeader();
    const complete = readElementHeader(new DataView(window.buffer), 7, 7 + bytes.length, encoding, header);
    const { tag, vr, lengthBytes, headerBytes } = header;
    const read = complete ? `${tagText(tag)} ${vrText(vr)} ${lengthBytes} ${headerBytes}` : undefined;
    assertEquals(read, expected);
  });
}
