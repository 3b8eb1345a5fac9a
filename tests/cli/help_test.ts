import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  argumentsLines,
  errorLines,
  explainOption,
  helpText,
  synopsis,
  USAGE,
  versionText,
  wrap,
} from "../../lib/cli/help.ts";
import { manPage } from "../../lib/cli/man.ts";
import { allOptions, findOption, GROUPS } from "../../lib/cli/options.ts";
import { parseSet, parseUnset } from "../../lib/dataset/parse_edit.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { Fault } from "../../lib/errors.ts";

const HEADING = "$storescu: v1.2.3 $\n\nstorescu: DICOM storage (C-STORE) SCU\n";

Deno.test("a mistake is told under the heading, with its hint on a line of its own", () => {
  assertEquals(`${errorLines("1.2.3", new Fault("usage", "no")).join("\n")}\n`, `${HEADING}error: no\n`);
  const fault = new Fault("usage", "no", { remedy: "try yes" });
  assertEquals(`${errorLines("1.2.3", fault).join("\n")}\n`, `${HEADING}error: no\nhint: try yes\n`);
});

Deno.test("the version is told under the heading, one fact a line", () => {
  assertEquals(versionText("1.2.3", ["Deno 2.7.11", "TLS 1.3"]), `${HEADING}\nDeno 2.7.11\nTLS 1.3\n`);
});

Deno.test("the arguments are shown in quotes, empty ones too, and counted", () => {
  assertEquals(argumentsLines(["h", "", "a b"]), [
    "calling 'storescu' with 3 arguments: 'h' '' 'a b' ",
    "",
  ]);
});

Deno.test("help fits 80 columns of ASCII and ends with a blank line", () => {
  const text = helpText("1.2.3");
  const usage = "usage: storescu [options] peer port dcmfile-in...\n\nparameters:\n";
  assert(text.startsWith(HEADING + usage));
  for (const line of text.split("\n")) assert(/^[ -~]{0,79}$/.test(line) && !line.endsWith(" "), line);
  assert(text.endsWith("\n\n") && !text.endsWith("\n\n\n"));
});

Deno.test("help shows every option with its names, and values and default where it has them", () => {
  const text = helpText("1.2.3").replaceAll(/\s+/g, " ");
  for (const { short, long, params, default: usual } of allOptions()) {
    assertStringIncludes(text, short === undefined ? ` ${long} ` : ` ${short} ${long} `);
    for (const { name } of params ?? []) assertStringIncludes(text, ` ${name}: `);
    if (typeof usual === "string") assertStringIncludes(text, `(default: ${usual})`);
  }
  for (const { title } of GROUPS) assertStringIncludes(text, ` ${title}: `);
});

Deno.test("in a section all texts begin in the same column", () => {
  const lines = helpText("1.2.3").split("\n");
  const columns = lines.filter((line) => line.includes("  --propose-"))
    .map((line) => line.search(/(?<=--propose-\S+ +)[^ -]/));
  assert(columns.length > 20);
  assertEquals(new Set(columns).size, 1);
});

Deno.test("one option is explained by all that the table knows of it", () => {
  for (const option of allOptions()) {
    const text = explainOption("1.2.3", option);
    assertStringIncludes(text, option.long);
    assertStringIncludes(text.replaceAll(/\s+/g, " "), option.help);
    for (const line of text.split("\n")) assert(line.length < 80, line);
  }
  const text = allOptions().filter(({ long }) => long === "--max-pdu")
    .map((option) => explainOption("1.2.3", option)).join("");
  for (const part of ["-pdu, --max-pdu <bytes>", "from 4096 to 131072", "Default: 16384."]) {
    assertStringIncludes(text, part);
  }
});

Deno.test("the examples of --set and --unset are ones that work", () => {
  const examples = (["--set", "--unset"] as const).flatMap((name) =>
    (findOption(name)?.details ?? [""]).concat("").join(" ").matchAll(
      new RegExp(`${name} '?([^' ]+?)[',.]* `, "g"),
    )
      .map(([, argument = ""]) => ({ name, argument })).toArray()
  );
  assert(examples.length > 4);
  for (const { name, argument } of examples) {
    if (name === "--set") parseSet(argument, builtInDictionary());
    else parseUnset(argument, builtInDictionary());
  }
});

Deno.test("no text needs that of another option beside it to be understood", () => {
  for (const { long, help } of allOptions()) {
    assert(!/likewise|^(the|this) \w+ one|that way/.test(help), long);
  }
});

Deno.test("the synopsis has a form for each option that goes without files or without anything", () => {
  const forms = synopsis();
  for (const form of [USAGE, "storescu [options] --echo peer port [dcmfile-in...]", "storescu --selftest"]) {
    assert(forms.includes(form), form);
  }
  assertStringIncludes(
    manPage("1.2.3", ""),
    ".B storescu [options] \\-\\-files\\-from \\fIfilename\\fB peer port",
  );
});

Deno.test("lines are broken at blanks only", () => {
  assertEquals(wrap("a bb ccc", 4), ["a bb", "ccc"]);
  assertEquals(wrap("abcdef g", 3), ["abcdef", "g"]);
  assertEquals(wrap("", 3), [""]);
});
