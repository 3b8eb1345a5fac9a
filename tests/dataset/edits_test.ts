import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { vrText } from "../../lib/dicom/vr.ts";
import { type Edit, topLevelOutcome } from "../../lib/dataset/edits.ts";
import { parseSet, parseUnset } from "../../lib/dataset/parse_edit.ts";
import { Fault } from "../../lib/errors.ts";
import {
  encodePlainly,
  madeDataSet,
  type MadeElement,
  type MadeItem,
  newSeed,
  Random,
} from "./made_up_data_sets.ts";
import { type Encoding, listing, readDataSet } from "./plain_reader.ts";
import { assertSameBytes } from "./same_bytes.ts";
import { BIG, converted, DEFLATED, EXPLICIT, IMPLICIT } from "./pull.ts";

const dictionary = builtInDictionary();
const set = (argument: string): Edit => parseSet(argument, dictionary);
const unset = (argument: string): Edit => parseUnset(argument, dictionary);

function element(tag: number, vr: string, value: string): MadeElement {
  return { tag, vr, value: new TextEncoder().encode(value), items: undefined };
}

function sequence(tag: number, ...items: MadeItem[]): MadeElement {
  return { tag, vr: "SQ", value: new Uint8Array(0), items };
}

const SAMPLE: MadeItem = [
  element(0x00080005, "CS", "ISO_IR 100"),
  element(0x00080018, "UI", "1.2.3"),
  sequence(0x00081140, [element(0x00081155, "UI", "1.2")], [
    element(0x00081155, "UI", "1.4"),
    element(0x00100020, "LO", "X"),
  ]),
  element(0x00100010, "PN", "OLD^NAME"),
  element(0x00100020, "LO", "ID"),
  element(0x00290010, "LO", "SIEMENS CSA HEADER"),
  element(0x00291008, "CS", "A"),
  element(0x00280010, "US", "AB"),
].sort((a, b) => a.tag - b.tag);

/** The sample with edits, as texts: "tag VR text". */
async function edited(...edits: Edit[]): Promise<string[]> {
  const input = encodePlainly(SAMPLE, { encoding: "explicitLittle", undefinedLength: () => false });
  const bytes = await converted(input, EXPLICIT, EXPLICIT, { edits });
  return listing(readDataSet(bytes, "explicitLittle")).map((line) => {
    const [name = "", vr = "", hex = ""] = line.split(" ");
    return `${name} ${vr} ${new TextDecoder("latin1").decode(Uint8Array.fromHex(hex))}`.trim();
  });
}

const UNTOUCHED = [
  "00080005 CS ISO_IR 100",
  "00080018 UI 1.2.3\0",
  "00081140 SQ",
  "00081140[0]",
  "00081140[0].00081155 UI 1.2\0",
  "00081140[1]",
  "00081140[1].00081155 UI 1.4\0",
  "00081140[1].00100020 LO X\0",
  "00100010 PN OLD^NAME",
  "00100020 LO ID",
  "00280010 US AB",
  "00290010 LO SIEMENS CSA HEADER",
  "00291008 CS A\0",
];

/** `UNTOUCHED` with lines replaced, removed (undefined) and added, sorted by tag. */
function changed(changes: Readonly<Record<string, string | undefined>>): string[] {
  const lines = new Map(UNTOUCHED.map((line) => [line.split(" ")[0] ?? "", line]));
  for (const [name, text] of Object.entries(changes)) {
    if (text === undefined) {
      for (const key of [...lines.keys()]) if (key.startsWith(name)) lines.delete(key);
    } else lines.set(name, `${name} ${text}`.trim());
  }
  return [...lines].sort(([a], [b]) => a < b ? -1 : 1).map(([, line]) => line);
}

interface Case {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly changes: Readonly<Record<string, string | undefined>>;
}

