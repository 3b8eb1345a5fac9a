import { assert, assertEquals } from "@std/assert";
import {
  decodeCommandSet,
  ELEMENT,
  encodeCommandSet,
  numberOf,
  tagsOf,
  textOf,
} from "../../lib/dimse/command_set.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { concat } from "../peers/pdu_reader.ts";
import { madeBytes } from "../pdu/made_up_pdus.ts";
import { element } from "./elements.ts";

Deno.test("a command set is implicit VR little endian behind its group length, values even", () => {
  const bytes = encodeCommandSet([
    [ELEMENT.affectedSopClassUid, "1.2.840.10008.1.1"],
    [ELEMENT.commandField, 0x8030],
    [ELEMENT.affectedSopInstanceUid, "1.2.34"],
  ]);
  const expected = [
    ["0000 0000 04000000", "32000000"],
    ["0000 0200 12000000", "312e322e3834302e31303030382e312e31", "00"],
    ["0000 0001 02000000", "3080"],
    ["0000 0010 06000000", "312e322e3334"],
  ];
  assertEquals(bytes.toHex(), expected.flat().join("").replaceAll(" ", ""));
});

Deno.test("any command set that is encoded decodes to its elements", () => {
  const seed = newSeed();
  for (let i = 0; i < 200; i++) {
    const random = new Random(seed + i);
    const numbers = new Set(Array.from({ length: random.below(12) }, () => 1 + random.below(0xffff)));
    const elements = [...numbers].sort((a, b) => a - b).map((number) => {
      const uid = "1.2." + "3".repeat(random.below(61));
      return [number, random.chance(50) ? random.below(65536) : uid] as const;
    });
    const decoded = decodeCommandSet(encodeCommandSet(elements));
    if (typeof decoded === "string") throw new Error(`seed ${seed + i}: ${decoded}`);
    assertEquals(decoded.size, elements.length + 1);
    for (const [number, value] of elements) {
      const read = typeof value === "number" ? numberOf(decoded, number) : textOf(decoded, number);
      assertEquals(read, value, `seed ${seed + i}`);
    }
  }
});

Deno.test("what is no command set is said, and what is odd in one is put up with", () => {
  const status = element(0x0900, [0, 0xa7]);
  const broken: readonly (readonly [bytes: Uint8Array, what: string])[] = [
    [status.subarray(0, 1), "command set ends inside an element at offset 0"],
    [concat([status, status.subarray(0, 7)]), "command set ends inside an element at offset 10"],
    [status.subarray(0, 9), "command element (0000,0900) claims 2 bytes, 1 are left"],
    [
      Uint8Array.of(8, 0, 0x18, 0, 255, 255, 255, 255),
      "command element (0008,0018) claims 4294967295 bytes, 0 are left",
    ],
    [concat([status, element(0x0900, [0, 0])]), "command element (0000,0900) comes twice"],
  ];
  for (const [bytes, what] of broken) assertEquals(decodeCommandSet(bytes), what);

  const odd: readonly Uint8Array[] = [
    status,
    concat([element(0x0000, [255, 255, 255, 255]), status]), // a wrong group length
    concat([element(0x0902, []), status]), // empty
    concat([element(0x1000, [0x31]), status]), // odd, and not in order
    concat([status, element(0x0900, [0, 0], 8)]), // of another group
    concat([element(0x0900, [0, 0], 0xffff), status]),
  ];
  for (const bytes of odd) {
    const command = decodeCommandSet(bytes);
    if (typeof command === "string") throw new Error(command);
    assertEquals(numberOf(command, ELEMENT.status), 0xa700);
  }
  assertEquals(decodeCommandSet(new Uint8Array()), new Map());
});

Deno.test("values that are missing, too short or too long are read as far as they go", () => {
  const command = decodeCommandSet(concat([
    element(0x0100, []),
    element(0x0110, [1]),
    element(0x0120, [1, 2, 3, 4]),
    element(0x0901, [0x08, 0x00, 0x18, 0x00, 0xe0, 0x7f, 0x10, 0x00, 1, 2, 3]),
    element(0x0902, [0x41, 0xff, 0x20, 0x42, 0x20, 0x00, 0x20]),
    element(0x1000, [0x20, 0x00, 0x00]),
  ]));
  if (typeof command === "string") throw new Error(command);
  assertEquals([0x0100, 0x0110, 0x0120, 0x0900].map((number) => numberOf(command, number)), [
    undefined,
    undefined,
    0x0201,
    undefined,
  ]);
  assertEquals(tagsOf(command, 0x0901), ["(0008,0018)", "(7fe0,0010)"]);
  assertEquals(tagsOf(command, 0x0900), []);
  assertEquals(textOf(command, 0x0902), "A\u00ff B");
  assertEquals(textOf(command, 0x1000), "");
  assertEquals(textOf(command, 0x0002), undefined);
});

Deno.test("any bytes are a command set or are not, and none take long", () => {
  const seed = newSeed();
  for (let i = 0; i < 2000; i++) {
    const command = decodeCommandSet(madeBytes(new Random(seed + i), 100));
    assert(typeof command === "string" || command.size <= 12, `seed ${seed + i}`);
  }
  // Blanks that end in something else, which once took minutes.
  const blanks = new Uint8Array(65535).fill(0x20);
  blanks[65534] = 0x41;
  const command = decodeCommandSet(element(0x0902, blanks));
  if (typeof command === "string") throw new Error(command);
  assertEquals(textOf(command, 0x0902)?.length, 65535);
});
