import { assert, assertEquals, assertThrows } from "@std/assert";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { ByteWindow } from "../../lib/bytes/window.ts";
import type { Encoding } from "../../lib/dataset/element.ts";
import { MAX_NESTING, StructureWalk } from "../../lib/dataset/structure.ts";
import { StructureFeed } from "../../lib/dataset/structure_feed.ts";
import { Fault } from "../../lib/errors.ts";
import { joined } from "../peers/made_up_files.ts";
import {
  element,
  IDENTITY,
  item,
  ITEM_END,
  PIXELS,
  SEQUENCE_END,
  text,
  UNDEFINED,
} from "./broken_structures.ts";
import { encodePlainly, madeDataSet, newSeed, Random, type Style } from "./made_up_data_sets.ts";

/** Walks over a data set in memory through windows of that size, as over a file. */
function walk(dataSet: Uint8Array, encoding: Encoding = "explicitLittle", windowBytes = 4096): StructureWalk {
  const window = new ByteWindow(Math.max(windowBytes, 256), windowBytes);
  window.open(seekableMemory(dataSet), "a.dcm");
  const walk = new StructureWalk();
  walk.begin("a.dcm", encoding, 0, dataSet.length);
  do window.cover(walk.next, walk.needBytes); while (
    !walk.advance(window.view, window.offset, window.lengthBytes, window.ended)
  );
  return walk;
}

/** Lets a data set pass by in pieces as `sizes` says, as a stream. */
function feed(dataSet: Uint8Array, encoding: Encoding, nextSize: () => number): StructureWalk {
  const walk = new StructureWalk();
  walk.begin("a.dcm", encoding, 0, Infinity);
  const feed = new StructureFeed(walk);
  for (let at = 0; at < dataSet.length;) {
    const piece = dataSet.subarray(at, at + nextSize());
    feed.push(piece);
    at += piece.length;
  }
  feed.end();
  return walk;
}

/** Everything a walk finds out, or the fault it ends with. */
function outcome(run: () => StructureWalk): unknown {
  try {
    const { facts, warnings, oddLengths, paddingFrom, lastTag } = run();
    const { sopClassUid, sopInstanceUid, hasPixelData, encapsulated, pixelDataBytes } = facts;
    return {
      sopClassUid,
      sopInstanceUid,
      hasPixelData,
      encapsulated,
      pixelDataBytes,
      warnings: warnings.texts,
      oddLengths,
      paddingFrom,
      lastTag,
    };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { kind: fault.kind, message: fault.message };
  }
}

const REFERENCE = joined([
  element(0x00081150, "UI", text("1.2.840.10008.5.1.4.1.1.7\0")),
  element(0x00081155, "UI", text("1.2.9\0")),
]);
const sequence = (content: Uint8Array, lengthBytes?: number) =>
  element(0x00081140, "SQ", content, lengthBytes);
const fragments = (content: Uint8Array) => element(0x7FE00010, "OB", content, UNDEFINED);

const WHOLE: readonly (readonly [what: string, dataSet: Uint8Array])[] = [
  ["nothing", new Uint8Array()],
  ["plain elements", joined([IDENTITY, PIXELS])],
  ["a sequence and an item with lengths", joined([sequence(item(REFERENCE)), PIXELS])],
  [
    "no lengths",
    joined([
      sequence(joined([item(joined([REFERENCE, ITEM_END]), UNDEFINED), SEQUENCE_END]), UNDEFINED),
      PIXELS,
    ]),
  ],
  [
    "empty sequences",
    joined([sequence(new Uint8Array()), element(0x00082112, "SQ", SEQUENCE_END, UNDEFINED)]),
  ],
  ["empty items", sequence(joined([item(new Uint8Array()), item(ITEM_END, UNDEFINED)]))],
  ["fragments", fragments(joined([item(new Uint8Array()), item(text("abcd")), SEQUENCE_END]))],
  ["a fragment that holds a sequence delimiter", fragments(joined([item(SEQUENCE_END), SEQUENCE_END]))],
  [
    "UN without length, implicit inside",
    joined([
      element(
        0x00091001,
        "UN",
        joined([item(joined([element(0x00081150, "", text("1.2\0")), ITEM_END]), UNDEFINED), SEQUENCE_END]),
        UNDEFINED,
      ),
      PIXELS,
    ]),
  ],
  [
    "UN with length, implicit inside",
    element(0x00081140, "UN", item(element(0x00081150, "", text("1.2\0")))),
  ],
  ["Data Set Trailing Padding", joined([PIXELS, element(0xFFFCFFFC, "OB", new Uint8Array(50))])],
  ["a group length", joined([element(0x00080000, "UL", new Uint8Array(4)), IDENTITY])],
];