const CASES: readonly Case[] = [
  { name: "nothing to do", edits: [], changes: {} },
  {
    name: "a value is replaced and padded",
    edits: [set("PatientName=DOE^J")],
    changes: { "00100010": "PN DOE^J " },
  },
  { name: "a UID is padded with zero", edits: [set("0008,0018=1.2")], changes: { "00080018": "UI 1.2\0" } },
  {
    name: "a missing element is added in tag order",
    edits: [set("PatientBirthDate=20000101")],
    changes: { "00100030": "DA 20000101" },
  },
  {
    name: "the first and the last element can be added",
    edits: [set("0008,0001=1633837924"), set("7FE1,0010=ME")],
    changes: { "00080001": "UL dcba", "7fe10010": "LO ME" },
  },
  {
    name: "an element is removed",
    edits: [unset("PatientName"), unset("(0010,0040)")],
    changes: { "00100010": undefined },
  },
  {
    name: "a sequence is removed",
    edits: [unset("ReferencedImageSequence")],
    changes: { "00081140": undefined },
  },
  { name: "a value is emptied", edits: [set("PatientID=")], changes: { "00100020": "LO" } },
  { name: "numbers are encoded", edits: [set("Rows=25185\\0x6463")], changes: { "00280010": "US abcd" } },
  {
    name: "the last of several counts",
    edits: [set("PatientID=A"), set("PatientID=BB")],
    changes: { "00100020": "LO BB" },
  },
  {
    name: "removing and setting go in order",
    edits: [set("PatientID=A"), unset("PatientID"), unset("PatientName"), set("PatientName=A^")],
    changes: { "00100020": undefined, "00100010": "PN A^" },
  },
  {
    name: "an element of one item",
    edits: [set("ReferencedImageSequence[1].ReferencedSOPInstanceUID=1.55")],
    changes: { "00081140[1].00081155": "UI 1.55" },
  },
  {
    name: "without brackets it is the first item",
    edits: [set("ReferencedImageSequence.ReferencedSOPInstanceUID=1.55")],
    changes: { "00081140[0].00081155": "UI 1.55" },
  },
  {
    name: "an element of all items",
    edits: [set("ReferencedImageSequence[*].PatientID=P1")],
    changes: { "00081140[0].00100020": "LO P1", "00081140[1].00100020": "LO P1" },
  },
  {
    name: "one item after all",
    edits: [
      set("0008,1140[*].0010,0020=P1"),
      set("0008,1140[0].0010,0020=P2"),
      unset("0008,1140[1].0010,0020"),
    ],
    changes: { "00081140[0].00100020": "LO P2", "00081140[1].00100020": undefined },
  },
  {
    name: "an item is added at the end",
    edits: [set("ReferencedImageSequence[2].PatientID=P1")],
    changes: { "00081140[2]": "", "00081140[2].00100020": "LO P1" },
  },
  {
    name:
      "what is for all items is not for one that a later edit adds, but for one that an earlier one has added",
    edits: [
      set("ReferencedImageSequence[*].PatientID=P1"),
      set("ReferencedImageSequence[2].PatientName=NEW1"),
      set("ReferencedImageSequence[*].PatientAge=001Y"),
      set("RequestAttributesSequence[*].PatientID=P1"),
      set("RequestAttributesSequence[0].PatientName=NEW2"),
    ],
    changes: {
      "00081140[0].00100020": "LO P1",
      "00081140[0].00101010": "AS 001Y",
      "00081140[1].00100020": "LO P1",
      "00081140[1].00101010": "AS 001Y",
      "00081140[2]": "",
      "00081140[2].00100010": "PN NEW1",
      "00081140[2].00101010": "AS 001Y",
      "00400275": "SQ",
      "00400275[0]": "",
      "00400275[0].00100010": "PN NEW2",
    },
  },
  {
    name: "a sequence is added with what is in it",
    edits: [set("RequestAttributesSequence[0].ScheduledProtocolCodeSequence[0].CodeValue=V")],
    changes: {
      "00400275": "SQ",
      "00400275[0]": "",
      "00400275[0].00400008": "SQ",
      "00400275[0].00400008[0]": "",
      "00400275[0].00400008[0].00080100": "SH V ",
    },
  },
  {
    name: "a removed sequence can be made anew",
    edits: [unset("ReferencedImageSequence"), set("ReferencedImageSequence[0].PatientID=P1")],
    changes: {
      "00081140": "SQ",
      "00081140[0].00081155": undefined,
      "00081140[0].00100020": "LO P1",
      "00081140[1]": undefined,
    },
  },
  {
    name: "a sequence can be emptied",
    edits: [set("ReferencedImageSequence=")],
    changes: { "00081140": "SQ", "00081140[": undefined },
  },
  {
    name: "an empty sequence can be added",
    edits: [set("RequestAttributesSequence=")],
    changes: { "00400275": "SQ" },
  },
  {
    name: "nothing is added by removing",
    edits: [unset("RequestAttributesSequence[0].CodeValue"), unset("ReferencedImageSequence[7].CodeValue")],
    changes: {},
  },
  {
    name: "a private element with its VR",
    edits: [set("0029,1009:LO=V1"), set("0029,0010=SIEMENS CSA HEADER")],
    changes: { "00291009": "LO V1" },
  },
  {
    name: "a private element of a known creator",
    edits: [set("0029,1008=IMAGE")],
    changes: { "00291008": "CS IMAGE " },
  },
  { name: "the VR that is stated", edits: [set("PatientID:SH=S1")], changes: { "00100020": "SH S1" } },
  {
    name: "text in the character set of the data set",
    edits: [set("PatientName=MÜLLER")],
    changes: { "00100010": "PN MÜLLER" },
  },
  {
    name: "a change only where there is something",
    edits: [{ ...set("PatientID=NEW1"), onlyIfPresent: true }, {
      ...set("StudyID=NEW1"),
      onlyIfPresent: true,
    }],
    changes: { "00100020": "LO NEW1" },
  },
];

