import { assert, assertEquals } from "@std/assert";
import { builtInDictionary, DICTIONARY_EDITION, isPrivateCreator } from "../../lib/dicom/dictionary.ts";
import { PUBLIC } from "../../lib/dicom/dictionary_data.ts";
import { isStandardVr, VR_LUT_DATA, VR_OB_OR_OW, VR_US_OR_SS, vrCode, vrText } from "../../lib/dicom/vr.ts";

const dictionary = builtInDictionary();

const PUBLIC_CASES: ReadonlyArray<readonly [tag: number, vr: string, keyword: string | undefined]> = [
  [0x00000002, "UI", "AffectedSOPClassUID"],
  [0x00020010, "UI", "TransferSyntaxUID"],
  [0x00080005, "CS", "SpecificCharacterSet"],
  [0x00080000, "UL", undefined],
  [0x00100010, "PN", "PatientName"],
  [0x00280106, "xs", "SmallestImagePixelValue"],
  [0x00283006, "lt", "LUTData"],
  [0x00209165, "AT", "DimensionIndexPointer"],
  [0x7FE00010, "ox", "PixelData"],
  [0x7FE00008, "OF", "FloatPixelData"],
  [0xFFFCFFFC, "OB", "DataSetTrailingPadding"],
  [0x60000010, "US", "OverlayRows"],
  [0x60020010, "US", "OverlayRows"],
  [0x60FE3000, "ox", "OverlayData"],
  [0x50223000, "ox", "CurveData"],
  [0x002031A4, "CS", "SourceImageIDs"],
  [0x7F220010, "ox", "VariablePixelData"],
  [0x00090010, "LO", undefined],
  [0x000900FF, "LO", undefined],
  [0x00091001, "", undefined],
  [0x0009000F, "", undefined],
  [0x60010010, "LO", undefined],
  [0x60013000, "", undefined],
  [0x00100011, "", undefined],
  [0xFFFFFFFF, "", undefined],
];

Deno.test("public elements, repeating groups, group lengths and private creators have their VR", () => {
  for (const [tag, vr, keyword] of PUBLIC_CASES) {
    const shown = tag.toString(16).padStart(8, "0");
    assertEquals([shown, vrText(dictionary.vrOf(tag))], [shown, vr]);
    assertEquals([shown, dictionary.keywordOf(tag)], [shown, keyword]);
  }
  assertEquals(DICTIONARY_EDITION, "2024c");
});

Deno.test("every row of the generated table is found again, by tag and by keyword", () => {
  let rows = 0;
  for (const line of PUBLIC.split("\n")) {
    const [group = "", elements = ""] = line.split(" ");
    for (const [, element = "", vr = ""] of elements.matchAll(/(.{4})(..)/g)) {
      const tag = parseInt(group + element, 16);
      assertEquals(dictionary.vrOf(tag), vrCode(vr), group + element);
      assert(
        isStandardVr(vrCode(vr)) || [VR_US_OR_SS, VR_OB_OR_OW, VR_LUT_DATA].includes(vrCode(vr)),
        group + element,
      );
      const keyword = dictionary.keywordOf(tag) ?? "";
      if (keyword !== "") assertEquals(dictionary.tagOf(keyword), tag, keyword);
      rows++;
    }
  }
  assert(rows > 5000);
});

Deno.test("keywords lead to tags, in the first group where groups repeat", () => {
  assertEquals(dictionary.tagOf("PatientID"), 0x00100020);
  assertEquals(dictionary.tagOf("OverlayRows"), 0x60000010);
  for (const unknown of ["", "patientID", "Nonsense", "constructor"]) {
    assertEquals(dictionary.tagOf(unknown), undefined);
  }
});

const PRIVATE_CASES: ReadonlyArray<readonly [creator: string, tag: number, vr: string]> = [
  ["SIEMENS CSA HEADER", 0x00291008, "CS"],
  ["SIEMENS CSA HEADER", 0x00294308, "CS"],
  ["SIEMENS CSA HEADER", 0x00311008, ""],
  ["siemens csa header", 0x00291008, ""],
  ["GEMS_PARM_01", 0x00431001, "SS"],
  ["PAPYRUS 3.0", 0x60031010, "US"],
  ["Nobody", 0x00291008, ""],
  ["", 0x00291008, ""],
];

Deno.test("private elements have the VR that their creator gives them, in any block", () => {
  for (const [creator, tag, vr] of PRIVATE_CASES) {
    assertEquals([creator, vrText(dictionary.privateVrOf(creator, tag))], [creator, vr]);
  }
});

Deno.test("private creators are the elements 10 to FF of odd groups", () => {
  for (const tag of [0x00090010, 0x000900FF, 0xFFFF0010]) assert(isPrivateCreator(tag));
  for (const tag of [0x0009000F, 0x00090100, 0x00080010, 0x00091010]) assert(!isPrivateCreator(tag));
});