for (const [what, dataSet] of WHOLE) {
  Deno.test(`a walk reaches the end of: ${what}`, () => {
    assertEquals(walk(dataSet).next, dataSet.length);
    assertEquals(walk(dataSet).warnings.texts, []);
  });
}

const TOLERATED: readonly (readonly [what: string, dataSet: Uint8Array, warning: string])[] = [
  ["an odd length", element(0x00100010, "PN", text("A^B")), "DcmItem: Length of element (0010,0010) is odd"],
  [
    "elements out of order",
    joined([PIXELS, IDENTITY]),
    "Dataset not in ascending tag order, at element (0008,0016)",
  ],
  [
    "an element that comes twice",
    joined([PIXELS, PIXELS]),
    "not in ascending tag order, at element (7fe0,0010)",
  ],
  ["an element without VR", element(0x00091001, "", text("abcd")), "(0009,1001) in a.dcm has no VR"],
  ["an unknown VR", element(0x00091001, "??", text("abcd")), 'has non-standard VR "??"'],
  [
    "an item end where there is a length",
    sequence(item(joined([REFERENCE, ITEM_END]))),
    "ends what has a length already",
  ],
  [
    "a sequence end where there is a length",
    sequence(joined([item(REFERENCE), SEQUENCE_END])),
    "ends what has a length already",
  ],
  [
    "a delimiter with a length",
    sequence(element(0xFFFEE0DD, "", undefined, 3), UNDEFINED),
    "should have the length 0, not 3",
  ],
  [
    "zeros behind the end",
    joined([PIXELS, new Uint8Array(33)]),
    "33 bytes of zeros follow the data set of a.dcm",
  ],
];

for (const [what, dataSet, warning] of TOLERATED) {
  Deno.test(`a walk goes on with a warning after ${what}`, () => {
    const { texts } = walk(dataSet).warnings;
    assert(texts.some((text) => text.includes(warning)), `"${warning}" is not in ${JSON.stringify(texts)}`);
  });
}