for (const { name, edits, changes } of CASES) {
  Deno.test(`edits: ${name}`, async () => {
    assertEquals(await edited(...edits), changed(changes));
  });
}

Deno.test("edits come out the same in every syntax and into every buffer", async () => {
  const encodings: readonly (readonly [string, Encoding])[] = [
    [IMPLICIT, "implicitLittle"],
    [EXPLICIT, "explicitLittle"],
    [BIG, "explicitBig"],
  ];
  const edits = CASES.filter(({ name }) => !name.includes("stated")).flatMap((c) => c.edits);
  const style = { undefinedLength: () => false, hidePrivateSequences: true };
  const plain = encodePlainly(SAMPLE, { encoding: "explicitLittle", ...style });
  const expected = await converted(plain, EXPLICIT, EXPLICIT, { edits });
  for (const [from, encoding] of encodings) {
    const input = encodePlainly(SAMPLE, { encoding, ...style });
    for (const [to] of encodings) {
      for (const fillBytes of [1, 7, 4096]) {
        const bytes = await converted(input, from, to, { edits }, fillBytes);
        assertSameBytes(await converted(bytes, to, EXPLICIT), expected, `${from} to ${to}`);
      }
    }
  }
  const deflated = await converted(plain, EXPLICIT, DEFLATED, { edits });
  assertSameBytes(await converted(deflated, DEFLATED, EXPLICIT), expected, "deflated");
});

