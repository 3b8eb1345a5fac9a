/** Edits of data sets whose elements are out of order, or come twice: they reach every element that their path names. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import type { Edit } from "../../lib/dataset/edits.ts";
import { LateElements } from "../../lib/dataset/late_elements.ts";
import { parseSet, parseUnset } from "../../lib/dataset/parse_edit.ts";
import { survey } from "../../lib/dataset/survey.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { Fault } from "../../lib/errors.ts";
import { joined, metaHeader } from "../peers/made_up_files.ts";
import { encodePlainly, type MadeElement, type MadeItem, newSeed, Random } from "./made_up_data_sets.ts";
import { type Encoding, listing, type PlainElement, readDataSet } from "./plain_reader.ts";
import { BIG, converted, EXPLICIT, IMPLICIT } from "./pull.ts";

const dictionary = builtInDictionary();
const SYNTAXES: readonly (readonly [string, Encoding])[] = [
  [IMPLICIT, "implicitLittle"],
  [EXPLICIT, "explicitLittle"],
  [BIG, "explicitBig"],
];

const NAME = 0x00100010;
const ID = 0x00100020;
const LABEL = 0x00401001;
const REQUEST = 0x00400275;
const IMAGES = 0x00081140;
const SEQUENCES = [IMAGES, REQUEST];
const TEXTS = [NAME, ID, LABEL];
const VRS: ReadonlyMap<number, string> = new Map([[NAME, "PN"], [ID, "LO"], [LABEL, "SH"]]);

function text(tag: number, value: string): MadeElement {
  return { tag, vr: VRS.get(tag) ?? "UI", value: new TextEncoder().encode(value), items: undefined };
}

function sequence(tag: number, ...items: MadeItem[]): MadeElement {
  return { tag, vr: "SQ", value: new Uint8Array(0), items };
}

const IDENTITY: MadeItem = [text(0x00080016, "1.2.840.10008.5.1.4.1.1.7"), text(0x00080018, "1.2.3")];

const edit = (argument: string): Edit =>
  argument.includes("=") ? parseSet(argument, dictionary) : parseUnset(argument, dictionary);

/** Each element written by itself: the writer would bring groups together. */
function encoded(elements: MadeItem, encoding: Encoding, undefinedLength = () => false): Uint8Array {
  return joined(elements.map((element) => encodePlainly([element], { encoding, undefinedLength })));
}

function byTag(elements: MadeItem): MadeItem {
  return elements.map((element) => ({ ...element, items: element.items?.map(byTag) }))
    .sort((a, b) => a.tag - b.tag);
}

/** What a data set holds, whatever the order of its elements. */
function content(elements: MadeItem): string[] {
  const sorted = encodePlainly(byTag(elements), { encoding: "explicitLittle", undefinedLength: () => false });
  return listing(readDataSet(sorted, "explicitLittle"));
}

/** The same of what the converter wrote. */
function contentOf(bytes: Uint8Array): string[] {
  const made = (elements: readonly PlainElement[]): MadeItem =>
    elements.map(({ tag, vr, value, items }) => ({
      tag,
      vr,
      value,
      items: items?.map(({ elements }) => made(elements)),
    }));
  return content(made(readDataSet(bytes, "explicitLittle")));
}

/** What `edits` make of the file that holds these elements, converted to explicit VR little endian. */
async function edited(
  dataSet: Uint8Array,
  syntax: readonly [string, Encoding],
  edits: readonly Edit[],
  known = true,
): Promise<string[]> {
  const [from, encoding] = syntax;
  const file = joined([metaHeader(from, "1.2.3", "1.2.4"), dataSet]);
  const { late, dataSetOffset } = await survey(seekableMemory(file), "a.dcm", "auto");
  const options = { encoding, edits, startOffset: dataSetOffset, late: known ? late : undefined };
  return contentOf(await converted(dataSet, from, EXPLICIT, options));
}

interface Case {
  readonly what: string;
  readonly dataSet: MadeItem;
  readonly edits: readonly string[];
  readonly expected: MadeItem;
}

const CASES: readonly Case[] = [
  {
    what: "a sequence behind its place",
    dataSet: [text(LABEL, "AB"), sequence(REQUEST, [text(NAME, "SECRET"), text(ID, "1")])],
    edits: ["RequestAttributesSequence[*].PatientName"],
    expected: [text(LABEL, "AB"), sequence(REQUEST, [text(ID, "1")])],
  },
  {
    what: "a sequence that comes twice",
    dataSet: [sequence(REQUEST, [text(NAME, "SECRET")]), sequence(REQUEST, [text(NAME, "SECRET")])],
    edits: ["RequestAttributesSequence[*].PatientName"],
    expected: [sequence(REQUEST, []), sequence(REQUEST, [])],
  },
  {
    what: "a sequence out of order inside an item",
    dataSet: [sequence(IMAGES, [text(LABEL, "AB"), sequence(REQUEST, [text(NAME, "SECRET")])])],
    edits: ["ReferencedImageSequence[*].RequestAttributesSequence[*].PatientName"],
    expected: [sequence(IMAGES, [text(LABEL, "AB"), sequence(REQUEST, [])])],
  },
  {
    what: "a value set in a late sequence, which is not added as well",
    dataSet: [text(LABEL, "AB"), sequence(REQUEST, [text(NAME, "SECRET")])],
    edits: ["RequestAttributesSequence[0].PatientName=ANON", "RequestAttributesSequence[1].PatientID=22"],
    expected: [text(LABEL, "AB"), sequence(REQUEST, [text(NAME, "ANON")], [text(ID, "22")])],
  },
  {
    what: "late in one item, missing in another",
    dataSet: [
      sequence(IMAGES, [text(LABEL, "A"), sequence(REQUEST, [text(NAME, "SECRET")])], [text(LABEL, "B")]),
    ],
    edits: ["ReferencedImageSequence[*].RequestAttributesSequence[0].PatientName=ANON"],
    expected: [
      sequence(IMAGES, [text(LABEL, "A"), sequence(REQUEST, [text(NAME, "ANON")])], [
        text(LABEL, "B"),
        sequence(REQUEST, [text(NAME, "ANON")]),
      ]),
    ],
  },
  {
    what: "a removed sequence that comes twice and is made anew",
    dataSet: [text(LABEL, "A"), sequence(REQUEST, [text(ID, "1")]), sequence(REQUEST, [text(ID, "2")])],
    edits: ["RequestAttributesSequence", "RequestAttributesSequence[0].PatientName=ANON"],
    expected: [text(LABEL, "A"), sequence(REQUEST, [text(NAME, "ANON")])],
  },
  {
    what: "values that come twice or late",
    dataSet: [text(LABEL, "A"), text(NAME, "SECRET"), text(ID, "1"), text(NAME, "SECRET"), text(ID, "2")],
    edits: ["PatientName=ANON", "PatientID"],
    expected: [text(LABEL, "A"), text(NAME, "ANON")],
  },
];

