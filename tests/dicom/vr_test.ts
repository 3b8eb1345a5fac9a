import { assertEquals } from "@std/assert";
import {
  hasShortLength,
  isNewVr,
  isStandardVr,
  isText,
  looksLikeVr,
  paddingOf,
  unitBytesOf,
  vrCode,
  vrText,
} from "../../lib/dicom/vr.ts";

/** PS3.5 6.2 and 7.1.2: VR, octets of a unit, 16-bit length, text, padding. */
const VRS: readonly (readonly [vr: string, unit: number, short: boolean, text: boolean, padding: number])[] =
  [
    ["AE", 1, true, true, 0x20],
    ["AS", 1, true, true, 0x20],
    ["AT", 2, true, false, 0],
    ["CS", 1, true, true, 0x20],
    ["DA", 1, true, true, 0x20],
    ["DS", 1, true, true, 0x20],
    ["DT", 1, true, true, 0x20],
    ["FD", 8, true, false, 0],
    ["FL", 4, true, false, 0],
    ["IS", 1, true, true, 0x20],
    ["LO", 1, true, true, 0x20],
    ["LT", 1, true, true, 0x20],
    ["OB", 1, false, false, 0],
    ["OD", 8, false, false, 0],
    ["OF", 4, false, false, 0],
    ["OL", 4, false, false, 0],
    ["OV", 8, false, false, 0],
    ["OW", 2, false, false, 0],
    ["PN", 1, true, true, 0x20],
    ["SH", 1, true, true, 0x20],
    ["SL", 4, true, false, 0],
    ["SQ", 1, false, false, 0],
    ["SS", 2, true, false, 0],
    ["ST", 1, true, true, 0x20],
    ["SV", 8, false, false, 0],
    ["TM", 1, true, true, 0x20],
    ["UC", 1, false, true, 0x20],
    ["UI", 1, true, true, 0],
    ["UL", 4, true, false, 0],
    ["UN", 1, false, false, 0],
    ["UR", 1, false, true, 0x20],
    ["US", 2, true, false, 0],
    ["UT", 1, false, true, 0x20],
    ["UV", 8, false, false, 0],
  ];

Deno.test("every VR of PS3.5 has its unit, length field, kind and padding", () => {
  for (const [vr, unit, short, text, padding] of VRS) {
    const code = vrCode(vr);
    assertEquals([vr, vrText(code), isStandardVr(code), looksLikeVr(code)], [vr, vr, true, true]);
    assertEquals([vr, unitBytesOf(code), hasShortLength(code), isText(code), paddingOf(code)], [
      vr,
      unit,
      short,
      text,
      padding,
    ]);
  }
});

Deno.test("the VRs that --disable-new-vr replaces are those that came after 1993", () => {
  const replaced = VRS.map(([vr]) => vr).filter((vr) => isNewVr(vrCode(vr)));
  assertEquals(replaced, ["OD", "OF", "OL", "OV", "SV", "UC", "UN", "UR", "UT", "UV"]);
});

Deno.test("what is no VR has no properties", () => {
  for (const text of ["ZZ", "xs", "??", "\0\0", "A1", "[A"]) {
    const code = vrCode(text);
    assertEquals([text, isStandardVr(code), hasShortLength(code), unitBytesOf(code)], [
      text,
      false,
      false,
      1,
    ]);
    assertEquals(looksLikeVr(code), text === "ZZ");
  }
  assertEquals(vrText(0), "");
});
