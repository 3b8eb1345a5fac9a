/** What becomes of the odd corners of PS3.5, one by one. Where DCMTK is named, its outcome was recorded with dcmconv. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { MEASURED_BYTES } from "../../lib/dataset/measuring.ts";
import { Walk } from "../../lib/dataset/walk.ts";
import { joined } from "./made_up_data_sets.ts";
import { type Encoding, listing, readDataSet } from "./plain_reader.ts";
import { BIG, converted, DEFLATED, EXPLICIT, GE, IMPLICIT } from "./pull.ts";

const UNDEFINED = 0xFFFFFFFF;
const LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV", "OX", "ZZ"];
const ENCODING: Readonly<Record<string, Encoding>> = {
  [IMPLICIT]: "implicitLittle",
  [EXPLICIT]: "explicitLittle",
  [BIG]: "explicitBig",
};

/** Of those that these cases have in implicit VR. */
const isSequence = (tag: number) => tag === 0x00081140 || tag === 0x54000100;

type Content = string | readonly number[] | Uint8Array;

function bytesOf(content: Content): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
}

/** An explicit VR element; the length can be a lie. */
function explicit(tag: number, vr: string, content: Content, lengthBytes?: number, big = false): Uint8Array {
  const value = bytesOf(content);
  const long = LONG.includes(vr);
  const bytes = new Uint8Array((long ? 12 : 8) + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, !big);
  view.setUint16(2, tag & 0xFFFF, !big);
  bytes.set(bytesOf(vr), 4);
  if (long) view.setUint32(8, lengthBytes ?? value.length, !big);
  else view.setUint16(6, lengthBytes ?? value.length, !big);
  bytes.set(value, long ? 12 : 8);
  return bytes;
}

/** An implicit VR element, or an item or delimiter. */
function implicit(tag: number, content: Content, lengthBytes?: number): Uint8Array {
  const value = bytesOf(content);
  const bytes = new Uint8Array(8 + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xFFFF, true);
  view.setUint32(4, lengthBytes ?? value.length, true);
  bytes.set(value, 8);
  return bytes;
}

const item = (...parts: Uint8Array[]) => implicit(0xFFFEE000, joined(parts));
const openItem = (...parts: Uint8Array[]) =>
  joined([implicit(0xFFFEE000, joined(parts), UNDEFINED), implicit(0xFFFEE00D, "")]);
const SEQUENCE_END = implicit(0xFFFEE0DD, "");
const openSequence = (vr: string, tag: number, ...items: Uint8Array[]) =>
  joined([
    vr === "" ? implicit(tag, joined(items), UNDEFINED) : explicit(tag, vr, joined(items), UNDEFINED),
    SEQUENCE_END,
  ]);
const word = (value: number) => [value & 0xFF, value >> 8];

interface Case {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly input: readonly Uint8Array[];
  /** As `listing` shows it. */
  readonly expected: readonly string[];
  readonly newVr?: boolean;
  readonly repairUids?: boolean;
}

