/**
 * Makes dist/release: `sh scripts/release [--untested]`.
 *
 * How this works: scripts/build.ts makes an executable for each target, one after the other. Each is looked at as a file of
 * its platform; the one for this machine is tested end to end. The rest is written by that executable (man page,
 * completions) or made from it and the bundle (licences, bill of materials).
 */

import { basename, join } from "node:path";
import { VERSION } from "../lib/version.ts";
import {
  componentsOf,
  cycloneDx,
  licencesText,
  type Product,
  runtimeComponents,
} from "./bill_of_materials.ts";
import { signatureFaultOf } from "./code_signature.ts";
import { TARGETS } from "./denort.ts";
import { cutDenort } from "./executable_formats.ts";
import { missingOf, platformOf } from "./platform.ts";
import { type CommandOptions, runCommand, say } from "./run_command.ts";

const root = join(import.meta.dirname ?? ".", "..");
const folder = join(root, "dist", "release");

/** @throws Error with all that the program said, when it failed. */
async function mustRun(
  command: string,
  args: readonly string[],
  options: Partial<CommandOptions> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, { cwd: root, ...options });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** The executable for a target, built and looked at; answers its name in the folder. */
async function buildFor(target: string): Promise<string> {
  const isOwn = target === Deno.build.target;
  const suffix = target.includes("windows") ? ".exe" : "";
  // DENORT_BIN, if it is set, is one for this machine only.
  await mustRun("sh", ["scripts/build", target], isOwn ? {} : { env: { DENORT_BIN: "" } });
  const name = `storescu-${VERSION}-${target}${suffix}`;
  await Deno.copyFile(
    join(root, "dist", isOwn ? "storescu" : `storescu-${target}${suffix}`),
    join(folder, name),
  );
  const bytes = await Deno.readFile(join(folder, name));
  if (platformOf(bytes) !== target) throw new Error(`${name} is a file for ${platformOf(bytes)}`);
  const missing = missingOf(bytes);
  if (missing !== undefined) throw new Error(`${name} is not whole: ${missing}`);
  const unsigned = target === "aarch64-apple-darwin" ? signatureFaultOf(bytes) : undefined;
  if (unsigned !== undefined) throw new Error(`${name} would not start: ${unsigned}`);
  // Throws if there is no program behind the runtime. Only in an ELF file the runtime stays as it was.
  const runtime = await sha256(cutDenort(bytes));
  if (target.includes("linux") && runtime !== TARGETS.get(target)?.sha256) {
    throw new Error(`${name} begins with another runtime: ${runtime}`);
  }
  say(`release: ${name}, ${(bytes.length / 1e6).toFixed(1)} MB, well-formed`);
  return name;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toHex();
}

/** What the executable says of itself, and of what it writes. */
async function writePapers(executable: string): Promise<void> {
  const papers: readonly (readonly [name: string, args: readonly string[]])[] = [
    ["storescu.1", ["--man"]],
    ["storescu.bash", ["--completions", "bash"]],
    ["_storescu", ["--completions", "zsh"]],
    ["storescu.fish", ["--completions", "fish"]],
  ];
  for (const [name, args] of papers) {
    await Deno.writeTextFile(join(folder, name), await mustRun(executable, args));
  }
  // The schema is for whoever reads --json and --report.
  for (const path of ["README.md", "lib/report/events.schema.json"]) {
    await Deno.copyFile(join(root, path), join(folder, basename(path)));
  }
}

async function writeLicences(executable: string): Promise<void> {
  const date = (await runCommand("git", ["log", "-1", "--format=%cs"], { cwd: root })).stdout.trim();
  const { license } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const product: Product = { name: "storescu", version: VERSION, license, date };
  const bundle = await Deno.makeTempDir({ dir: join(root, ".cache"), prefix: "bundle-" });
  try {
    await mustRun(Deno.execPath(), ["bundle", "--quiet", "--code-splitting", "--outdir", bundle, "main.ts"]);
    const lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
    const runtime = cutDenort(await Deno.readFile(executable));
    const inside = await runtimeComponents(Deno.version.deno, Deno.version.v8, runtime);
    const packages = await componentsOf(bundle, lock, root);
    const components = [...inside, ...packages];
    const own = await Deno.readTextFile(join(root, "LICENSE"));
    await Deno.writeTextFile(join(folder, "LICENSES.txt"), licencesText(own, product, components));
    await Deno.writeTextFile(join(folder, "storescu.cdx.json"), cycloneDx(product, components));
    const named = components.filter(({ origin }) => origin !== "cargo");
    say(
      `release: inside are ${named.map(({ name, version }) => `${name} ${version}`).join(", ")}, ` +
        `and at least ${components.length - named.length} crates`,
    );
  } finally {
    await Deno.remove(bundle, { recursive: true });
  }
}

/** As `sha256sum --check` reads it. */
async function writeChecksums(): Promise<void> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const lines: string[] = [];
  for (const name of names) lines.push(`${await sha256(await Deno.readFile(join(folder, name)))}  ${name}\n`);
  await Deno.writeTextFile(join(folder, "SHA256SUMS"), lines.join(""));
}

async function testEndToEnd(executable: string): Promise<void> {
  await mustRun(executable, ["--selftest"], { env: {} });
  const args = ["test", "--quiet", "--no-check", "--allow-all", "tests/e2e"];
  const said = await mustRun(Deno.execPath(), args, {
    env: { STORESCU_BIN: executable },
    timeoutSeconds: 1800,
  });
  say(`release: end to end: ${/\d+ passed[^(]*/.exec(said)?.[0].trim() ?? "passed"}`);
}

async function release(tested: boolean): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  await Deno.mkdir(join(root, ".cache"), { recursive: true });
  let own: string | undefined;
  for (const target of TARGETS.keys()) {
    const name = await buildFor(target);
    if (target === Deno.build.target) own = join(folder, name);
  }
  if (own === undefined) throw new Error(`none of the executables runs on ${Deno.build.target}`);
  await writePapers(own);
  await writeLicences(own);
  await writeChecksums();
  if (tested) await testEndToEnd(own);
  say(`release: dist/release holds ${[...Deno.readDirSync(folder)].length} files`);
}

if (import.meta.main) {
  const [mode, ...rest] = Deno.args;
  if (rest.length > 0 || (mode !== undefined && mode !== "--untested")) {
    say("usage: sh scripts/release [--untested]");
    Deno.exit(2);
  }
  try {
    await release(mode === undefined);
  } catch (error) {
    say(`release: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
}