Deno.test("removing what is there and adding it again gives the data set back", async () => {
  const first = newSeed();
  for (let seed = first; seed < first + 40; seed++) {
    const random = new Random(seed);
    const elements = madeDataSet(random).filter(({ items, tag }) =>
      items === undefined && (tag & 0x10000) === 0
    );
    const texts = elements.filter(({ vr }) => ["LO", "SH", "UT", "UC"].includes(vr));
    const value = new TextEncoder().encode("TEXT");
    const expected = elements.map((element) => texts.includes(element) ? { ...element, value } : element);
    const style = { encoding: "explicitLittle", undefinedLength: () => false } as const;
    const paths = texts.map(({ tag }) =>
      `${(tag >>> 16).toString(16).padStart(4, "0")},${(tag & 0xFFFF).toString(16).padStart(4, "0")}`
    );
    const without = await converted(encodePlainly(elements, style), EXPLICIT, BIG, {
      edits: paths.map(unset),
    });
    const edits = paths.map((path) => set(`${path}=TEXT`)).reverse();
    assertSameBytes(
      await converted(without, BIG, EXPLICIT, { edits }),
      encodePlainly(expected, style),
      `seed ${seed}`,
    );
  }
});

Deno.test("a private sequence of unknown VR is changed inside, with or without a length", async () => {
  const creator = element(0x00290010, "LO", "NOBODY KNOWS");
  const before = [creator, sequence(0x00291010, [element(0x00100010, "PN", "SECRET")])];
  const edits = [unset("0029,1010[*].0010,0010"), set("0029,1010[*].0010,0020=ID")];
  const after = [creator, sequence(0x00291010, [element(0x00100020, "LO", "ID")])];
  const style = { encoding: "implicitLittle", hidePrivateSequences: true } as const;
  for (const open of [true, false]) {
    const input = encodePlainly(before, { ...style, undefinedLength: () => open });
    const expected = encodePlainly(after, { encoding: "explicitLittle", undefinedLength: () => false });
    assertSameBytes(await converted(input, IMPLICIT, EXPLICIT, { edits }), expected);
  }
  const value = encodePlainly([creator, element(0x00291010, "UN", "no sequence.")], {
    ...style,
    undefinedLength: () => false,
  });
  await assertRejects(
    () => converted(value, IMPLICIT, EXPLICIT, { edits }),
    Fault,
    "it is not a sequence",
  );
});

Deno.test("fragments are no sequence that could be changed inside", async () => {
  // (0008,1140) with VR OB and one fragment.
  const input = Uint8Array.fromHex("080040114f420000ffffffff" + "feff00e0020000004142" + "feffdde000000000");
  await assertRejects(
    () => converted(input, EXPLICIT, EXPLICIT, { edits: [unset("ReferencedImageSequence[*].PatientName")] }),
    Fault,
    "it is not a sequence",
  );
});

Deno.test("an edit that the data set cannot take is a fault that says what to do", async () => {
  const refusals: readonly (readonly [Edit, string])[] = [
    [set("ReferencedImageSequence[3].PatientID=X"), "it has only 2 items"],
    [set("RequestAttributesSequence[1].CodeValue=X"), "there is no item 0"],
    [set("PatientName=日本"), "its Specific Character Set, ISO_IR 100, does not have these characters"],
    [set("0029,1109=X"), "the dictionary does not know its VR"],
    [set("0010,0020:SQ.CodeValue=X"), "it is not a sequence"],
  ];
  for (const [edit, says] of refusals) {
    const fault = await assertRejects(() => edited(edit), Fault, says);
    assertEquals(fault.kind, "input");
    assert(!/日|X$/u.test(fault.message), fault.message);
  }
});

