import { assertEquals } from "@std/assert";
import { openLibc } from "../../lib/libc.ts";
import { patternTest } from "../../lib/source/pattern.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";

const CASES: readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[] =
  [
    ["*.dcm", ["a.dcm", ".dcm", ".hidden.dcm", "a.b.dcm"], ["a.DCM", "a.dcm.gz", "dcm"]],
    ["*", ["", "a", ".hidden", "*"], []],
    ["IM?????", ["IM00001", "IM....."], ["IM0001", "IM000001"]],
    ["**a**", ["a", "bab"], ["b"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "x", "-x"]],
    ["[!a-c]x", ["dx", "!x"], ["ax"]],
    ["[^a-c]x", ["dx", "^x"], ["ax"]],
    ["[]a]x", ["]x", "ax"], ["[x"]],
    ["[!]a]x", ["bx"], ["]x", "ax"]],
    ["[a-]x", ["ax", "-x"], ["bx"]],
    ["[[:digit:]_]x", ["1x", "_x"], ["ax", ":x"]],
    ["[[:foo:]x", [":x", "[x"], ["bx"]],
    ["[[:toString:]x", [":x", "[x", "Sx"], ["bx"]],
    ["[\\]]x", ["]x"], ["\\x"]],
    ["[[.a.]-c]x", ["ax", "bx"], [".x", "[x"]],
    ["[[=a=]]x", ["ax"], ["=x"]],
    ["[[.ab]x", [], ["[x", ".x", "ax"]],
    ["[a", ["[a"], ["a"]],
    ["[]", ["[]"], [""]],
    ["\\*x", ["*x"], ["ax", "\\*x"]],
    ["\\", [], ["\\", ""]],
    ["a\\", [], ["a", "a\\"]],
    ["a/b", ["a/b"], ["a", "b"]],
    ["a*b", ["ab", "axxb"], ["a/b"]],
    ["?", ["ü", "日", "𝄞"], ["", "ab"]],
    ["[ä-ü]", ["ö"], ["o"]],
    ["", [""], ["a"]],
  ];

for (const [pattern, matching, others] of CASES) {
  Deno.test(`the pattern "${pattern}" takes what fnmatch takes`, () => {
    const matches = patternTest(pattern);
    for (const name of matching) assertEquals(matches(name), true, name);
    for (const name of others) assertEquals(matches(name), false, name);
  });
}

Deno.test("a pattern of many stars takes no more than a moment", () => {
  assertEquals(patternTest("*a".repeat(200) + "b")("a".repeat(5000)), false);
});

/** Whole brackets only: what becomes of half a bracket is nobody's business but glibc's. */
const PATTERN_PARTS: readonly string[] =
  "a b c . * ? ] ! ^ - \\ [a-b] [!a] [^-a] []b] [[:alpha:].] [\\]a] [[.a.]-b] [[=c=]]".split(" ");

const libc = openLibc({ fnmatch: { parameters: ["buffer", "buffer", "i32"], result: "i32" } });

Deno.test({
  name: "patterns at random give what the C library's fnmatch gives",
  ignore: libc === undefined,
  fn: () => {
    const FNM_PATHNAME = 1;
    const fnmatch = (pattern: string, name: string) =>
      libc?.symbols.fnmatch(
        new TextEncoder().encode(`${pattern}\0`),
        new TextEncoder().encode(`${name}\0`),
        FNM_PATHNAME,
      ) === 0;
    const seed = newSeed();
    const random = new Random(seed);
    const some = (letters: readonly string[], most: number) =>
      Array.from({ length: random.below(most) }, () => random.pick(letters)).join("");
    for (let round = 0; round < 20_000; round++) {
      const pattern = some(PATTERN_PARTS, 8);
      const name = some(["a", "b", "c", ".", "[", "]", "-", "\\", "!"], 6);
      assertEquals(
        patternTest(pattern)(name),
        fnmatch(pattern, name),
        `seed ${seed}: "${pattern}" and "${name}"`,
      );
    }
  },
});