const BROKEN: readonly (readonly [what: string, dataSet: Uint8Array, message: string, code: string])[] = [
  [
    "a long value is cut off",
    element(0x7FE00010, "OW", text("abcd"), 5000),
    "a.dcm: cannot read data element (7FE0,0010) at offset 0: value is 4996 bytes short",
    "0001:000a",
  ],
  [
    "a short value is cut off",
    joined([IDENTITY, element(0x00100010, "PN", text("ab"), 8)]),
    "a.dcm: cannot read data element (0010,0010) at offset 50: value is 6 bytes short",
    "0001:0004",
  ],
  [
    "the largest length there is",
    element(0x7FE00010, "OW", text("abcd"), 0xFFFFFFFE),
    "value is 4294967290 bytes short",
    "0001:000a",
  ],
  [
    "a header is cut off",
    joined([PIXELS, PIXELS.subarray(0, 5)]),
    "a.dcm: cannot read a data element at offset 112: its header is 3 bytes short",
    "0001:000a",
  ],
  [
    "a long header is cut off",
    PIXELS.subarray(0, 8),
    "a.dcm: cannot read data element (7FE0,0010) at offset 0: its header is 4 bytes short",
    "0001:000a",
  ],
  [
    "one zero too many",
    joined([PIXELS, new Uint8Array(1)]),
    "at offset 112: its header is 7 bytes short",
    "0001:000a",
  ],
  [
    "something behind the zeros",
    joined([PIXELS, new Uint8Array(20), text("x")]),
    "a.dcm: cannot read it: something follows the zeros behind its data set at offset 132",
    "0001:0001",
  ],
  [
    "no end of a sequence",
    sequence(item(joined([REFERENCE, ITEM_END]), UNDEFINED), UNDEFINED),
    "a.dcm: it ends inside sequence (0008,1140) at offset 76",
    "0001:0022",
  ],
  [
    "no end of an item",
    sequence(item(REFERENCE, UNDEFINED), UNDEFINED),
    "a.dcm: it ends inside an item of sequence (0008,1140) at offset 68",
    "0001:0026",
  ],
  [
    "no end of the fragments",
    fragments(item(text("abcd"))),
    "a.dcm: it ends inside the fragments of (7FE0,0010) at offset 24",
    "0001:0022",
  ],
  [
    "a fragment goes too far",
    fragments(joined([item(text("abcd"), 400), SEQUENCE_END])),
    "a.dcm: cannot read data element (FFFE,E000) at offset 12: value is 388 bytes short",
    "0001:0004",
  ],
  [
    "a fragment without length",
    fragments(joined([item(text("abcd"), UNDEFINED), SEQUENCE_END])),
    "a fragment must have a length",
    "0001:0022",
  ],
  [
    "an element among the fragments",
    fragments(joined([PIXELS, SEQUENCE_END])),
    "an item or the end of the fragments of (7FE0,0010) should be here",
    "0001:0022",
  ],
  [
    "an element in a sequence",
    joined([sequence(item(REFERENCE), UNDEFINED), PIXELS]),
    "a.dcm: cannot read data element (7FE0,0010) at offset 68: an item or the end of sequence (0008,1140) should be here",
    "0001:0022",
  ],
  [
    "a sequence end in an item",
    sequence(joined([item(REFERENCE, UNDEFINED), SEQUENCE_END]), UNDEFINED),
    "the end of the item around it is missing",
    "0001:0026",
  ],
  [
    "a value goes past its item",
    joined([sequence(item(element(0x00081150, "UI", text("1.2\0"), 14))), PIXELS]),
    "value goes 10 bytes past the end of an item of sequence (0008,1140)",
    "0001:001b",
  ],
  [
    "an item goes past its sequence",
    joined([sequence(item(REFERENCE), 40), PIXELS]),
    "value goes 16 bytes past the end of sequence (0008,1140)",
    "0001:001b",
  ],
  [
    "a header goes past its item",
    joined([sequence(item(REFERENCE, 4), 12), PIXELS]),
    "its header goes past the end of an item of sequence",
    "0001:001b",
  ],
  [
    "a sequence goes past its item",
    joined([sequence(item(sequence(new Uint8Array(), 20))), PIXELS]),
    "value goes 20 bytes past the end of an item",
    "0001:001b",
  ],
  [
    "an item at the top level",
    joined([item(REFERENCE), PIXELS]),
    "there is no sequence that it could belong to",
    "0001:0001",
  ],
  [
    "an item end at the top level",
    joined([ITEM_END, PIXELS]),
    "there is no sequence that it could belong to",
    "0001:0001",
  ],
  [
    "a sequence end in the middle of what has a length",
    sequence(joined([SEQUENCE_END, item(REFERENCE)])),
    "by its length sequence (0008,1140) ends elsewhere",
    "0001:0001",
  ],
  [
    "a text without length",
    element(0x0040A160, "UT", joined([item(text("ab")), SEQUENCE_END]), UNDEFINED),
    "VR UT cannot have an undefined length",
    "0001:000a",
  ],
];

for (const [what, dataSet, message, code] of BROKEN) {
  Deno.test(`a walk ends with a fault when there is ${what}`, () => {
    const fault = assertThrows(() => walk(dataSet), Fault, message);
    assertEquals([fault.kind, fault.code], ["input", code]);
  });
}

Deno.test("an implicit sequence is recognised by its item, and a private value that only looks like one is left alone", () => {
  const implicit = (tag: number, value: Uint8Array) => element(tag, "", value);
  const broken = item(new Uint8Array(), 1000);
  assertEquals(outcome(() => walk(implicit(0x00091001, broken), "implicitLittle")), {
    ...outcome(() => walk(implicit(0x00091001, text("plain!!!")), "implicitLittle")) as object,
  });
  assertThrows(
    () => walk(joined([implicit(0x00081140, broken), implicit(0x7FE00010, text("ab"))]), "implicitLittle"),
    Fault,
    "past the end of sequence (0008,1140)",
  );
});

/** `depth` sequences in each other, with or without lengths, around one element. */
function nested(depth: number, defined: boolean, innermost: Uint8Array = REFERENCE): Uint8Array {
  let inside = innermost;
  for (let level = 0; level < depth; level++) {
    inside = defined
      ? sequence(item(inside))
      : sequence(joined([item(joined([inside, ITEM_END]), UNDEFINED), SEQUENCE_END]), UNDEFINED);
  }
  return inside;
}

