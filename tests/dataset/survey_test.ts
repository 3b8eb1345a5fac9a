import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import type { ReadMode } from "../../lib/dataset/beginning.ts";
import { NotDicom } from "../../lib/dataset/not_dicom.ts";
import { survey } from "../../lib/dataset/survey.ts";
import type { Survey } from "../../lib/dataset/survey_result.ts";
import { Fault } from "../../lib/errors.ts";
import { encodeDataSet, imageElements, imageFile, joined, metaHeader } from "../peers/made_up_files.ts";
import {
  element,
  IDENTITY,
  item,
  PIXELS,
  SEQUENCE_END,
  SOP_CLASS,
  SOP_INSTANCE,
  text,
  UNDEFINED,
} from "./broken_structures.ts";
import {
  encodePlainly,
  madeDataSet,
  type MadeElement,
  newSeed,
  Random,
  type Style,
} from "./made_up_data_sets.ts";

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const BIG = "1.2.840.10008.1.2.2";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const JPEG = "1.2.840.10008.1.2.4.50";

/** The survey of a file in memory. */
async function surveyed(bytes: Uint8Array, mode: ReadMode = "auto"): Promise<Survey> {
  return await survey(seekableMemory(bytes), "a.dcm", mode);
}

function meta(transferSyntax: string, sopClassUid = SOP_CLASS, sopInstanceUid = SOP_INSTANCE): Uint8Array {
  return metaHeader(transferSyntax, sopClassUid, sopInstanceUid);
}

const PATIENT = element(0x00100010, "PN", text("A^B "));
const FRAGMENTS = element(
  0x7FE00010,
  "OB",
  joined([item(new Uint8Array()), item(text("abcd")), SEQUENCE_END]),
  UNDEFINED,
);
const PLAIN = joined([IDENTITY, PATIENT, PIXELS]);

Deno.test("a survey says what an instance is and where its data set stands", async () => {
  const head = meta(EXPLICIT, "1.2.3", "4.5.6");
  assertEquals(await surveyed(joined([head, PLAIN])), {
    metaPresent: true,
    transferSyntax: EXPLICIT,
    declaredTransferSyntax: EXPLICIT,
    encoding: "explicitLittle",
    passesThrough: true,
    mediaStorageSopClassUid: "1.2.3",
    mediaStorageSopInstanceUid: "4.5.6",
    sopClassUid: SOP_CLASS,
    sopInstanceUid: SOP_INSTANCE,
    dataSetOffset: head.length,
    dataSetLengthBytes: PLAIN.length,
    pixelRepresentation: 0,
    hasPixelData: true,
    encapsulated: false,
    fragmentsElsewhere: false,
    deceptive: false,
    late: undefined,
    oddLength: false,
    blanksInUids: false,
    isDicomdir: false,
    warnings: [],
  });
});

interface Reading {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly mode?: ReadMode;
  readonly expected: Partial<Survey>;
  /** Part of each warning. */
  readonly warnings?: readonly string[];
}

const image = (encoding: "implicit" | "explicit" | "bigEndian") => encodeDataSet(imageElements(), encoding);

/** 8 x 8 pixels of one byte, and everything that says so. */
const NATIVE_IMAGE = joined([
  IDENTITY,
  element(0x00280002, "US", Uint8Array.of(1, 0)),
  element(0x00280010, "US", Uint8Array.of(8, 0)),
  element(0x00280011, "US", Uint8Array.of(8, 0)),
  element(0x00280100, "US", Uint8Array.of(8, 0)),
  element(0x7FE00010, "OB", new Uint8Array(64)),
]);

