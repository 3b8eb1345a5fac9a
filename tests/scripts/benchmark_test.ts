import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { survey } from "../../lib/dataset/survey.ts";
import { type DataSetKind, KINDS, provide } from "../../scripts/benchmark/data.ts";
import { measure, median } from "../../scripts/benchmark/measured.ts";
import { type Result, tableLines, withTable } from "../../scripts/benchmark/table.ts";

Deno.test("the median is the middle one, or between the two in the middle", () => {
  for (
    const [numbers, expected] of [[[3], 3], [[5, 1, 3], 3], [[4, 1, 3, 2], 2.5], [[1, 9], 5]] as const
  ) {
    assertEquals(median(numbers), expected);
  }
});

const RESULTS: Result[] = [
  { workload: "w", peer: "p", sender: "ours", seconds: [2, 1, 3], peakMemoryBytes: 61_000_000 },
  { workload: "w", peer: "p", sender: "storescu", seconds: [8], peakMemoryBytes: 0 },
  { workload: "w", peer: "q", sender: "ours", seconds: [0.5], peakMemoryBytes: 0 },
];

Deno.test("ratios compare with the first sender of the same work and peer", () => {
  const cells = tableLines(RESULTS).slice(2).map((line) => line.split("|").map((cell) => cell.trim()));
  assertEquals(cells.map((row) => row.slice(3, 7)), [
    ["ours", "2.000", "1", "61 MB"],
    ["storescu", "8.000", "4.00", ""],
    ["ours", "0.500", "1", ""],
  ]);
});

Deno.test("the table takes the place between README's markers, and needs them", () => {
  const facts = { date: "2026-01-01", machine: "m", versions: ["v"], rounds: 3, remarks: ["r"] };
  const text = withTable("a\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nb\n", RESULTS, facts);
  assertStringIncludes(text, "Measured on 2026-01-01");
  assert(text.startsWith("a\n") && text.endsWith("<!-- bench:end -->\nb\n") && !text.includes("old"));
  assertEquals(withTable(text, RESULTS, facts), text);
  assertThrows(() => withTable("", RESULTS, facts), Error, "no lines");
});

Deno.test("the made-up files are whole, different instances, and the same every time", async () => {
  const folder = await Deno.makeTempDir();
  for (const { transferSyntax } of [KINDS.ct, KINDS.implicitCt]) {
    const kind: DataSetKind = { name: "some", count: 2, pixelBytes: 8192, transferSyntax };
    const { folder: where, files } = await provide(folder, kind);
    const found = files.map((name) =>
      survey(seekableMemory(Deno.readFileSync(`${where}/${name}`)), name, "file")
    );
    const surveys = await Promise.all(found);
    assertEquals(surveys.map((one) => one.transferSyntax), [transferSyntax, transferSyntax]);
    assertEquals(surveys.map((one) => one.warnings), [[], []]);
    assertEquals(new Set(surveys.map((one) => one.sopInstanceUid)).size, 2);
    const before = await Deno.readFile(`${where}/${files[0]}`);
    await Deno.remove(`${folder}/some.made`);
    await provide(folder, kind);
    assertEquals(await Deno.readFile(`${where}/${files[0]}`), before);
    await Deno.remove(`${folder}/some.made`);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a program that fails is not measured", async () => {
  const failing = { program: "sh", args: ["-c", "echo why >&2; exit 3"] };
  let said = "";
  await measure(failing, ".").catch((error) => said = error.message);
  assertEquals(said, "sh ended with 3: why");
  assert((await measure({ program: "true", args: [] }, ".")).seconds > 0);
});
