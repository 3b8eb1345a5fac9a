import { assert, assertEquals, assertExists } from "@std/assert";
import { allOptions, findOption, GROUPS } from "../../lib/cli/options.ts";

Deno.test("the table names every option once", () => {
  const names = allOptions().flatMap(({ short, long }) => short === undefined ? [long] : [short, long]);
  assertEquals(names.filter((name, index) => names.indexOf(name) !== index), []);
  assert(allOptions().length > 110);
});

Deno.test("every name is one that the grammar takes for an option", () => {
  for (const { short, long } of allOptions()) {
    assert(/^--[a-z][a-z0-9-]+$/.test(long), long);
    assert(short === undefined || /^[-+][A-Za-z][A-Za-z0-9=]*$/.test(short), short);
  }
});

Deno.test("what DCMTK does not have has long names only and stands in the last group", () => {
  const ours = GROUPS.at(-1)?.sections.flatMap((section) => section.options.map((option) => option.long)) ??
    [];
  for (const long of ours) assertEquals(findOption(long)?.short, undefined, long);
  assert(ours.length > 15);
});

Deno.test("every option that another needs is in the table", () => {
  const needing = allOptions().filter((option) => option.needs !== undefined);
  for (const { needs } of needing) for (const name of needs ?? []) assertExists(findOption(name), name);
  assert(needing.length > 30);
});

Deno.test("a set has two members or more, and at most one default", () => {
  const sets = Map.groupBy(allOptions().filter((option) => option.set !== undefined), (option) => option.set);
  for (const [set, members] of sets) {
    assert(members.length > 1, set);
    assert(members.filter((member) => member.default === true).length <= 1, set);
  }
  assert(sets.size > 10);
});

Deno.test("help texts are plain ASCII phrases of their own", () => {
  const texts = allOptions().map((option) => option.help);
  for (const text of texts) assert(/^[ -~]+[^. ]$/.test(text), text);
});

Deno.test("an option is found by exactly its names", () => {
  assertEquals(findOption("-xf")?.long, "--config-file");
  assertEquals(findOption("--config-file")?.short, "-xf");
  for (const name of ["--config", "--Config-file", "-XF", "config-file", ""]) {
    assertEquals(findOption(name), undefined, name);
  }
});