const UNUSABLE: readonly (readonly [argument: string, says: string])[] = [
  ["PatientName", "there is no ="],
  ["=X", "it is empty"],
  ["PatientNam=X", "the dictionary does not know PatientNam"],
  ["0010.0010=X", "neither a keyword nor gggg,eeee"],
  ["001,0010=X", "neither a keyword nor gggg,eeee"],
  ["PatientName[0]=X", "an item is not an element"],
  ["PatientName.PatientID=X", "(0010,0010) is not a sequence but PN"],
  ["ReferencedImageSequence..PatientID=X", "it is empty"],
  ["ReferencedImageSequence[-1].PatientID=X", "neither"],
  ["0002,0010=1.2", "made by the program itself"],
  ["0000,0002=1.2", "made by the program itself"],
  ["0010,0000=1", "made by the program itself"],
  ["FFFE,E000=1", "made by the program itself"],
  ["0010,9999=X", "state its VR"],
  ["PatientID:XX=1", "XX is not a VR"],
  ["PatientBirthDate=1.1.2000", "a date YYYYMMDD"],
  ["PatientBirthDate=20001301", "a date YYYYMMDD"],
  ["StudyTime=2500", "a time"],
  ["PatientAge=12", "three digits and"],
  ["PatientSex=m", "A-Z"],
  ["SOPInstanceUID=1.02", "a UID"],
  [`SOPInstanceUID=1.${"2".repeat(63)}`, "a UID"],
  ["Rows=65536", "from 0 to 65535"],
  ["Rows=-1", "from 0 to 65535"],
  ["Rows=1.5", "an integer"],
  ["InstanceNumber=2147483648", "32 bits"],
  ["SliceThickness=1,5", "a decimal number"],
  ["StudyID=12345678901234567", "at most 16 characters"],
  ["PatientID=a\u0007", "characters"],
  ["PixelData:OW=12", "4 hexadecimal digits"],
  ["PixelData:OB=1", "2 hexadecimal digits"],
  ["FrameIncrementPointer=PatientID", "a tag gggg,eeee"],
  ["ReferencedImageSequence=X", "a sequence can only be made empty"],
];

Deno.test("what is not an edit is refused before anything is sent", () => {
  for (const [argument, says] of UNUSABLE) {
    const fault = assertThrows(() => set(argument), Fault);
    assertEquals([argument, fault.kind], [argument, "usage"]);
    assertStringIncludes(`${fault.message}; ${fault.remedy}`, says);
  }
  assertThrows(() => unset(""), Fault, "it is empty");
  assertEquals(assertThrows(() => unset("PatientID=X"), Fault).message, "cannot use --unset: there is a =");
  assertThrows(() => unset("ReferencedImageSequence[0]"), Fault, "an item is not an element");
});

Deno.test("what is wrong with a value is said without it, because it may be about a patient", () => {
  const long = "DOE".repeat(25_000);
  const cases: readonly (readonly [argument: string, says: string])[] = [
    [
      `PatientName=${long}`,
      'cannot use --set "PatientName": VR PN: the value (75000 characters) is not up to',
    ],
    [
      "PatientBirthDate=doe",
      'cannot use --set "PatientBirthDate": VR DA: the value (3 characters) is not a date',
    ],
    [
      "OtherPatientIDs=A\\doe\u0007\\B",
      "VR LO: value 2 of 3 (4 characters) is not text of at most 64 characters",
    ],
    ["Rows=1\\doe", "VR US: value 2 of 2 (3 characters) is not an integer from 0 to 65535"],
    ["0018,9073=doe", "VR FD: the value (3 characters) is not a number"],
    ["FrameIncrementPointer=doe", "VR AT: the value (3 characters) is not a tag gggg,eeee"],
    ["0028,1201=doe", "VR OW: the value (3 characters) is not 4 hexadecimal digits"],
    ["0010,9999=doe", 'cannot use --set "0010,9999": the dictionary does not know (0010,9999)'],
    ["PatientName doe", "cannot use --set: there is no ="],
  ];
  for (const [argument, says] of cases) {
    const { message } = assertThrows(() => set(argument), Fault);
    assertStringIncludes(message, says);
    assert(!/doe\b|doedoe/i.test(message) && message.length < 200, message);
  }
});

Deno.test("a keyword that is not spelled exactly is told as it should be", () => {
  const cases: readonly (readonly [argument: string, remedy: string])[] = [
    ["patientname=", "did you mean PatientName?"],
    ["RequestAttributeSequence[0].0040,0007=X", "did you mean RequestAttributesSequence?"],
    ["Nonsense=X", "keywords are those of PS3.6; gggg,eeee always works"],
  ];
  for (const [argument, remedy] of cases) {
    assertEquals(assertThrows(() => set(argument), Fault).remedy, remedy, argument);
  }
});