const CASES: readonly Case[] = [
  {
    name: "UN of undefined length is an implicit VR sequence, as in DCMTK",
    from: EXPLICIT,
    to: BIG,
    input: [
      openSequence("UN", 0x00091001, openItem(implicit(0x00100010, "A^B "), implicit(0x00280010, [1, 0]))),
    ],
    expected: [
      "00091001 SQ",
      "00091001[0]",
      "00091001[0].00100010 PN 415e4220",
      "00091001[0].00280010 US 0001",
    ],
  },
  {
    name: "UN of undefined length in big endian is little endian inside",
    from: BIG,
    to: EXPLICIT,
    input: [
      joined([
        explicit(0x00091001, "UN", "", UNDEFINED, true),
        item(implicit(0x00280010, [1, 0])),
        SEQUENCE_END,
      ]),
    ],
    expected: ["00091001 SQ", "00091001[0]", "00091001[0].00280010 US 0100"],
  },
  {
    name: "UN with a length stays what it is, also in big endian",
    from: EXPLICIT,
    to: BIG,
    input: [explicit(0x00100010, "UN", "AB"), explicit(0x00280010, "UN", [1, 0])],
    expected: ["00100010 UN 4142", "00280010 UN 0100"],
  },
  {
    name: "odd values are padded with zero and then swapped, as in DCMTK",
    from: EXPLICIT,
    to: BIG,
    input: [explicit(0x00100010, "PN", "ABC"), explicit(0x00280010, "US", [1, 2, 3])],
    expected: ["00100010 PN 41424300", "00280010 US 02010003"],
  },
  {
    name: "values that are no multiple of their unit keep their last bytes",
    from: EXPLICIT,
    to: BIG,
    input: [explicit(0x00186018, "UL", [1, 2, 3, 4, 5, 6]), explicit(0x00189073, "FD", [1, 2, 3])],
    expected: ["00186018 UL 040302010506", "00189073 FD 01020300"],
  },
  {
    name: "VRs that nobody knows become UN, OX of pixel data OW, as in DCMTK",
    from: EXPLICIT,
    to: BIG,
    input: [
      explicit(0x00100020, "ZZ", "ABCD"),
      explicit(0x00100030, "??", "ABCD"),
      explicit(0x7FE00010, "OX", "ABCD"),
    ],
    expected: ["00100020 UN 41424344", "00100030 UN 41424344", "7fe00010 OW 42414443"],
  },
  {
    name: "elements without a VR in explicit data sets get that of the dictionary",
    from: EXPLICIT,
    to: BIG,
    input: [implicit(0x00280010, [1, 0]), explicit(0x00280011, "US", [2, 0])],
    expected: ["00280010 US 0001", "00280011 US 0002"],
  },
  {
    name: "trailing padding is dropped at every level",
    from: EXPLICIT,
    to: IMPLICIT,
    input: [
      explicit(0x00081140, "SQ", item(explicit(0x00100020, "LO", "AB"), explicit(0xFFFCFFFC, "OB", [0, 0]))),
      explicit(0x00100020, "LO", "AB"),
      explicit(0xFFFCFFFC, "OB", [0, 0]),
    ],
    expected: ["00081140 SQ", "00081140[0]", "00081140[0].00100020  4142", "00100020  4142"],
  },
  {
    name: "delimiters at the end of what has a length are passed over",
    from: EXPLICIT,
    to: IMPLICIT,
    input: [
      explicit(
        0x00081140,
        "SQ",
        joined([item(explicit(0x00100020, "LO", "AB"), implicit(0xFFFEE00D, "")), SEQUENCE_END]),
      ),
    ],
    expected: ["00081140 SQ", "00081140[0]", "00081140[0].00100020  4142"],
  },
  {
    name: "US or SS goes by the pixel representation here or around",
    from: IMPLICIT,
    to: EXPLICIT,
    input: [
      implicit(0x00280103, word(1)),
      implicit(0x00280106, word(1)),
      implicit(0x00281101, word(1)),
      implicit(
        0x00283010,
        joined([
          item(implicit(0x00283002, word(1)), implicit(0x00283006, word(7))),
          item(implicit(0x00280103, word(0)), implicit(0x00283002, word(1))),
        ]),
      ),
      implicit(0x00409211, word(1)),
    ],
    expected: [
      "00280103 US 0100",
      "00280106 SS 0100",
      "00281101 US 0100",
      "00283010 SQ",
      "00283010[0]",
      "00283010[0].00283002 SS 0100",
      "00283010[0].00283006 OW 0700",
      "00283010[1]",
      "00283010[1].00280103 US 0000",
      "00283010[1].00283002 US 0100",
      "00409211 SS 0100",
    ],
  },
  {
    name: "OB or OW goes by kind and, for waveforms, by the bits of a sample",
    from: IMPLICIT,
    to: BIG,
    input: [
      implicit(0x50003000, [1, 2]),
      implicit(
        0x54000100,
        joined([
          item(implicit(0x54001004, word(16)), implicit(0x54001010, [1, 2])),
          item(implicit(0x54001004, word(8)), implicit(0x54001010, [1, 2])),
        ]),
      ),
      implicit(0x60003000, [1, 2]),
      implicit(0x7FE00010, [1, 2]),
    ],
    expected: [
      "50003000 OB 0102",
      "54000100 SQ",
      "54000100[0]",
      "54000100[0].54001004 US 0010",
      "54000100[0].54001010 OW 0201",
      "54000100[1]",
      "54000100[1].54001004 US 0008",
      "54000100[1].54001010 OB 0102",
      "60003000 OW 0201",
      "7fe00010 OW 0201",
    ],
  },
  {
    name: "private elements have the VR of their creator's dictionary, in their own item only",
    from: IMPLICIT,
    to: EXPLICIT,
    input: [
      implicit(0x00290011, "SIEMENS CSA HEADER"),
      implicit(0x00291108, "IMAGE NUM 4 "),
      implicit(0x002911F0, "AB"),
      implicit(0x00291208, "AB"),
      implicit(0x00400275, item(implicit(0x00291108, "AB"))),
      implicit(0x00430010, "GEMS_PARM_01"),
      implicit(0x00431001, [1, 0]),
      implicit(0x00431002, [1, 0, 2]),
    ],
    expected: [
      "00290011 LO 5349454d454e532043534120484541444552",
      "00291108 CS 494d414745204e554d203420",
      "002911f0 UN 4142",
      "00291208 UN 4142",
      "00400275 SQ",
      "00400275[0]",
      "00400275[0].00291108 UN 4142",
      "00430010 LO 47454d535f5041524d5f3031",
      "00431001 SS 0100",
      "00431002 UN 01000200",
    ],
  },
  {
    name: "a sequence by the dictionary that holds no items is UN",
    from: IMPLICIT,
    to: EXPLICIT,
    input: [implicit(0x00081140, "abcdefgh"), implicit(0x00081115, "abcd"), implicit(0x00081199, "")],
    expected: ["00081140 UN 6162636465666768", "00081115 UN 61626364", "00081199 SQ"],
  },
  {
    name: "any implicit VR element of undefined length is a sequence",
    from: IMPLICIT,
    to: EXPLICIT,
    input: [openSequence("", 0x00091010, item(implicit(0x00100020, "AB"))), openSequence("", 0x00100010)],
    expected: ["00091010 SQ", "00091010[0]", "00091010[0].00100020 LO 4142", "00100010 SQ"],
  },
  {
    name: "--disable-new-vr writes UN and the VRs after 1993 as OB, little endian, as DCMTK does",
    from: EXPLICIT,
    to: BIG,
    newVr: false,
    input: [
      explicit(0x00100010, "UN", "ab"),
      explicit(0x00200013, "UT", "ab"),
      explicit(0x00209301, "FD", [1, 2, 3, 4, 5, 6, 7, 8]),
      explicit(0x00640009, "OF", [1, 2, 3, 4]),
      explicit(0x7FE00010, "OW", [1, 2]),
    ],
    expected: [
      "00100010 OB 6162",
      "00200013 OB 6162",
      "00209301 FD 0807060504030201",
      "00640009 OB 01020304",
      "7fe00010 OW 0201",
    ],
  },
  {
    name: "big endian values that become OB are made little endian",
    from: BIG,
    to: BIG,
    newVr: false,
    input: [explicit(0x00640009, "OF", [1, 2, 3, 4], undefined, true)],
    expected: ["00640009 OB 04030201"],
  },
  {
    name: "blanks in UIDs are removed where that is asked for",
    from: EXPLICIT,
    to: EXPLICIT,
    repairUids: true,
    input: [
      explicit(0x00080018, "UI", "1.2.3 "),
      explicit(0x0020000D, "UI", "1.2 \0"),
      explicit(0x0020000E, "UI", " 1.2"),
      explicit(0x00200052, "UI", "1.2.3\n4\t5"),
    ],
    expected: [
      "00080018 UI 312e322e3300",
      "0020000d UI 312e3200",
      "0020000e UI 312e3200",
      "00200052 UI 312e322e33343500",
    ],
  },
  {
    name: "elements out of order or doubled stay where they are",
    from: EXPLICIT,
    to: IMPLICIT,
    input: [
      explicit(0x00100020, "LO", "AB"),
      explicit(0x00100010, "PN", "CD"),
      explicit(0x00100010, "PN", "EF"),
    ],
    expected: ["00100020  4142", "00100010  4344", "00100010  4546"],
  },
];

