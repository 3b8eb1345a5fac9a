import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Command, isAudible, readCommand } from "../../lib/cli/command.ts";
import { findOption } from "../../lib/cli/options.ts";

function command(...argv: string[]): Command {
  const readFile = (path: string): Uint8Array => {
    if (path === "empty") return new Uint8Array();
    throw new Error("no such file");
  };
  return readCommand(argv, { readFile, exists: (path) => path === "-dash.dcm", variable: () => undefined });
}

function mistake(...argv: string[]): Extract<Command, { kind: "mistake" }> {
  const found = command(...argv);
  if (found.kind !== "mistake") throw new Error(`${argv.join(" ")} was taken as ${found.kind}`);
  return found;
}

Deno.test("no arguments at all ask for help", () => {
  assertEquals(command(), { kind: "help" });
  assertEquals(command("@empty"), { kind: "help" });
  assertEquals(mistake("-v").fault.message, "Missing parameter peer");
});

Deno.test("options that answer by themselves need no operands, and help goes before version before the rest", () => {
  assertEquals(command("-h"), { kind: "help" });
  assertEquals(command("--selftest", "--version", "--help"), { kind: "help" });
  assertEquals(command("--selftest", "--version", "h", "not a port"), { kind: "version" });
  assertEquals(command("--selftest", "--repeat", "0"), { kind: "selftest", json: false });
  assertEquals(command("--selftest", "--json"), { kind: "selftest", json: true });
});

Deno.test("a mistake in the grammar goes before help", () => {
  assertEquals(mistake("--help", "--bogus").fault.message, "Unknown option --bogus");
  assertEquals(mistake("-h", "-v", "--repeat").fault.message, "Missing value for option --repeat");
});

Deno.test("help and one name more explain that option", () => {
  for (const name of ["--max-pdu", "max-pdu", "-pdu", "pdu"]) {
    const found = command("--help", name);
    assertEquals(found.kind === "help" && found.option?.long, "--max-pdu", name);
  }
  assertEquals(command("-h", "+sd").kind === "help", true);
  assertEquals(command("--help", "--version"), { kind: "help" });
  assertEquals(command("--help", "pdu", "x"), { kind: "help" });
  const typo = mistake("--help", "max-pud").fault;
  assertEquals([typo.message, typo.remedy], [
    "There is no option named max-pud",
    "did you mean --help --max-pdu?",
  ]);
});

Deno.test("operands are asked for before the port is looked at, and the port before the log", () => {
  assertEquals(mistake("h", "x").fault.message, "Missing parameter dcmfile-in");
  assertEquals(mistake("h", "x", "f", "-ll", "loud").fault.message, "Invalid parameter value x");
  assertEquals(
    mistake("h", "1", "f", "-ll", "loud").fault.message,
    "Invalid log level for --log-level option",
  );
});

Deno.test("a missing operand or value: the hint says how to write it", () => {
  const cases: readonly (readonly [argv: string, message: string, remedy: string])[] = [
    ["-v", "Missing parameter peer", "write it as storescu [options] peer port dcmfile-in..."],
    ["h", "Missing parameter port", "write it as storescu [options] peer port dcmfile-in..."],
    [
      "h 104",
      "Missing parameter dcmfile-in",
      "only with --files-from, --dicomdir, --probe or --echo files may",
    ],
    [
      "-aet 127.0.0.1 104 f",
      "Missing parameter dcmfile-in",
      "127.0.0.1 is the value of --aetitle, and so 104 the peer",
    ],
    ["-pdu 4096 104 f", "Missing parameter dcmfile-in", "4096 is the value of --max-pdu"],
    [
      "h 104 f -xf file",
      "Missing value for option --config-file",
      "write it as --config-file <filename> <profile>",
    ],
  ];
  for (const [argv, message, remedy] of cases) {
    const { fault } = mistake(...argv.split(" "));
    assertEquals(fault.message, message, argv);
    assertStringIncludes(fault.remedy ?? "", remedy);
  }
});

Deno.test("the log takes every level that the table names", () => {
  const levels = findOption("--log-level")?.params?.[0]?.choices ?? [];
  assertEquals(levels.length, 8);
  for (const level of levels) assertEquals(command("h", "104", "f", "-ll", level).kind, "run", level);
});

Deno.test("a mistake found after the log was understood is silenced by it", () => {
  const cases: readonly (readonly [argv: string, audible: boolean])[] = [
    ["h 104 f --repeat 0", true],
    ["h 104 f --repeat 0 -q", false],
    ["h 104 f --repeat 0 -ll off", false],
    ["h 104 f --repeat 0 -ll error", true],
    ["h 104 f --repeat 0 -q -v", true],
    ["h 0 f -q", true],
    ["h 104 f -q --bogus", true],
    ["h 104 f -q -ll debug", true],
  ];
  for (const [argv, audible] of cases) {
    assertEquals(isAudible(mistake(...argv.split(" ")).log), audible, argv);
  }
});

Deno.test("--arguments is heeded even if a value is wrong", () => {
  const { log } = mistake("h", "104", "f", "--arguments", "--repeat", "0");
  assertEquals(log?.arguments, ["h", "104", "f", "--arguments", "--repeat", "0"]);
});

Deno.test("what can be run has its settings", () => {
  const found = command("h", "104", "a", "-aet", "ME", "b");
  if (found.kind !== "run") throw new Error(`taken as ${found.kind}`);
  assertEquals([found.settings.peer, found.settings.port], ["h", 104]);
  assertEquals(found.settings.operands, ["a", "b"]);
  assertEquals(found.settings.network.callingAeTitle, "ME");
});

Deno.test("who forgets ./ before the name of a file is told so", () => {
  const remedy = (...argv: string[]) => mistake(...argv).fault.remedy;
  assertEquals(mistake("h", "104", "-dash.dcm").fault.message, "Unknown option -dash.dcm");
  assertEquals(remedy("h", "104", "-dash.dcm"), "there is a file of that name: write ./-dash.dcm to send it");
  assertEquals(remedy("h", "104", "-dash2.dcm"), "--help lists all options");
});

Deno.test("of several things to try the rightmost counts", () => {
  const task = (...argv: string[]) => {
    const found = command("h", "104", "f", ...argv);
    return found.kind === "run" ? found.settings.task : found.kind;
  };
  assertEquals(task("--probe", "--echo"), "echo");
  assertEquals(task("--echo", "--dry-run", "--probe"), "probe");
});
