import { assertEquals, assertThrows } from "@std/assert";
import { expandCommandFiles, splitArguments } from "../../lib/cli/command_file.ts";
import { Fault } from "../../lib/errors.ts";

/** Each of these was given to DCMTK's storescu 3.6.7 with --arguments, apart from the empty arguments it does not show. */
const SPLITS: readonly (readonly [text: string, expected: readonly string[]])[] = [
  ["", []],
  [" \t\r\n ", []],
  ["a b", ["a", "b"]],
  ["\ta  b\r\n\n c ", ["a", "b", "c"]],
  ["'a b' \"c'd\"", ["a b", "c'd"]],
  ['a"b c"d', ["ab c", "d"]],
  ["''", [""]],
  ["''x ''", ["", "x", ""]],
  ["e'f g\n", ["ef g\n"]],
  ["'", []],
  ["a\\ b", ["a\\", "b"]],
  ["# a", ["#", "a"]],
  ["h\v104", ["h\v104"]],
  ["@x", ["@x"]],
];

for (const [text, expected] of SPLITS) {
  Deno.test(`a command file that holds ${JSON.stringify(text)} stands for ${expected.length} arguments`, () => {
    assertEquals(splitArguments(text), [...expected]);
  });
}

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  empty: "",
  line: "-v host 104 'a b.dcm'",
  nested: "@line",
  bom: "\ufeff-v",
  latin1: new Uint8Array([0x66, 0xfc, 0x72]),
  nul: "a\0b",
};

function readFile(path: string): Uint8Array {
  const content = FILES[path];
  if (content === undefined) throw new Error("No such file or directory");
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

Deno.test("command files are replaced where they stand, also as values, and are not nested", () => {
  const cases: readonly (readonly [argv: string[], expected: string[]])[] = [
    [["a", "@line", "b"], ["a", "-v", "host", "104", "a b.dcm", "b"]],
    [["@empty"], []],
    [["@nested"], ["@line"]],
    [["-aet", "@line"], ["-aet", "-v", "host", "104", "a b.dcm"]],
    [["@"], ["@"]],
    [["@bom"], ["-v"]],
    [["a@line"], ["a@line"]],
  ];
  for (const [argv, expected] of cases) assertEquals(expandCommandFiles(argv, readFile), expected);
});

Deno.test("a command file that cannot be used is named, with the reason as a hint", () => {
  const cases: readonly (readonly [name: string, message: string, hint: string])[] = [
    ["missing", "Cannot open command file 'missing'", "No such file or directory"],
    ["latin1", "Cannot read command file 'latin1'", "it is not UTF-8 text"],
    ["nul", "Cannot read command file 'nul'", "it is not UTF-8 text"],
  ];
  for (const [name, message, hint] of cases) {
    const fault = assertThrows(() => expandCommandFiles([`@${name}`], readFile), Fault, message);
    assertEquals([fault.kind, fault.remedy], ["usage", hint]);
  }
});