for (const { name, from, to, input, expected, newVr = true, repairUids = false } of CASES) {
  Deno.test(name, async () => {
    const bytes = await converted(joined(input), from, to, { newVr, repairUids });
    assertEquals(
      listing(readDataSet(bytes, ENCODING[to] ?? "explicitLittle", isSequence)),
      expected,
    );
  });
}

Deno.test("values that are too long for a 16-bit length are written as UN, from 65535 bytes on", async () => {
  for (const [lengthBytes, vr] of [[65533, "LT"], [65534, "LT"], [65535, "UN"], [70000, "UN"]] as const) {
    const input = joined([
      implicit(0x00204000, new Uint8Array(lengthBytes).fill(0x41)),
      implicit(0x00280010, [1, 0]),
    ]);
    const bytes = await converted(input, IMPLICIT, EXPLICIT);
    const [long, rows] = readDataSet(bytes, "explicitLittle");
    assertEquals([long?.vr, long?.value.length, rows?.vr], [vr, lengthBytes + lengthBytes % 2, "US"]);
    const old = await converted(input, IMPLICIT, EXPLICIT, { newVr: false });
    assertEquals(readDataSet(old, "explicitLittle")[0]?.vr, vr === "UN" ? "OB" : vr);
  }
});

Deno.test("sequences have a length as long as that can be measured, the bigger ones delimiters", async () => {
  const filled = (bytes: number) => explicit(0x00204000, "LT", new Uint8Array(bytes).fill(0x41));
  const small = item(filled(1000));
  const openOf = async (...items: Uint8Array[]) => {
    const bytes = await converted(openSequence("SQ", 0x00081140, ...items), EXPLICIT, IMPLICIT);
    const [sequence] = readDataSet(bytes, "implicitLittle", isSequence);
    return [sequence?.undefinedLength, ...(sequence?.items ?? []).map((item) => item.undefinedLength)];
  };
  assertEquals(await openOf(), [false]);
  assertEquals(await openOf(small, openItem(filled(1000))), [false, false, false]);
  const many = Array.from({ length: Math.ceil(MEASURED_BYTES / small.length) + 1 }, () => small);
  assertEquals(await openOf(...many), [true, ...many.map(() => false)]);
  const big = openItem(filled(60000), filled(60000));
  assertEquals(await openOf(big, small), [true, true, false]);
});