const READINGS: readonly Reading[] = [
  {
    what: "implicit",
    bytes: imageFile({ encoding: "implicit" }),
    expected: { transferSyntax: IMPLICIT, encoding: "implicitLittle" },
  },
  {
    what: "big endian",
    bytes: imageFile({ encoding: "bigEndian" }),
    expected: { transferSyntax: BIG, encoding: "explicitBig" },
  },
  {
    what: "a bare data set, explicit",
    bytes: PLAIN,
    expected: { transferSyntax: EXPLICIT, metaPresent: false, dataSetOffset: 0 },
  },
  { what: "a bare data set, implicit", bytes: image("implicit"), expected: { transferSyntax: IMPLICIT } },
  { what: "a bare data set, big endian", bytes: image("bigEndian"), expected: { transferSyntax: BIG } },
  {
    what: "a bare data set, asked for",
    bytes: PLAIN,
    mode: "dataset",
    expected: { transferSyntax: EXPLICIT },
  },
  {
    what: "a meta header without preamble",
    bytes: joined([meta(EXPLICIT).subarray(132), PLAIN]),
    expected: { metaPresent: true, transferSyntax: EXPLICIT },
  },
  {
    what: "encapsulated pixel data",
    bytes: joined([meta(JPEG), IDENTITY, FRAGMENTS]),
    expected: { transferSyntax: JPEG, encapsulated: true },
  },
  {
    what: "a deflated data set that begins like a meta element, with an empty block",
    bytes: joined([meta(DEFLATED), Uint8Array.of(2, 0, 0, 0, 255, 255), deflateRawSync(PLAIN)]),
    expected: {
      transferSyntax: DEFLATED,
      sopInstanceUid: SOP_INSTANCE,
      dataSetOffset: meta(DEFLATED).length,
    },
  },
  {
    what: "no transfer syntax",
    bytes: joined([meta(""), PLAIN]),
    expected: { transferSyntax: EXPLICIT, declaredTransferSyntax: undefined },
    warnings: ["no transfer syntax in its meta header, its data set is read as Little Endian Explicit"],
  },
  {
    what: "an unknown transfer syntax",
    bytes: joined([meta("1.2.3.4"), image("implicit")]),
    expected: { transferSyntax: "1.2.3.4", encoding: "implicitLittle", passesThrough: true },
    warnings: ["has the unknown transfer syntax 1.2.3.4"],
  },
  {
    what: "GE's own transfer syntax",
    bytes: joined([meta("1.2.840.113619.5.2"), image("implicit")]),
    expected: { transferSyntax: "1.2.840.113619.5.2", encoding: "implicitLittle", passesThrough: true },
  },
  {
    what: "GE's own transfer syntax, with explicit VR",
    bytes: joined([meta("1.2.840.113619.5.2"), PLAIN]),
    expected: { transferSyntax: "1.2.840.113619.5.2", encoding: "explicitLittle", passesThrough: false },
    warnings: ["is encoded as Little Endian Explicit, not as Private GE"],
  },
  {
    what: "an unknown transfer syntax with encapsulated pixel data",
    bytes: joined([meta("1.2.3.4"), IDENTITY, FRAGMENTS]),
    expected: { transferSyntax: "1.2.3.4", encapsulated: true },
    warnings: ["has the unknown transfer syntax 1.2.3.4"],
  },
  {
    what: "explicit that is said to be implicit",
    bytes: joined([meta(IMPLICIT), PLAIN]),
    expected: { transferSyntax: EXPLICIT, declaredTransferSyntax: IMPLICIT },
    warnings: ["is encoded as Little Endian Explicit, not as Little Endian Implicit"],
  },
  {
    what: "implicit that is said to be explicit",
    bytes: joined([meta(EXPLICIT), image("implicit")]),
    expected: { transferSyntax: IMPLICIT },
    warnings: ["is encoded as Little Endian Implicit, not as Little Endian Explicit"],
  },
  {
    what: "big endian that is said to be little endian",
    bytes: joined([meta(EXPLICIT), image("bigEndian")]),
    expected: { transferSyntax: BIG },
    warnings: ["is encoded as Big Endian Explicit, not as Little Endian Explicit"],
  },
  {
    what: "little endian that is said to be big endian",
    bytes: joined([meta(BIG), PLAIN]),
    expected: { transferSyntax: EXPLICIT },
    warnings: ["is encoded as Little Endian Explicit, not as Big Endian Explicit"],
  },
  {
    what: "a data set that is said to be deflated and is not",
    bytes: joined([meta(DEFLATED), PLAIN]),
    expected: { transferSyntax: EXPLICIT },
    warnings: ["is not deflated, though its meta header says so"],
  },
  {
    what: "native pixel data that are said to be compressed",
    bytes: joined([meta(JPEG), NATIVE_IMAGE]),
    expected: { transferSyntax: EXPLICIT, encapsulated: false },
    warnings: ["the pixel data of a.dcm are native, not JPEG Baseline"],
  },
  {
    what: "compressed pixel data that are said to be native, but can be recognised",
    bytes: joined([
      meta(EXPLICIT),
      IDENTITY,
      element(
        0x7FE00010,
        "OB",
        joined([item(new Uint8Array()), item(Uint8Array.fromHex("ffd8ffc00002")), SEQUENCE_END]),
        UNDEFINED,
      ),
    ]),
    expected: { transferSyntax: JPEG, encapsulated: true, passesThrough: true },
    warnings: [
      "the pixel data of a.dcm are JPEG Baseline, not Little Endian Explicit as its meta header says",
    ],
  },
  {
    what: "compressed pixel data in an implicit data set",
    bytes: joined([
      meta(JPEG),
      encodeDataSet(imageElements().slice(0, -1), "implicit"),
      element(0x7FE00010, "", joined([item(text("abcd")), SEQUENCE_END]), UNDEFINED),
    ]),
    expected: { transferSyntax: JPEG, encoding: "implicitLittle", passesThrough: false },
    warnings: ["is encoded as Little Endian Implicit, not as JPEG Baseline"],
  },
  {
    what: "UIDs padded with spaces",
    bytes: joined([
      meta(EXPLICIT),
      element(0x00080016, "UI", text("1.2.30 ")),
      element(0x00080018, "UI", text("1.2.3 ")),
      PATIENT,
    ]),
    expected: { sopClassUid: "1.2.30", sopInstanceUid: "1.2.3", blanksInUids: false },
    warnings: [
      "Length of element (0008,0016) is odd",
      "Element SOPClassUID (0008,0016) contains one or more space",
      "Element SOPInstanceUID (0008,0018) contains",
    ],
  },
  {
    what: "UIDs with blanks inside, as DCMTK",
    bytes: joined([
      meta("1.2.840.10008 .1.2.1"),
      element(0x00080016, "UI", text("1.2 .3\t0")),
      element(0x00080018, "UI", text("\n1.2.\r\n345")),
      PATIENT,
    ]),
    expected: {
      transferSyntax: EXPLICIT,
      sopClassUid: "1.2.30",
      sopInstanceUid: "1.2.345",
      blanksInUids: true,
    },
    warnings: [
      "Element TransferSyntaxUID (0002,0010) contains one or more space characters, which were removed",
      "Element SOPClassUID (0008,0016) contains",
      "Element SOPInstanceUID (0008,0018) contains",
    ],
  },
  {
    what: "a SOP class and an instance as long as can be, with zeros where none should be",
    bytes: joined([
      meta(EXPLICIT),
      element(0x00080016, "UI", text("1.02.".padEnd(64, "3"))),
      element(0x00080018, "UI", text("1..00".padEnd(64, "4"))),
      PATIENT,
    ]),
    expected: { sopClassUid: "1.02.".padEnd(64, "3"), sopInstanceUid: "1..00".padEnd(64, "4") },
  },
  {
    what: "no UIDs at the top level, but in an item",
    bytes: joined([meta(EXPLICIT, "1.2.8", "1.2.9"), element(0x00081140, "SQ", item(IDENTITY)), PATIENT]),
    expected: { sopClassUid: "1.2.8", sopInstanceUid: "1.2.9" },
    warnings: [
      "has no SOP Class UID, the one of its meta header is used",
      "has no SOP Instance UID, the one",
    ],
  },
  {
    what: "empty UIDs",
    bytes: joined([
      meta(EXPLICIT, "1.2.8", "1.2.9"),
      element(0x00080016, "UI"),
      element(0x00080018, "UI"),
      PATIENT,
    ]),
    expected: { sopClassUid: "1.2.8", sopInstanceUid: "1.2.9" },
    warnings: ["SOP Class UID", "SOP Instance UID"],
  },
  {
    what: "UIDs that come twice",
    bytes: joined([meta(EXPLICIT), IDENTITY, element(0x00080018, "UI", text("1.2\0"))]),
    expected: { sopInstanceUid: SOP_INSTANCE },
    warnings: ["not in ascending tag order, at element (0008,0018)"],
  },
  {
    what: "UIDs behind elements they should come before",
    bytes: joined([meta(EXPLICIT), PATIENT, IDENTITY]),
    expected: { sopClassUid: SOP_CLASS, sopInstanceUid: SOP_INSTANCE },
    warnings: ["element (0008,0016)", "element (0008,0018)"],
  },
  {
    what: "what is no UID",
    bytes: joined([IDENTITY.subarray(0, 34), element(0x00080018, "UI", text("X-1 ")), PATIENT]),
    expected: { sopInstanceUid: "X-1" },
    warnings: ["contains one or more space", '"X-1" in a.dcm is not a valid UID'],
  },
  {
    what: "an instance UID that is too long for the standard, but not for every peer",
    bytes: joined([
      IDENTITY.subarray(0, 34),
      element(0x00080018, "UI", text("1.".padEnd(66, "2"))),
      PATIENT,
    ]),
    expected: { sopInstanceUid: "1.".padEnd(66, "2") },
    warnings: ["is not a valid UID"],
  },
  {
    what: "an odd length",
    bytes: joined([PLAIN, element(0x7FE10010, "LO", text("ABC"))]),
    expected: { oddLength: true },
    warnings: ["is odd"],
  },
  {
    what: "zeros behind the data set",
    bytes: joined([meta(EXPLICIT), PLAIN, new Uint8Array(500)]),
    expected: { dataSetLengthBytes: PLAIN.length },
    warnings: ["500 bytes of zeros follow the data set of a.dcm"],
  },
  {
    what: "an image without pixel data",
    bytes: joined([meta(EXPLICIT), NATIVE_IMAGE.subarray(0, -76)]),
    expected: { hasPixelData: false },
    warnings: ["describes an image, but has no pixel data"],
  },
  {
    what: "a wrong group length in the meta header",
    bytes: joined([meta(EXPLICIT).with(140, 0x10), PLAIN]),
    expected: { transferSyntax: EXPLICIT, sopInstanceUid: SOP_INSTANCE },
    warnings: ["bytes longer than its group length says"],
  },
  {
    what: "a DICOMDIR, whatever its structure",
    bytes: joined([meta(EXPLICIT, "1.2.840.10008.1.3.10"), element(0x00041220, "SQ", new Uint8Array(), 99)]),
    expected: { isDicomdir: true },
  },
];

