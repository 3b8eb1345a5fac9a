/**
 * Every check and every test, counted: `sh scripts/test`. With "fast" only what needs neither peers nor executable.
 *
 * How this works: each check counts as one; tests are counted from the report that `deno test` writes. Something that
 * broke before it could be counted counts as one failure. The last line is the sum.
 */

import { join } from "node:path";
import { runCommand, say } from "./run_command.ts";
import { providePeers } from "./test_peers.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const root = join(import.meta.dirname ?? ".", "..");
/** Against hangs only: an idle machine with two cores needs a tenth of it for the longest step. */
const STEP_TIMEOUT_SECONDS = 900;
const PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

/** Runs `command`, says how it went, and shows what it said if it failed. */
async function check(name: string, command: string, args: readonly string[]): Promise<Counts> {
  const begin = performance.now();
  const { code, stdout, stderr } = await runCommand(command, args, {
    cwd: root,
    timeoutSeconds: STEP_TIMEOUT_SECONDS,
  });
  report(name, code === 0 ? "passed" : "FAILED", begin);
  if (code !== 0) say(`${stdout}${stderr}`.trimEnd());
  return code === 0 ? PASSED : FAILED;
}

/** Runs the tests that `args` name, and counts them. */
async function tests(name: string, args: readonly string[], inParallel = true): Promise<Counts> {
  const begin = performance.now();
  const junit = await Deno.makeTempFile({ prefix: "storescu-junit-" });
  try {
    const all = [
      "test",
      "--quiet",
      "--no-check",
      "--allow-all",
      ...(inParallel ? ["--parallel"] : []),
      `--junit-path=${junit}`,
      ...args,
    ];
    const { code, stdout, stderr } = await runCommand(Deno.execPath(), all, {
      cwd: root,
      timeoutSeconds: STEP_TIMEOUT_SECONDS,
    });
    const counts = countsOf(await Deno.readTextFile(junit), code);
    report(name, inWords(counts), begin);
    if (code !== 0) say(failuresIn(stdout) + stderr.trimEnd());
    return counts;
  } finally {
    await Deno.remove(junit);
  }
}

/** Sums up a JUnit report. What made the run fail without being in the report counts as one more failure. */
export function countsOf(junit: string, exitCode: number): Counts {
  const sum = (attribute: string) =>
    [...junit.matchAll(/<testsuite [^>]*>/g)]
      .map(([suite]) => Number(new RegExp(` ${attribute}="(\\d+)"`).exec(suite)?.[1] ?? 0))
      .reduce((a, b) => a + b, 0);
  const reported = sum("failures") + sum("errors");
  const skipped = sum("disabled");
  const failed = reported === 0 && exitCode !== 0 ? 1 : reported;
  return { passed: sum("tests") - reported - skipped, failed, skipped };
}

/** The part of the output that tells about failures; all of it where there is no such part. */
function failuresIn(output: string): string {
  const begin = output.indexOf("\n ERRORS \n");
  return output.slice(begin === -1 ? 0 : begin);
}

function report(name: string, outcome: string, begin: number): void {
  say(`${name.padEnd(24)} ${outcome}, ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function checks(): Promise<Counts>[] {
  const deno = Deno.execPath();
  return [
    check("format", deno, ["fmt", "--check", "--quiet"]),
    check("lint", deno, ["lint", "--quiet"]),
    check("types", deno, ["check", "--quiet", "main.ts", "lib", "scripts", "tests"]),
    check("shell scripts", "sh", [
      "-c",
      'for f in $(find scripts .ci -type f ! -name "*.*"); do sh -n "$f" || exit; done',
    ]),
  ];
}

/** Tests that change the working folder, which is one for all threads: they cannot run beside others. */
const CHANGE_FOLDER = "tests/**/*_cwd_test.ts";

async function all(fast: boolean): Promise<Counts[]> {
  const counts = await Promise.all([
    ...checks(),
    tests(
      "unit and property tests",
      [`--ignore=tests/interop,tests/e2e,${CHANGE_FOLDER}`, "tests"],
    ),
  ]);
  counts.push(await tests("in folders of their own", ["--ignore=tests/interop", CHANGE_FOLDER], false));
  if (fast) return counts;

  const missing = await providePeers();
  if (missing.length > 0) say(`left out, because not installed here: tests with ${missing.join(", ")}`);
  const built = await check("build", "sh", ["scripts/build"]);
  counts.push(built);
  if (built.failed > 0) return counts;
  counts.push(await check("demo", "sh", ["scripts/demo"]));
  counts.push(await tests("real peers", [`--ignore=${CHANGE_FOLDER}`, "tests/interop"]));
  const alone = CHANGE_FOLDER.replace("**", "interop");
  counts.push(await tests("real peers, in folders of their own", [alone], false));
  counts.push(await tests("end to end", ["tests/e2e"]));
  return counts;
}

if (import.meta.main) {
  const [mode, ...rest] = Deno.args;
  if (rest.length > 0 || (mode !== undefined && mode !== "fast")) {
    say("usage: sh scripts/test [fast]");
    Deno.exit(2);
  }
  const total = (await all(mode === "fast")).reduce((sum, counts) => ({
    passed: sum.passed + counts.passed,
    failed: sum.failed + counts.failed,
    skipped: sum.skipped + counts.skipped,
  }));
  say(inWords(total));
  Deno.exit(total.failed > 0 ? 1 : 0);
}