Deno.test("what is too long to be measured is not measured again and again, however deep it lies", async () => {
  // Unknown elements of even groups, without values.
  const many = Array.from(
    { length: 20_000 },
    (_, at) => implicit((0x4100 + 2 * (at >> 8)) * 65536 + 0x100 + (at & 0xFF), ""),
  );
  let nested = joined(many);
  for (let depth = 0; depth < 50; depth++) nested = openSequence("", 0x00081140, openItem(nested));
  const { readHeader } = Walk.prototype;
  let headers = 0;
  Walk.prototype.readHeader = function () {
    headers++;
    return readHeader.call(this);
  };
  try {
    await converted(nested, IMPLICIT, EXPLICIT);
  } finally {
    Walk.prototype.readHeader = readHeader;
  }
  assert(headers > many.length && headers < 5 * many.length, `${headers} headers were read`);
});

Deno.test("a big value at the end of items with a length keeps the lengths around it", async () => {
  const samples = explicit(0x54001010, "OW", new Uint8Array(4 * MEASURED_BYTES));
  const input = explicit(0x54000100, "SQ", item(explicit(0x54001004, "US", word(16)), samples));
  for (const to of [IMPLICIT, BIG]) {
    const [sequence] = readDataSet(
      await converted(input, EXPLICIT, to),
      ENCODING[to] ?? "explicitBig",
      isSequence,
    );
    assertEquals([sequence?.undefinedLength, sequence?.items?.[0]?.undefinedLength], [false, false]);
  }
});