for (const defined of [true, false]) {
  Deno.test(`nesting ${defined ? "with" : "without"} lengths is followed to the limit and no further`, () => {
    const deepest = nested(MAX_NESTING, defined);
    assertEquals(walk(deepest).next, deepest.length);
    const message = `sequences are nested more than ${MAX_NESTING} deep`;
    assertThrows(() => walk(nested(MAX_NESTING + 1, defined)), Fault, message);
    assertThrows(() => walk(nested(MAX_NESTING, defined, sequence(SEQUENCE_END, UNDEFINED))), Fault, message);
    const endless = joined(
      Array(50_000).fill(joined([sequence(new Uint8Array(), UNDEFINED), item(new Uint8Array(), UNDEFINED)])),
    );
    assertThrows(() => walk(endless), Fault, message);
  });
}

Deno.test("a sequence of the dictionary whose value holds no items is warned of where no VR says what it is", () => {
  const implicit = (tag: number, value: Uint8Array) => element(tag, "", value);
  const texts = (...elements: Uint8Array[]) => walk(joined(elements), "implicitLittle").warnings.texts;
  const warned = (lengthBytes: number) => [
    `data element (0070,1A08) in a.dcm should be a sequence, but its value of ${lengthBytes} bytes holds no items: ` +
    "the peer may refuse it",
  ];
  assertEquals(texts(implicit(0x00701A08, new Uint8Array(16))), warned(16));
  assertEquals(texts(implicit(0x00701A08, text("ab"))), warned(2));
  const fine = [
    implicit(0x00081140, item(implicit(0x00081150, text("1.2\0")))),
    implicit(0x00082112, new Uint8Array()),
    implicit(0x00091001, new Uint8Array(16)), // private
    implicit(0x00100010, text("Doe^John")),
    implicit(0x50012600, new Uint8Array(16)), // private, and so no curve
  ];
  assertEquals(texts(...fine), []);
});

Deno.test("warnings of many odd values stay a handful", () => {
  const { texts } =
    walk(joined(Array.from({ length: 10_000 }, () => element(0x00100010, "PN", text("A"))))).warnings;
  assertEquals(texts.length, 21);
  assertEquals(texts.at(-1), "19979 more warnings of this kind");
});

const ENCODINGS: readonly Encoding[] = ["implicitLittle", "explicitLittle", "explicitBig"];

/** A data set at random, in an encoding at random, sometimes with some bytes changed or cut off. */
function madeBytes(random: Random): { bytes: Uint8Array; encoding: Encoding } {
  const encoding = random.pick(ENCODINGS);
  const style: Style = {
    encoding,
    undefinedLength: () => random.chance(50),
    odd: random.chance(30),
    padding: random.chance(30),
  };
  const bytes = encodePlainly(madeDataSet(random), style);
  for (let damage = random.below(4); damage > 0 && bytes.length > 0; damage--) {
    bytes[random.below(bytes.length)] = random.pick([0, 1, 0x7F, 0xFF, random.below(256)]);
  }
  return { bytes: random.chance(20) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes, encoding };
}

Deno.test("a walk finds the same whatever the window, whole or damaged", () => {
  const seed = newSeed();
  const random = new Random(seed);
  let faults = 0;
  const rounds = 400;
  for (let round = 0; round < rounds; round++) {
    const { bytes, encoding } = madeBytes(random);
    const expected = outcome(() => walk(bytes, encoding, 16 * 1024));
    if ("kind" in (expected as object)) faults++;
    for (const windowBytes of [16, 64, 1000]) {
      assertEquals(
        outcome(() => walk(bytes, encoding, windowBytes)),
        expected,
        `seed ${seed}, round ${round}`,
      );
    }
  }
  assert(faults > rounds / 10 && faults < rounds, `seed ${seed}: ${faults} faults`);
});

Deno.test("a stream that passes by in any pieces is judged like a file", () => {
  const seed = newSeed();
  const random = new Random(seed);
  for (let round = 0; round < 400; round++) {
    const { bytes, encoding } = madeBytes(random);
    const asFile = outcome(() => walk(bytes, encoding)) as Record<string, unknown>;
    const sizes: (() => number)[] = [
      () => 1,
      () => 1 + random.below(40),
      () => 1 + random.below(5000),
      () => 1 << 30,
    ];
    const asStreams = sizes.map((size) =>
      outcome(() => feed(bytes, encoding, size)) as Record<string, unknown>
    );
    for (const asStream of asStreams) {
      // A stream notices later that something is missing, and says so of the innermost element.
      const comparable = "kind" in asFile ? { ...asStream, message: asFile.message } : asStream;
      assertEquals(comparable, asFile, `seed ${seed}, round ${round}`);
      assertEquals(asStream, asStreams[0], `seed ${seed}, round ${round}`);
    }
  }
});
