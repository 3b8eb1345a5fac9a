import { assert, assertEquals } from "@std/assert";
import { defaultSopClasses, modalityOf, storageSopClasses } from "../../lib/dicom/sop_classes.ts";
import { longNameOf, transferSyntaxes, transferSyntaxOf } from "../../lib/dicom/transfer_syntaxes.ts";
import { keywordOf, nameOf, uidOfName } from "../../lib/dicom/uids.ts";

const STORAGE = "1.2.840.10008.5.1.4.1.1.";

Deno.test("the default proposal is DCMTK's 64 classes in its order", () => {
  const classes = defaultSopClasses();
  assertEquals(classes.length, 64);
  assertEquals(new Set(classes).size, 64);
  assertEquals(classes[0], `${STORAGE}9.1.3`);
  assertEquals(classes[10], `${STORAGE}2`);
  assertEquals(classes[63], `${STORAGE}12.2`);
  for (const uid of classes) assert(storageSopClasses().has(uid), uid);
});

Deno.test("every storage class has a modality code, a name and a keyword that lead back to it", () => {
  assertEquals(storageSopClasses().size, 211);
  for (const [uid, code] of storageSopClasses()) {
    assert(/^1\.2\.840\.10008\.5\.1\.[\d.]+\d$/.test(uid), uid);
    assert(code !== "", uid);
    assertEquals(uidOfName(nameOf(uid) ?? ""), uid);
    assertEquals(uidOfName(keywordOf(uid) ?? ""), uid);
  }
});

const NAMED: ReadonlyArray<readonly [uid: string, name: string, keyword: string, code: string | undefined]> =
  [
    ["1.2.840.10008.1.1", "VerificationSOPClass", "Verification", undefined],
    ["1.2.840.10008.3.1.1.1", "StandardApplicationContext", "DICOMApplicationContext", undefined],
    ["1.2.840.10008.1.2", "LittleEndianImplicit", "ImplicitVRLittleEndian", undefined],
    ["1.2.840.10008.1.2.5", "RLELossless", "RLELossless", undefined],
    [`${STORAGE}2`, "CTImageStorage", "CTImageStorage", "CT"],
    [
      `${STORAGE}7.1`,
      "MultiframeSingleBitSecondaryCaptureImageStorage",
      "MultiFrameSingleBitSecondaryCaptureImageStorage",
      "SCs",
    ],
    [`${STORAGE}9`, "RETIRED_StandaloneCurveStorage", "StandaloneCurveStorage", "CV"],
    [`${STORAGE}66.7`, "LabelMapSegmentationStorage", "LabelMapSegmentationStorage", "SGl"],
  ];

Deno.test("well-known UIDs have DCMTK's names and the standard's keywords", () => {
  for (const [uid, name, keyword, code] of NAMED) {
    assertEquals([nameOf(uid), keywordOf(uid), modalityOf(uid)], [name, keyword, code]);
    assertEquals([uidOfName(name), uidOfName(keyword)], [uid, uid]);
  }
});

Deno.test("a UID or name that nobody registered has no names", () => {
  for (const uid of ["", "1.2.3", "1.2.840.10008.1.2.", "constructor"]) {
    assertEquals([nameOf(uid), keywordOf(uid), modalityOf(uid), uidOfName(uid)], Array(4).fill(undefined));
    assertEquals(transferSyntaxOf(uid), undefined);
    assertEquals(longNameOf(uid), uid);
  }
});

Deno.test("transfer syntaxes say how a data set is encoded", () => {
  assertEquals(transferSyntaxes().size, 58);
  const flags = (uid: string) => {
    const syntax = transferSyntaxOf(uid);
    return [syntax?.explicit, syntax?.bigEndian, syntax?.deflated, syntax?.encapsulated];
  };
  assertEquals(flags("1.2.840.10008.1.2"), [false, false, false, false]);
  assertEquals(flags("1.2.840.10008.1.2.1"), [true, false, false, false]);
  assertEquals(flags("1.2.840.10008.1.2.2"), [true, true, false, false]);
  assertEquals(flags("1.2.840.10008.1.2.1.99"), [true, false, true, false]);
  assertEquals(flags("1.2.840.10008.1.2.1.98"), [true, false, false, true]);
  assertEquals(flags("1.2.840.10008.1.2.4.50"), [true, false, false, true]);
  assertEquals(flags("1.2.840.10008.1.2.4.95"), [true, false, true, true]);
  assertEquals(flags("1.2.840.113619.5.2"), [false, false, false, false]);
  const mixed = [...transferSyntaxes().values()].filter(({ bigEndianPixels }) => bigEndianPixels);
  assertEquals(mixed.map(({ uid }) => uid), ["1.2.840.113619.5.2"]);
  assertEquals(longNameOf("1.2.840.10008.1.2.4.81"), "JPEG-LS Lossy (Near-lossless)");
});