Deno.test("the length of a group that ends with big pixel data is the one its elements give", async () => {
  const pixels = new Uint8Array(3 * MEASURED_BYTES);
  const group = (stated: number) =>
    joined([
      explicit(0x00280010, "US", [1, 0]),
      explicit(0x7FE00000, "UL", [stated & 0xFF, stated >> 8 & 0xFF, stated >> 16, 0]),
      explicit(0x7FE00010, "OW", pixels),
    ]);
  const right = await converted(group(12 + pixels.length), EXPLICIT, IMPLICIT);
  const lengthBytes = 8 + pixels.length;
  assertEquals(listing(readDataSet(right, "implicitLittle").slice(0, 2)), [
    "00280010  0100",
    `7fe00000  ${Uint8Array.of(lengthBytes & 0xFF, lengthBytes >> 8 & 0xFF, lengthBytes >> 16, 0).toHex()}`,
  ]);
  const wrong = await converted(group(77), EXPLICIT, IMPLICIT);
  assertEquals(readDataSet(wrong, "implicitLittle").map(({ tag }) => tag), [0x00280010, 0x7FE00010]);
});

Deno.test("encapsulated pixel data pass as they are, odd fragments padded", async () => {
  const jpeg = "1.2.840.10008.1.2.4.50";
  const pixels = joined([
    explicit(
      0x7FE00010,
      "OB",
      joined([item(), implicit(0xFFFEE000, "abc"), implicit(0xFFFEE000, "defg")]),
      UNDEFINED,
    ),
    SEQUENCE_END,
  ]);
  const input = joined([explicit(0x00280010, "US", [1, 0]), pixels]);
  const expected = [
    "00280010 US 0100",
    "7fe00010 OB fragments",
    "7fe00010[0] ",
    "7fe00010[1] 61626300",
    "7fe00010[2] 64656667",
  ];
  assertEquals(listing(readDataSet(await converted(input, jpeg, jpeg), "explicitLittle")), expected);
  const implicitHeaders = joined([
    implicit(0x00280010, [1, 0]),
    implicit(0x7FE00010, "", UNDEFINED),
    pixels.subarray(12),
  ]);
  const repaired = await converted(implicitHeaders, jpeg, jpeg, { encoding: "implicitLittle" });
  assertEquals(listing(readDataSet(repaired, "explicitLittle")), expected);
  for (const to of [IMPLICIT, BIG, DEFLATED]) {
    const fault = await assertRejects(() => converted(input, EXPLICIT, to), Fault, "(7FE0,0010)");
    assertEquals(fault.kind, "input");
  }
});

Deno.test("an empty data set is an empty data set", async () => {
  for (const to of [IMPLICIT, EXPLICIT, BIG]) {
    assertEquals((await converted(new Uint8Array(0), IMPLICIT, to)).length, 0);
    assertEquals((await converted(explicit(0xFFFCFFFC, "OB", [0, 0]), EXPLICIT, to)).length, 0);
  }
  assert((await converted(new Uint8Array(0), IMPLICIT, DEFLATED)).length > 0);
});

const BROKEN: readonly (readonly [what: string, input: Uint8Array, says: string])[] = [
  ["a value that ends early", explicit(0x00100010, "PN", "AB", 12), "value is 10 bytes short"],
  [
    "a long value that ends early",
    explicit(0x7FE00010, "OW", new Uint8Array(9000), 100_000),
    "value is 91000 bytes short",
  ],
  [
    "a header that ends early",
    joined([explicit(0x00100010, "PN", "AB"), Uint8Array.of(0x10, 0, 0x20)]),
    "header",
  ],
  [
    "a sequence without end",
    explicit(0x00081140, "SQ", item(explicit(0x00100020, "LO", "AB")), UNDEFINED),
    "ends inside sequence (0008,1140)",
  ],
  [
    "an item without end",
    openSequence("SQ", 0x00081140, implicit(0xFFFEE000, explicit(0x00100020, "LO", "AB"), UNDEFINED)),
    "missing",
  ],
  [
    "a value longer than its item",
    explicit(0x00081140, "SQ", item(explicit(0x00100020, "LO", "AB", 8))),
    "past the end of an item",
  ],
  [
    "an item longer than its sequence",
    explicit(0x00081140, "SQ", implicit(0xFFFEE000, "", 8)),
    "past the end of sequence",
  ],
  ["something else than an item", explicit(0x00081140, "SQ", "abcdefgh"), "an item or the end of sequence"],
  ["an item outside of a sequence", item(), "no sequence"],
  ["a text of undefined length", explicit(0x00081140, "UT", "", UNDEFINED), "undefined length"],
];

