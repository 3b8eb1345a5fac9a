import { assert, assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { OperandRecord } from "../../lib/source/operand_record.ts";
import type { Operand } from "../../lib/source/operands.ts";

const VERSION = { sizeBytes: 10, modifiedMs: 20 };
const FAULT = new Fault("input", "cannot read it");

/** Of every kind, with paths that have little or much in common. */
const PLAIN: readonly Operand[] = [
  { path: "", scanned: false, seen: "nothing" },
  { path: "a", scanned: false, seen: "file" },
  { path: "a", scanned: false },
  { path: "s/a.dcm", scanned: true, seen: "file" },
  { path: "s/b.dcm", scanned: true },
  { path: "s/b.dcm", scanned: false, fault: FAULT },
  { path: "s/sub/ä.dcm", scanned: true, seen: "file", sizeBytes: 0 },
  { path: "s/sub/ö.dcm", scanned: true, seen: "file", sizeBytes: 2 ** 40 },
  { path: "s/sub/日本/🦴", scanned: true, seen: "file" },
  { path: "s/sub/日本/🦷", scanned: true, skipped: "it is an archive" },
  { path: "\uFEFFs\0x", scanned: false, seen: "file" },
  { path: `long/${"x".repeat(70_000)}`, scanned: false, seen: "nothing" },
  { path: `long/${"ä".repeat(32_000)}`, scanned: false, seen: "file" },
  { path: `long/${"ä".repeat(32_000)}/b`, scanned: false, seen: "file", sizeBytes: 1 },
];

function allOf(record: OperandRecord): Operand[] {
  const reader = record.reader();
  const all: Operand[] = [];
  for (let operand = reader.next(); operand !== undefined; operand = reader.next()) all.push(operand);
  return all;
}

Deno.test("operands are remembered as they were found, in their order, over many pages", () => {
  const record = new OperandRecord();
  assertEquals(allOf(record), []);
  const rounds = 20;
  const expected = Array.from({ length: rounds }, () => PLAIN).flat();
  for (const operand of expected) record.add(operand);
  assertEquals(record.count, expected.length);
  assertEquals(allOf(record), expected);
  assertEquals(allOf(record), expected, "a second time");
});

Deno.test("a reader goes on with what is added meanwhile", () => {
  const record = new OperandRecord();
  const reader = record.reader();
  for (let round = 0; round < 10; round++) {
    for (const operand of PLAIN) {
      assertEquals(reader.next(), undefined);
      record.add(operand);
      assertEquals(reader.next(), operand);
    }
  }
});

Deno.test("of a member is remembered what tells it apart; an archive does not count", () => {
  const record = new OperandRecord();
  const open = () => {
    throw new Error("asked for");
  };
  const member = { archivePath: "a.zip", version: VERSION, name: "x!y", offset: 2 ** 33, sizeBytes: 5, open };
  record.add({ path: "a.zip", scanned: false, archive: VERSION });
  record.add({ path: "a.zip!x!y", scanned: true, sizeBytes: 5, member });
  const damaged = { path: "a.zip!z", scanned: true, fault: FAULT, member: { ...member, name: "z" } };
  record.add(damaged);
  assertEquals(record.count, 2);
  const [archive, again, ...rest] = allOf(record);
  assertEquals(archive, { path: "a.zip", scanned: false, archive: VERSION });
  assertEquals([again?.path, again?.scanned], ["a.zip!x!y", true]);
  if (again?.member === undefined) throw new Error("it is no member");
  const { open: openAgain, ...facts } = again.member;
  assertEquals(facts, {
    archivePath: "a.zip",
    version: VERSION,
    name: "x!y",
    offset: 2 ** 33,
    sizeBytes: undefined,
  });
  assertThrows(() => openAgain(), Fault);
  assertEquals(rest, [damaged]);
});

Deno.test("a hundred thousand files cost a few bytes each", () => {
  const record = new OperandRecord();
  const before = Deno.memoryUsage().external;
  const files = 100_000;
  for (let file = 0; file < files; file++) {
    const [series, number] = [Math.floor(file / 500), String(file).padStart(8, "0")];
    const uid = `1.2.840.113619.2.55.3.2831164867.783.1354697634.${number}`;
    record.add({ path: `/archive/study/series${series}/${uid}.dcm`, scanned: true, seen: "file" });
  }
  assertEquals(record.count, files);
  assert(Deno.memoryUsage().external - before < 20 * files, `${Deno.memoryUsage().external - before} bytes`);
});