for (const { what, dataSet, edits, expected } of CASES) {
  Deno.test(`edits reach ${what}`, async () => {
    for (const syntax of SYNTAXES) {
      for (const open of [true, false]) {
        const bytes = encoded([...IDENTITY, ...dataSet], syntax[1], () => open);
        assertEquals(await edited(bytes, syntax, edits.map(edit)), content([...IDENTITY, ...expected]));
      }
    }
  });
}

Deno.test("a stream of which nobody knew that a sequence comes late is refused, not sent with two", async () => {
  const bytes = encoded(
    [...IDENTITY, text(LABEL, "AB"), sequence(REQUEST, [text(NAME, "X")])],
    "explicitLittle",
  );
  const set = [edit("RequestAttributesSequence[0].PatientName=ANON")];
  const syntax = [EXPLICIT, "explicitLittle"] as const;
  const fault = await assertRejects(
    () => edited(bytes, syntax, set, false),
    Fault,
    "does not come in tag order",
  );
  assertEquals(fault.kind, "input");
  const unset = [edit("RequestAttributesSequence[*].PatientName")];
  assert(!(await edited(bytes, syntax, unset, false)).some((line) => line.includes(".00100010")));
});

/** Elements in any order, some of them twice. */
function disordered(random: Random, depth = 0): MadeItem {
  return Array.from({ length: random.below(5) }, () => {
    if (depth > 2 || random.chance(50)) return text(random.pick(TEXTS), `V${random.below(9)}`);
    const items = Array.from({ length: random.below(3) }, () => disordered(random, depth + 1));
    return sequence(random.pick(SEQUENCES), ...items);
  });
}

function madeEdit(random: Random): Edit {
  const within = Array.from({ length: random.below(3) }, () => ({
    tag: random.pick(SEQUENCES),
    item: random.chance(50) ? 0 : "all" as const,
  }));
  const tag = random.pick(TEXTS);
  const value = random.chance(50) ? { vr: 0, text: `E${random.below(9)}` } : undefined;
  if (value === undefined && random.chance(20)) return { within, tag: random.pick(SEQUENCES), value };
  return { within, tag, value };
}

/** One edit, done in memory. */
function apply(elements: MadeItem, { within: [step, ...within], tag, value }: Edit): MadeItem {
  if (step === undefined) {
    const others = elements.filter((element) => element.tag !== tag);
    return value === undefined ? others : [...others, text(tag, value.text)];
  }
  const inner = { within, tag, value };
  // An item that is needed and missing is made; "all" are those that are there.
  const makes = step.item === 0 && value !== undefined;
  const changed = (items: readonly MadeItem[]) =>
    (makes && items.length === 0 ? [[]] : items).map((item, index) =>
      step.item === "all" || step.item === index ? apply(item, inner) : item
    );
  if (makes && !elements.some((element) => element.tag === step.tag)) {
    return [...elements, sequence(step.tag, ...changed([]))];
  }
  return elements.map((element) =>
    element.tag === step.tag ? { ...element, items: changed(element.items ?? []) } : element
  );
}

Deno.test("any edits of any disorder come out as if they had been done one after the other in memory", async () => {
  const first = newSeed();
  let late = 0;
  for (let seed = first; seed < first + 400; seed++) {
    const random = new Random(seed);
    const elements = [...IDENTITY, ...disordered(random)];
    const edits = Array.from({ length: 1 + random.below(4) }, () => madeEdit(random)).map((edit) => ({
      ...edit,
      value: edit.value && { ...edit.value, vr: dictionary.vrOf(edit.tag) },
    }));
    const expected = content(edits.reduce(apply, elements));
    const syntax = random.pick(SYNTAXES);
    const bytes = encoded(elements, syntax[1], () => random.chance(50));
    const message = `seed ${seed}`;
    assertEquals(await edited(bytes, syntax, edits), expected, message);
    // Of a stream the order is not known: it comes out the same, or not at all.
    const streamed = await edited(bytes, syntax, edits, false).catch((caught) => caught);
    if (streamed instanceof Fault) late++;
    else assertEquals(streamed, expected, message);
  }
  assert(late > 0);
});

Deno.test("late elements are kept by level, so many that no file can fill the memory", () => {
  const late = new LateElements();
  late.add(100, NAME);
  assertEquals([late.has(100, NAME), late.has(100, ID), late.has(0, NAME)], [true, false, false]);
  for (let start = 0; start < 100_000; start++) late.add(start, ID);
  assertEquals([late.has(0, ID), late.has(99_999, ID)], [true, false]);
});
