import { assertEquals } from "@std/assert";
import { editDistance, hintFor, nearestOptions, nearestWord } from "../../lib/cli/suggest.ts";

const NEAREST: readonly (readonly [typed: string, nearest: readonly string[]])[] = [
  ["--verbos", ["--verbose", "--verbose-pc"]],
  ["--no-hlat", ["--no-halt"]],
  ["-help", ["--help"]],
  ["-cl", ["+cl"]],
  ["-AET", ["-aet"]],
  ["--propose-jpg8", ["--propose-jpeg8"]],
  ["--deflated", ["--propose-deflated"]],
  ["-z", []],
  ["+tl", ["+tls", "+tla"]],
  ["-tl", ["-tls"]],
  ["-j", ["--jwt", "--jobs", "--journal", "--json"]],
  ["--pro", []],
  ["--zzzzzz", []],
  ["-", []],
];

for (const [typed, nearest] of NEAREST) {
  Deno.test(`nearest to ${typed}: ${nearest.join(", ") || "nothing"}`, () => {
    assertEquals(nearestOptions(typed), [...nearest]);
  });
}

Deno.test("the hint for an unknown option says what to write instead", () => {
  assertEquals(hintFor("--max-pdu=4096"), "a value is an argument of its own: --max-pdu 4096");
  assertEquals(hintFor("--set=A=B"), "a value is an argument of its own: --set A=B");
  assertEquals(hintFor("--aetitel"), "did you mean --aetitle?");
  assertEquals(hintFor("--").includes("./-name"), true);
  assertEquals(hintFor("--qqqqqq"), "--help lists all options");
});

Deno.test("the word that was meant is the nearest one, whatever its case", () => {
  const words = ["PatientName", "PatientID", "Modality"];
  const cases: readonly (readonly [typed: string, nearest: string | undefined])[] = [
    ["patientname", "PatientName"],
    ["PatientNam", "PatientName"],
    ["patientId", "PatientID"],
    ["StudyDate", undefined],
    ["", undefined],
  ];
  for (const [typed, nearest] of cases) assertEquals(nearestWord(typed, words), nearest, typed);
});

Deno.test("the edit distance counts insertions, deletions, replacements and swaps", () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["abc", "abd", 1],
    ["abc", "acb", 1],
    ["ca", "abc", 3],
    ["kitten", "sitting", 3],
  ];
  for (const [a, b, distance] of cases) assertEquals(editDistance(a, b), distance, `${a} ${b}`);
});