for (const [what, input, says] of BROKEN) {
  Deno.test(`${what} is a fault that names element, file and offset`, async () => {
    for (const fillBytes of [1, 64 * 1024]) {
      const options = { startOffset: 1000 };
      const fault = await assertRejects(
        () => converted(input, EXPLICIT, IMPLICIT, options, fillBytes),
        Fault,
        says,
      );
      assertEquals(fault.kind, "input");
      assert(/a\.dcm.* at offset 1\d\d\d/.test(fault.message), fault.message);
    }
  });
}

Deno.test("nesting is followed at least 200 deep, and refused before it can do harm", async () => {
  const nested = (depth: number) => {
    const start = joined([implicit(0x00081140, "", UNDEFINED), implicit(0xFFFEE000, "", UNDEFINED)]);
    const end = joined([implicit(0xFFFEE00D, ""), SEQUENCE_END]);
    return joined([...Array(depth).fill(start), ...Array(depth).fill(end)]);
  };
  const deep = await converted(nested(250), IMPLICIT, BIG);
  assertEquals(listing(readDataSet(deep, "explicitBig")).length, 500);
  await assertRejects(() => converted(nested(100_000), IMPLICIT, BIG), Fault, "nested more than 256 deep");
});

Deno.test("pixel data of GE's own transfer syntax are big endian, and all else is little endian", async () => {
  const rows = (vr: (tag: number, vr: string, content: Content) => Uint8Array, pixels: string) =>
    joined([vr(0x00280010, "US", [1, 2]), vr(0x00281201, "OW", "abcd"), vr(0x7FE00010, "OW", pixels)]);
  const ge = rows((tag, _, content) => implicit(tag, content), "badc");
  const native: readonly (readonly [string, Uint8Array])[] = [
    [IMPLICIT, rows((tag, _, content) => implicit(tag, content), "abcd")],
    [EXPLICIT, rows(explicit, "abcd")],
  ];
  for (const [syntax, bytes] of native) {
    assertEquals(await converted(ge, GE, syntax), bytes);
    assertEquals(await converted(bytes, syntax, GE), ge);
    assertEquals(await converted(await converted(ge, GE, BIG), BIG, syntax), bytes);
    assertEquals(await converted(await converted(ge, GE, DEFLATED), DEFLATED, GE), ge);
  }
  const edits = [{ within: [], tag: 0x00280010, value: undefined }];
  assertEquals(await converted(ge, GE, GE, { edits }), ge.subarray(10));
});

Deno.test("a data set in an unknown transfer syntax is edited in its own encoding", async () => {
  const edits = [{ within: [], tag: 0x00100010, value: undefined }];
  const [from, to] = ["1.2.3.4", "1.2.3.4"];
  const little = joined([explicit(0x00100010, "PN", "AB"), explicit(0x00280010, "US", [1, 2])]);
  assertEquals(await converted(little, from, to, { edits }), little.subarray(10));
  const without = joined([implicit(0x00100010, "AB"), implicit(0x00280010, [1, 2])]);
  const options = { edits, encoding: "implicitLittle" } as const;
  assertEquals(await converted(without, from, to, options), without.subarray(10));
  const big = joined([
    explicit(0x00100010, "PN", "AB", 2, true),
    explicit(0x00280010, "US", [1, 2], 2, true),
  ]);
  assertEquals(await converted(big, from, to, { edits, encoding: "explicitBig" }), big.subarray(10));
});