Deno.test("no edit leaves an object without its identity", () => {
  const edits: readonly (readonly [edit: () => Edit, name: string])[] = [
    ...["SOPInstanceUID", "0008,0018", "(0008,0018)"].flatMap((path) =>
      [
        [() => unset(path), "SOP Instance UID"],
        [() => set(`${path}=`), "SOP Instance UID"],
        [() => set(`${path}=1.2\\1.3`), "SOP Instance UID"],
        [() => set(`${path}:LO=`), "SOP Instance UID"],
      ] as const
    ),
    [() => unset("SOPClassUID"), "SOP Class UID"],
    [() => unset("0008,0016"), "SOP Class UID"],
    [() => set("SOPClassUID="), "SOP Class UID"],
  ];
  for (const [edit, name] of edits) {
    const { kind, message, remedy } = assertThrows(edit, Fault);
    assertStringIncludes(message, `an object without exactly one ${name} cannot be stored`);
    assertEquals([kind, remedy?.includes("--set")], ["usage", true]);
  }
  for (const path of ["SOPInstanceUID", "SOPClassUID"]) {
    assertEquals(set(`${path}=1.2`).value?.text, "1.2");
    assertEquals(unset(`ReferencedImageSequence[0].${path}`).value, undefined);
  }
});

const ENCODED: readonly (readonly [argument: string, vr: string, hex: string])[] = [
  ["0072,0060=0010,0020\\(7FE0,0010)", "AT", "10002000e07f1000"],
  ["0072,0076=1.5\\-inf", "FL", "0000c03f000080ff"],
  ["0018,9073=-2e3", "FD", "000000000040" + "9fc0"],
  ["0072,007C=-2", "SL", "feffffff"],
  ["0072,0082=-2", "SV", "feffffffffffffff"],
  ["0072,0083=18446744073709551615", "UV", "ffffffffffffffff"],
  ["0072,0065=0A\\ff\\00", "OB", "0aff0000"],
  ["0028,1201=00ff", "OW", "ff00"],
  ["0008,0120=http://x", "UR", "687474703a2f2f78"],
  ["0010,4000=a\r\nb\\c", "LT", "610d0a625c63"],
  ["0010,0010=A^B=C^D=E^F", "PN", "415e423d435e443d455e4620"],
  ["0008,002A=20200102030405.123456+0100", "DT", "32303230303130323033303430352e3132333435362b30313030"],
];

Deno.test("values of every kind are encoded as PS3.5 6.2 says", async () => {
  for (const [argument, vr, hex] of ENCODED) {
    const edit = set(argument);
    if (edit.value !== undefined && edit.value.vr !== 0) assertEquals(vrText(edit.value.vr), vr);
    const little = await converted(new Uint8Array(0), EXPLICIT, EXPLICIT, { edits: [edit] });
    const [written] = readDataSet(little, "explicitLittle");
    assertEquals([argument, written?.vr, written?.value.toHex()], [argument, vr, hex]);
    const back = await converted(await converted(little, EXPLICIT, BIG), BIG, EXPLICIT);
    assertSameBytes(back, little, argument);
    assertSameBytes(
      await converted(new Uint8Array(0), EXPLICIT, BIG, { edits: [edit] }),
      await converted(little, EXPLICIT, BIG),
      argument,
    );
  }
});

Deno.test("what edits make of a top-level element can be asked beforehand", () => {
  const edits = [
    set("SOPInstanceUID=1.2.9"),
    unset("StudyInstanceUID"),
    set("ReferencedImageSequence[0].PatientID=X"),
  ];
  assertEquals(topLevelOutcome(edits, 0x00080018), "1.2.9");
  assertEquals(topLevelOutcome(edits, 0x0020000d), null);
  assertEquals(topLevelOutcome(edits, 0x00081140), undefined);
  assertEquals(topLevelOutcome(edits, 0x00100020), undefined);
});
