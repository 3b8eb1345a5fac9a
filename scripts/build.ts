/**
 * Makes dist/storescu: `sh scripts/build [TARGET]`.
 *
 * How this works: main.ts and all it imports are bundled into a few files first, the version marks are filled in, and
 * `deno compile` puts the bundle behind denort, with the permission set "storescu" of deno.json and nothing else.
 * Bundled, because 178 modules one by one made every start 60 ms longer, the bundle none; and because nothing gets in
 * that is not imported.
 */

import { basename, join, relative } from "node:path";
import { findDenort, TARGETS } from "./denort.ts";
import { type CommandOptions, runCommand, say } from "./run_command.ts";

const root = join(import.meta.dirname ?? ".", "..");
const cacheFolder = join(root, ".cache");

/** @throws Error with all that the program said, when it failed. */
async function mustRun(command: string, args: readonly string[], options: CommandOptions): Promise<void> {
  const { code, stderr } = await runCommand(command, args, { timeoutSeconds: 600, ...options });
  if (code !== 0) throw new Error(`${basename(command)} ${args[0]} failed:\n${stderr.trim()}`);
}

/** Bundles main.ts into `folder`: main.js, and a file for each dynamic import. */
async function bundle(folder: string): Promise<void> {
  const args = [
    "bundle",
    "--quiet",
    "--check",
    "--minify",
    "--code-splitting",
    "--outdir",
    folder,
  ];
  await mustRun(Deno.execPath(), [...args, "main.ts"], { cwd: root });
}

/** The commit that is built and its day, for lib/version.ts; a folder that is no clone has neither. */
async function versionMarks(): Promise<ReadonlyMap<string, string>> {
  const git = (...args: string[]) => runCommand("git", args, { cwd: root });
  const head = await git("log", "-1", "--abbrev=12", "--format=%h %cs");
  if (head.code !== 0) return new Map([["@commit@", "unknown"], ["@date@", ""]]);
  const [commit = "", date = ""] = head.stdout.trim().split(" ");
  const changed = (await git("status", "--porcelain", "--untracked-files=no")).stdout !== "";
  return new Map([["@commit@", commit + (changed ? "+" : "")], ["@date@", date]]);
}

/** Replaces the marks in the bundle. @throws Error when one is not there exactly once. */
async function fillIn(marks: ReadonlyMap<string, string>, folder: string): Promise<void> {
  const seen: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const path = join(folder, name);
    let text = await Deno.readTextFile(path);
    for (const [mark, value] of marks) {
      text = text.replaceAll(`"${mark}"`, () => {
        seen.push(mark);
        return JSON.stringify(value);
      });
    }
    await Deno.writeTextFile(path, text);
    // The executable keeps the time of its files; the same sources shall give the same executable.
    await Deno.utime(path, 0, 0);
  }
  if (seen.length !== marks.size) {
    throw new Error(`marks of lib/version.ts found in the bundle: ${seen.join() || "none"}`);
  }
}

/**
 * Compiles the bundle in `folder`. It gets a deno.json of its own, with nothing but the permissions: the executable
 * keeps what it finds there, and must not depend on where it was built.
 */
async function compile(
  folder: string,
  target: string,
  denort: string | undefined,
  output: string,
): Promise<void> {
  const { permissions } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ permissions }));
  const args = ["compile", "--quiet", "--no-check", "--no-lock", "--permission-set=storescu", "--no-prompt"];
  // For size: left to itself V8 lets garbage of short life pile up to 48 MB, and other garbage to as much as is in use;
  // sending makes little of either, so this costs no time.
  // Not lazy: it would read each function twice, once to see where it ends, and again at its first call. Most of what is
  // loaded is called, so all of it is compiled at once (-5 % of the time of a send of one file).
  args.push(
    "--no-code-cache",
    "--v8-flags=--optimize-for-size,--heap-growing-percent=30,--no-lazy",
    "--target",
    target,
    "--output",
    output,
    "main.js",
  );
  await mustRun(Deno.execPath(), args, {
    cwd: folder,
    env: denort === undefined ? {} : { DENORT_BIN: denort },
  });
}

/** Milliseconds from call to exit of `--version`, best of five. */
async function startUpMilliseconds(executable: string): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const begin = performance.now();
    const { code, stderr } = await runCommand(executable, ["--version"], { cwd: root });
    if (code !== 0) throw new Error(`${executable} --version failed with ${code}: ${stderr.trim()}`);
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}

async function build(target: string): Promise<void> {
  const windows = target.includes("windows");
  const name = target === Deno.build.target ? "storescu" : `storescu-${target}`;
  const output = join(root, "dist", windows ? `${name}.exe` : name);
  await Deno.mkdir(cacheFolder, { recursive: true });
  await Deno.mkdir(join(root, "dist"), { recursive: true });

  const denort = await findDenort(target, cacheFolder);
  say(`build: Deno ${Deno.version.deno}, denort for ${target} from ${denort.origin}`);

  const folder = await Deno.makeTempDir({ dir: cacheFolder, prefix: "build-" });
  try {
    await bundle(folder);
    await fillIn(await versionMarks(), folder);
    const fresh = join(folder, basename(output));
    await compile(folder, target, denort.path, fresh);
    // A rename, because an executable that is running cannot be written to.
    await Deno.rename(fresh, output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const megabytes = ((await Deno.stat(output)).size / 1e6).toFixed(1);
  const startUp = target === Deno.build.target
    ? `--version in ${Math.round(await startUpMilliseconds(output))} ms`
    : "not run here";
  say(`build: ${relative(Deno.cwd(), output)}, ${megabytes} MB, ${startUp}`);
}

if (import.meta.main) {
  const [target = Deno.build.target, ...rest] = Deno.args;
  if (rest.length > 0 || !TARGETS.has(target)) {
    say(`usage: sh scripts/build [TARGET], TARGET one of\n  ${[...TARGETS.keys()].join("\n  ")}`);
    Deno.exit(2);
  }
  try {
    await build(target);
  } catch (error) {
    say(`build: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
