import { assertEquals, assertThrows } from "@std/assert";
import { allOptions } from "../../lib/cli/options.ts";
import { parseArguments, requireOperands } from "../../lib/cli/parse.ts";
import type { Given } from "../../lib/cli/given.ts";
import { Fault } from "../../lib/errors.ts";
import { exampleOf } from "./example_arguments.ts";

function parse(...argv: string[]): Given {
  return parseArguments(argv, () => new Uint8Array());
}

function refusal(...argv: string[]): string {
  return assertThrows(() => parse(...argv), Fault).message;
}

for (const option of allOptions()) {
  const count = option.params?.length ?? 0;

  Deno.test(`${option.long} is known by its names and takes ${count} values`, () => {
    const [, ...values] = exampleOf(option);
    for (const name of option.short === undefined ? [option.long] : [option.short, option.long]) {
      const given = parse("peer", name, ...values, "104");
      assertEquals(given.options, [{ option, values }]);
      assertEquals(given.operands, ["peer", "104"]);
      assertEquals(given.has(option.long), true);
    }
  });

  if (count > 0) {
    Deno.test(`${option.long} swallows what looks like an option`, () => {
      const values = new Array<string>(count).fill("--verbose");
      const given = parse(option.short ?? option.long, ...values);
      assertEquals(given.options, [{ option, values }]);
    });

    Deno.test(`${option.long} at the end without its values is refused by its long name`, () => {
      const tooFew = new Array<string>(count - 1).fill("x");
      assertEquals(
        refusal(option.short ?? option.long, ...tooFew),
        `Missing value for option ${option.long}`,
      );
    });
  }
}

Deno.test("an option is a sign and then anything but a digit", () => {
  assertEquals(parse("-", "+", "-5", "+12", "-12abc", "", "a-b").operands.length, 7);
  assertEquals(refusal("--"), "Unknown option --");
  assertEquals(refusal("-v", "-z"), "Unknown option -z");
});

Deno.test("names are not abbreviated, bundled, joined to values or folded in case", () => {
  for (const name of ["--verb", "-vd", "--max-pdu=4096", "--VERBOSE", "-pdu16384", "-XI"]) {
    assertEquals(refusal(name), `Unknown option ${name}`);
  }
});

Deno.test("a secret joined to its option is refused without being shown", () => {
  const fault = assertThrows(() => parse("--password=s3cret"), Fault);
  assertEquals(fault.message, "Unknown option --password=********");
  assertEquals(fault.remedy, "a value is an argument of its own: --password ********");
});

Deno.test("the first mistake from the left is reported", () => {
  assertEquals(refusal("--bogus", "--repeat"), "Unknown option --bogus");
  assertEquals(refusal("-to", "-v", "--repeat"), "Missing value for option --repeat");
});

Deno.test("the rightmost of an option repeated counts, except where all do", () => {
  const given = parse("-aet", "A", "-aet", "B", "+cf", "a", "+cf", "b", "-pdu", "1", "-pdu", "5000");
  assertEquals(given.text("--aetitle"), "B");
  assertEquals(given.integer("--max-pdu"), 5000);
  assertEquals(given.texts("--add-cert-file"), ["a", "b"]);
});

const sets = Map.groupBy(allOptions().filter((option) => option.set !== undefined), (option) => option.set);
for (const [set, members] of sets) {
  Deno.test(`of the set ${set} only the rightmost counts`, () => {
    for (const winner of members) {
      const others = members.filter((member) => member !== winner);
      const given = parse(...others.flatMap(exampleOf), ...exampleOf(winner));
      for (const other of others) assertEquals(given.has(other.long), false, other.long);
      assertEquals(given.has(winner.long), true, winner.long);
    }
  });
}

Deno.test("what --arguments shows has long names, empty arguments and no secrets", () => {
  const given = parse(
    "h",
    "-pwd",
    "s3cret",
    "+pw",
    "s3cret",
    "-aet",
    "",
    "-v",
    "--set",
    "A=b=c\nd",
    "--set",
    "A b",
    "--unset",
    "C",
  );
  assertEquals(given.shown, [
    "h",
    "--password",
    "********",
    "--use-passwd",
    "********",
    "--aetitle",
    "",
    "--verbose",
    "--set",
    "A=********",
    "--set",
    "********",
    "--unset",
    "C",
  ]);
});

Deno.test("a missing operand is named", () => {
  const cases: readonly (readonly [argv: string[], missing: string | undefined])[] = [
    [["-v"], "peer"],
    [["h"], "port"],
    [["h", "104"], "dcmfile-in"],
    [["h", "104", "f"], undefined],
    [["h", "104", "--echo"], undefined],
    [["h", "104", "--probe"], undefined],
    [["h", "104", "--files-from", "-"], undefined],
    [["h", "104", "--dicomdir", "d"], undefined],
    [["h", "--echo"], "port"],
    [["h", "104", "--dry-run"], "dcmfile-in"],
  ];
  for (const [argv, missing] of cases) {
    if (missing === undefined) requireOperands(parse(...argv));
    else assertThrows(() => requireOperands(parse(...argv)), Fault, `Missing parameter ${missing}`);
  }
});

Deno.test("ten thousand operands and options are parsed at once", () => {
  const argv = Array.from({ length: 10_000 }, (_, index) => ["-v", `f${index}`]).flat();
  const given = parse(...argv);
  assertEquals([given.operands.length, given.options.length], [10_000, 10_000]);
});
