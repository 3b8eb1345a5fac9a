import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { optionsMarkdown, withOptions } from "../../lib/cli/markdown.ts";
import { allOptions } from "../../lib/cli/options.ts";
import { Fault } from "../../lib/errors.ts";

Deno.test("the list for README has a row of two cells for every option", () => {
  const rows = optionsMarkdown().split("\n").filter((line) => line.startsWith("| `"));
  assertEquals(rows.length, allOptions().length);
  for (const row of rows) assertEquals(row.replaceAll("\\|", "").split("|").length, 4, row);
  for (const { long } of allOptions()) assertStringIncludes(rows.join("\n"), `\`${long}\``);
});

Deno.test("the list is put between the markers, and again without change", () => {
  const readme = "# a\n<!-- options:begin -->\nold\n<!-- options:end -->\nb\n";
  const once = withOptions(readme);
  assert(once.startsWith("# a\n<!-- options:begin -->\n### General options"));
  assert(once.endsWith("\n<!-- options:end -->\nb\n"));
  assertEquals(withOptions(once), once);
});

Deno.test("a README without markers is left alone", () => {
  for (const readme of ["", "<!-- options:begin -->", "<!-- options:end --><!-- options:begin -->"]) {
    assertThrows(() => withOptions(readme), Fault, "cannot put the options into README");
  }
});