for (const { what, bytes, mode, expected, warnings = [] } of READINGS) {
  Deno.test(`a survey reads ${what}`, async () => {
    const found = await surveyed(bytes, mode);
    for (const [fact, value] of Object.entries(expected)) {
      assertEquals(found[fact as keyof Survey], value, fact);
    }
    assertEquals(found.warnings.length, warnings.length, JSON.stringify(found.warnings));
    for (const [index, warning] of warnings.entries()) {
      assert(found.warnings[index]?.includes(warning), `"${warning}": ${found.warnings[index]}`);
    }
  });
}

interface Refusal {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly mode?: ReadMode;
  readonly message: string;
  readonly code: string;
  /** Not DICOM at all, so that a scan passes over it. */
  readonly foreign?: boolean;
}

const REFUSALS: readonly Refusal[] = [
  {
    what: "a UID without end",
    bytes: joined([
      meta(EXPLICIT),
      IDENTITY.subarray(0, 34),
      element(0x00080018, "UI", text("1".repeat(60_000))),
      PATIENT,
    ]),
    message: "its SOPInstanceUID (0008,0018) is far too long to be a UID",
    code: "0006:0202",
  },
  {
    what: "a meta header's UID without end, and none in the data set",
    bytes: joined([meta(EXPLICIT, SOP_CLASS, "1".repeat(5000)), PATIENT]),
    message: "its Media Storage SOP Instance UID is far too long to be a UID",
    code: "0006:0202",
  },
  {
    what: "a transfer syntax UID without end",
    bytes: joined([meta("1".repeat(5000)), PLAIN]),
    message: "its TransferSyntaxUID (0002,0010) is far too long to be a UID",
    code: "0006:0202",
  },
  ...["1.".padEnd(65, "2"), "1.".padEnd(128, "2"), "1.2.abc", "1.2\0.3", "1.2\\1.3", "1.2\x01"].flatMap(
    (uid) => {
      const reason = uid.length > 64
        ? `is too long to be a UID: ${uid}`
        : `is no UID: ${JSON.stringify(uid)}`;
      return [
        {
          what: `the SOP class ${JSON.stringify(uid)}`,
          bytes: joined([
            meta(EXPLICIT),
            element(0x00080016, "UI", text(uid)),
            element(0x00080018, "UI", text(SOP_INSTANCE)),
          ]),
          message: `a.dcm: cannot send it: its SOPClassUID (0008,0016) ${reason}`,
          code: "0006:0202",
        },
        {
          what: `the transfer syntax ${JSON.stringify(uid)}`,
          bytes: joined([meta(uid), PLAIN]),
          message: `a.dcm: cannot send it: its TransferSyntaxUID (0002,0010) ${reason}`,
          code: "0006:0202",
        },
        {
          what: `the SOP class ${JSON.stringify(uid)} of a meta header where the data set has none`,
          bytes: joined([meta(EXPLICIT, uid), element(0x00080018, "UI", text(SOP_INSTANCE)), PATIENT]),
          message: `a.dcm: cannot send it: its Media Storage SOP Class UID ${reason}`,
          code: "0006:0202",
        },
      ];
    },
  ),
  ...["1.".padEnd(130, "2"), "1.2\0.3", "1.2\x01"].map((uid) => ({
    what: `the SOP instance ${JSON.stringify(uid)}`,
    bytes: joined([meta(EXPLICIT), IDENTITY.subarray(0, 34), element(0x00080018, "UI", text(uid)), PATIENT]),
    message: "a.dcm: cannot send it: its SOPInstanceUID (0008,0018) is ",
    code: "0006:0202",
  })),
  {
    what: "an empty file",
    bytes: new Uint8Array(),
    message: "a.dcm: it is not a DICOM file: it is empty",
    code: "0001:0005",
    foreign: true,
  },
  {
    what: "a text",
    bytes: text("hello world, this is a text\n".repeat(9)),
    message: "no preamble, no meta header, no plausible data set",
    code: "0001:000a",
    foreign: true,
  },
  { what: "one byte", bytes: text("x"), message: "no plausible data set", code: "0001:000a", foreign: true },
  {
    what: "zeros",
    bytes: new Uint8Array(1000),
    message: "it begins with zeros only",
    code: "0001:000a",
    foreign: true,
  },
  {
    what: "a preamble alone",
    bytes: new Uint8Array(128),
    message: "it begins with zeros only",
    code: "0001:000a",
    foreign: true,
  },
  {
    what: "a PNG",
    bytes: joined([Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452"), new Uint8Array(300)]),
    message: "not a DICOM file",
    code: "0001:000a",
    foreign: true,
  },
  {
    what: "a bare data set that begins in a later group",
    bytes: joined([PATIENT, PIXELS]),
    message: "does not begin in group 0008",
    code: "0001:000a",
    foreign: true,
  },
  {
    what: "two elements and then nonsense",
    bytes: joined([IDENTITY, text("nonsense")]),
    message: "not a DICOM file",
    code: "0001:000a",
    foreign: true,
  },
  {
    what: "a prefix and nothing else",
    bytes: meta(EXPLICIT).subarray(0, 132),
    message: "No SOP Class or Instance UID",
    code: "0006:0202",
  },
  {
    what: "a meta header and nothing else",
    bytes: meta(EXPLICIT),
    message: "a.dcm: cannot read it: it has no data set",
    code: "0006:0202",
  },
  {
    what: "a prefix and a text",
    bytes: joined([meta(EXPLICIT).subarray(0, 132), text("hello world, this is a text")]),
    message: "cannot read data element",
    code: "0001:000a",
  },
  {
    what: "a cut meta header",
    bytes: meta(EXPLICIT).subarray(0, 180),
    message: "a.dcm: cannot read meta element (0002,0002) at offset 158: value is 12 bytes short",
    code: "0001:0004",
  },
  {
    what: "a data set that ends before its UIDs",
    bytes: joined([meta(EXPLICIT), element(0x00080005, "CS", text("ISO_IR 100"))]),
    message: "its data set ends before the SOP Instance UID",
    code: "0006:0202",
  },
  {
    what: "no UIDs anywhere",
    bytes: joined([meta(EXPLICIT, "", ""), PATIENT]),
    message: "No SOP Class or Instance UID in file: a.dcm",
    code: "0006:0202",
  },
  {
    what: "no meta header when one is asked for",
    bytes: PLAIN,
    mode: "file",
    message: "a.dcm: it has no file meta information",
    code: "0001:001c",
  },
  {
    what: "a meta header when none is asked for",
    bytes: joined([meta(EXPLICIT), PLAIN]),
    mode: "dataset",
    message: "a.dcm: it has file meta information",
    code: "0001:000a",
  },
  {
    what: "a text when a data set is asked for",
    bytes: text("hello world"),
    mode: "dataset",
    message: "not a DICOM file",
    code: "0001:000a",
    foreign: true,
  },
  {
    what: "compressed pixel data that are said to be native",
    bytes: joined([meta(EXPLICIT), IDENTITY, FRAGMENTS]),
    message: "its pixel data are compressed, but the meta header says Little Endian Explicit",
    code: "0006:020e",
  },
  {
    what: "compressed pixel data of which nothing is said",
    bytes: joined([IDENTITY, PATIENT, FRAGMENTS]),
    message: "its pixel data are compressed, but nothing says how",
    code: "0006:020e",
  },
  {
    what: "pixel data with a length that are not native either",
    bytes: joined([meta(JPEG), PLAIN]),
    message: "they have a length, which JPEG Baseline does not allow",
    code: "0001:0035",
  },
];

for (const { what, bytes, mode, message, code, foreign = false } of REFUSALS) {
  Deno.test(`a survey refuses ${what}`, async () => {
    const fault = await assertRejects(() => surveyed(bytes, mode), Fault, message);
    assertEquals([fault.kind, fault.code, fault instanceof NotDicom], ["input", code, foreign]);
  });
}

Deno.test("what has no UIDs and may be no DICOM at all is told with its name once", async () => {
  const fault = await assertRejects(() => surveyed(element(0x00080060, "CS", text("CT"))), Fault);
  const what = "it is not a DICOM file: No SOP Class or Instance UID";
  assertEquals([fault.message, fault.messageBehind("a.dcm")], [`a.dcm: ${what}`, what]);
});

/** Which lengths of a prefix are taken for a whole file; every other must be refused as input, with a reason. */
async function acceptedPrefixes(bytes: Uint8Array): Promise<number[]> {
  const accepted: number[] = [];
  for (let length = 0; length < bytes.length; length++) {
    try {
      await surveyed(bytes.subarray(0, length));
      accepted.push(length);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      assertEquals(fault.kind, "input", `prefix of ${length} bytes: ${fault.message}`);
      const prefixed = length >= 132;
      assertEquals(fault instanceof NotDicom, !prefixed, `prefix of ${length} bytes: ${fault.message}`);
    }
  }
  return accepted;
}

for (const encoding of ["implicit", "explicit", "bigEndian"] as const) {
  Deno.test(`no prefix of a file is taken for whole, but where one element ends (${encoding})`, async () => {
    const elements = imageElements();
    const bytes = imageFile({ encoding });
    const start = bytes.length - encodeDataSet(elements, encoding).length;
    const ends = elements.map((_, index) =>
      start + encodeDataSet(elements.slice(0, index + 1), encoding).length
    );
    // Not behind the first element, where the SOP Instance UID is missing, and not at the end of the file.
    assertEquals(await acceptedPrefixes(bytes), ends.slice(1, -1));
  });
}

Deno.test("no prefix of a made-up file is taken for whole, but where one element ends", async () => {
  const seed = newSeed();
  const random = new Random(seed);
  for (let round = 0; round < 4; round++) {
    const uids: MadeElement[] = [
      { tag: 0x00080016, vr: "UI", value: text(`${SOP_CLASS}\0`), items: undefined },
      { tag: 0x00080018, vr: "UI", value: text(`${SOP_INSTANCE}\0`), items: undefined },
    ];
    const elements = [...uids, ...madeDataSet(random).filter(({ tag }) => tag > 0x00080018)];
    const [encoding, transferSyntax] = random.pick(
      [["implicitLittle", IMPLICIT], ["explicitLittle", EXPLICIT], ["explicitBig", BIG]] as const,
    );
    const defined = random.chance(50);
    const style: Style = { encoding, undefinedLength: () => !defined };
    const start = meta(transferSyntax).length;
    const ends = elements.map((_, index) =>
      start + encodePlainly(elements.slice(0, index + 1), style).length
    );
    const whole = joined([meta(transferSyntax), encodePlainly(elements, style)]);
    assertEquals(await acceptedPrefixes(whole), ends.slice(1, -1), `seed ${seed}, round ${round}`);
  }
});

Deno.test("a deflated data set is surveyed to its end, and no prefix of it is taken for whole", async () => {
  const dataSet = joined([
    IDENTITY,
    element(0x00081140, "SQ", item(PATIENT)),
    NATIVE_IMAGE.subarray(IDENTITY.length),
  ]);
  const deflated = new Uint8Array(deflateRawSync(dataSet));
  const bytes = joined([meta(DEFLATED), deflated]);
  const found = await surveyed(bytes);
  assertEquals([found.transferSyntax, found.sopInstanceUid], [DEFLATED, SOP_INSTANCE]);
  assertEquals([found.dataSetLengthBytes, found.hasPixelData], [deflated.length, true]);
  for (let length = bytes.length - deflated.length; length < bytes.length; length++) {
    await assertRejects(
      () => surveyed(bytes.subarray(0, length)),
      Fault,
    );
  }
});

Deno.test("a deflated data set that is broken inside, or no deflate stream, is refused", async () => {
  const refuse = (dataSet: Uint8Array, message: string) =>
    assertRejects(
      () => surveyed(joined([meta(DEFLATED), dataSet])),
      Fault,
      message,
    );
  const broken = joined([PLAIN, PIXELS.subarray(0, 50)]);
  await refuse(
    new Uint8Array(deflateRawSync(broken)),
    "a.dcm: cannot read data element (7FE0,0010) at offset 174 of its inflated data set: value is 62 bytes short",
  );
  await refuse(
    text("this does not inflate, because it never was deflated"),
    "a.dcm: cannot inflate its data set: ",
  );
});

Deno.test("bytes behind a deflated data set are no part of it: a few are usual, more get a warning", async () => {
  for (const behindBytes of [0, 1, 9, 10, 300_000]) {
    const bytes = joined([
      meta(DEFLATED),
      new Uint8Array(deflateRawSync(PLAIN)),
      new Uint8Array(behindBytes).fill(7),
    ]);
    const { warnings } = await surveyed(bytes);
    const expected = behindBytes > 9 ? [`${behindBytes} bytes follow the deflated data set of a.dcm`] : [];
    assertEquals(warnings, expected);
  }
});

Deno.test("a large deflated data set is inflated in bounded memory", async () => {
  const zeros = new Uint8Array(64 * 2 ** 20);
  const dataSet = joined([IDENTITY, element(0x7FE00010, "OW", zeros)]);
  const bytes = joined([meta(DEFLATED), new Uint8Array(deflateRawSync(dataSet))]);
  const found = await surveyed(bytes);
  assertEquals(found.hasPixelData, true);
});

Deno.test("a survey does not read pixel data", async () => {
  const bytes = joined([
    meta(EXPLICIT),
    IDENTITY,
    element(0x7FE00010, "OW", new Uint8Array(50_000_000)),
    element(0xFFFCFFFC, "OB", new Uint8Array(2)),
  ]);
  const memory = seekableMemory(bytes);
  let readBytes = 0;
  const counting = {
    ...memory,
    readAt(offset: number, into: Uint8Array) {
      readBytes += into.length;
      return memory.readAt(offset, into);
    },
  };
  assert((await survey(counting, "a.dcm", "auto")).hasPixelData);
  assert(readBytes <= 20 * 1024, `${readBytes} bytes were read`);
});

Deno.test("a plain file is surveyed at once, one with millions of elements gives others a turn", async () => {
  const plain = joined([meta(EXPLICIT), PLAIN]);
  assertEquals(survey(seekableMemory(plain), "a.dcm", "auto") instanceof Promise, false);
  const empty = element(0x00100010, "PN");
  const many = new Uint8Array(3_000_000 * empty.length);
  for (let at = 0; at < many.length; at += empty.length) many.set(empty, at);
  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  const found = survey(seekableMemory(joined([plain, many])), "many.dcm", "auto");
  assert(found instanceof Promise);
  // Meanwhile another file is surveyed without mixing them up.
  const other = await surveyed(plain);
  const { sopInstanceUid, dataSetLengthBytes, warnings } = await found;
  clearInterval(ticking);
  assertEquals([other.sopInstanceUid, sopInstanceUid], [SOP_INSTANCE, SOP_INSTANCE]);
  assertEquals(dataSetLengthBytes, PLAIN.length + many.length);
  assertEquals(warnings.at(-1), "2999980 more warnings of this kind");
  assert(turns > 0);
});
