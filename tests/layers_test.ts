/**
 * The house keeps its order: imports go one way, only some rooms touch the outside world, and nothing in the
 * repository depends on where it was written.
 */

import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname ?? ".", "..");

/** From bottom to top: a room imports only from itself and from rooms before it. */
const ROOMS = [
  "errors",
  "version",
  "libc",
  "dicom",
  "bytes",
  "cli",
  "log",
  "dataset",
  "source",
  "pdu",
  "dimse",
  "association",
  "transfer",
  "report",
  "receiver",
  "run",
  "main",
] as const;
type Room = typeof ROOMS[number];

/** Files of lib/ that are no folder's, by the room they belong to. */
const LOOSE_FILES: Readonly<Record<string, Room>> = {
  "main.ts": "main",
  "lib/run.ts": "run",
  "lib/dry_run.ts": "run",
  "lib/echo.ts": "run",
  "lib/perform.ts": "run",
  "lib/prepare.ts": "run",
  "lib/probe.ts": "run",
  "lib/prospects.ts": "run",
  "lib/send.ts": "run",
  "lib/stage.ts": "run",
  "lib/signals.ts": "run",
  "lib/errors.ts": "errors",
  "lib/libc.ts": "libc",
  "lib/version.ts": "version",
};

/** Who may say `Deno.`; everybody else works on values and streams that are handed in. */
const TOUCHES_DENO = [
  /^main\.ts$/,
  /^lib\/libc\.ts$/,
  /^lib\/(dry_run|echo|perform|prepare|probe|run|send|signals|stage)\.ts$/,
  /^lib\/(source|log|receiver)\//,
  /^lib\/association\/(socket|tcp_duplex|transport|tls)(\.ts|\/)/,
];

interface SourceFile {
  /** From the root, such as "lib/pdu/decode.ts". */
  readonly path: string;
  readonly text: string;
}

async function filesBelow(...folders: string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  const add = async (path: string) => {
    files.push({ path: relative(root, path), text: new TextDecoder().decode(await Deno.readFile(path)) });
  };
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory) await walk(path);
      else if (entry.isFile) await add(path);
    }
  };
  for (const folder of folders) {
    const path = join(root, folder);
    if ((await Deno.stat(path)).isDirectory) await walk(path);
    else await add(path);
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

const product = (await filesBelow("lib", "main.ts")).filter(({ path }) => path.endsWith(".ts"));

/** The specifiers of static and dynamic imports and of re-exports. */
function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const found = [
    ...code.matchAll(/^\s*(?:import|export)\s[^;"']*?\sfrom\s*["']([^"']+)["']/gm),
    ...code.matchAll(/^\s*import\s*["']([^"']+)["']/gm),
    ...code.matchAll(/\bimport\(\s*["']([^"']+)["']/g),
  ];
  return found.map((match) => match[1] ?? "");
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

/** Files that import each other, be it by way of others: "a.ts -> b.ts -> a.ts". */
function ringsOf(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const rings: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]) => {
    if (way.includes(path)) {
      rings.push([...way.slice(way.indexOf(path)), path].join(" -> "));
    } else if (!done.has(path)) {
      for (const next of imports.get(path) ?? []) visit(next, [...way, path]);
      done.add(path);
    }
  };
  for (const path of imports.keys()) visit(path, []);
  return rings;
}

function roomOf(path: string): Room | undefined {
  const name = LOOSE_FILES[path] ?? /^lib\/([^/]+)\//.exec(path)?.[1];
  return ROOMS.find((room) => room === name);
}

Deno.test("the import scanner sees every form of import", () => {
  const text = [
    `import { a } from "./a.ts";`,
    `import type {\n  B,\n} from "./b.ts";`,
    `export { c } from "./c.ts";`,
    `import "./d.ts";`,
    `const e = await import("./e.ts");`,
    `// import { f } from "./f.ts";`,
    `/* import "./g.ts"; */`,
    `import * as h from './h.ts';`,
  ].join("\n");
  assertEquals(importsOf(text).sort(), ["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./h.ts"]);
});

Deno.test("every file of the product belongs to a room", () => {
  assert(product.length > 20);
  assertEquals(product.filter(({ path }) => roomOf(path) === undefined).map(({ path }) => path), []);
});

Deno.test("imports go down the house, never up", () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const { path, text } of product) {
    const room = roomOf(path);
    if (room === undefined) continue;
    for (const specifier of importsOf(text)) {
      if (!specifier.startsWith(".")) continue;
      seen++;
      const target = join(dirname(path), specifier);
      const targetRoom = roomOf(target);
      if (targetRoom === undefined || ROOMS.indexOf(targetRoom) > ROOMS.indexOf(room)) {
        wrong.push(`${path} -> ${target}`);
      }
    }
  }
  assert(seen > 50);
  assertEquals(wrong, []);
});

Deno.test("the search for rings finds those of one file, of two, and of more", () => {
  const imports = new Map([
    ["a", ["b", "c", "outside"]],
    ["b", ["d"]],
    ["c", ["d", "c"]],
    ["d", ["e"]],
    ["e", ["f", "d"]],
    ["f", ["b"]],
  ]);
  assertEquals(ringsOf(imports), ["b -> d -> e -> f -> b", "d -> e -> d", "c -> c"]);
});

Deno.test("no files import each other, not even types", () => {
  const imports = new Map(
    product.map(({ path, text }) => [
      path,
      importsOf(text).filter((name) => name.startsWith(".")).map((name) => join(dirname(path), name)),
    ]),
  );
  assert([...imports.values()].flat().filter((path) => imports.has(path)).length > 50);
  assertEquals(ringsOf(imports), []);
});

Deno.test("dependencies have their plain names and versions in deno.json only", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const specifiers: string[] = Object.values(imports);
  assertEquals(
    specifiers.filter((specifier) => !/^npm:(@[^/]+\/)?[^/@]+@\d+\.\d+\.\d+(\/|$)/.test(specifier)),
    [],
  );

  const direct: string[] = [];
  for (const { path, text } of [...product, ...await filesBelow("tests", "scripts")]) {
    if (!path.endsWith(".ts")) continue;
    for (const specifier of importsOf(text)) {
      if (/^(npm|jsr|https?):/.test(specifier)) direct.push(`${path}: ${specifier}`);
    }
  }
  assertEquals(direct, []);
});

Deno.test("only the rooms at the edge of the program touch Deno", () => {
  const wrong = product
    .filter(({ path }) => !TOUCHES_DENO.some((allowed) => allowed.test(path)))
    .filter(({ text }) => /\bDeno\s*[.[]/.test(withoutComments(text)));
  assertEquals(wrong.map(({ path }) => path), []);
});

Deno.test("no file silences the linter or the type checker, and no file is a barrel", async () => {
  const silenced = new RegExp(
    ["deno-lint-ign" + "ore", "@ts-ign" + "ore", "@ts-expect-err" + "or", "@ts-noch" + "eck"].join("|"),
  );
  const files = [...product, ...await filesBelow("tests", "scripts")];
  assertEquals(files.filter(({ text }) => silenced.test(text)).map(({ path }) => path), []);
  assertEquals(
    files.filter(({ path }) => /\/(mod|index|utils?|helpers?)\.ts$/.test(path)).map(({ path }) => path),
    [],
  );
});

Deno.test("nothing names a package registry or a folder of the machine it was written on", async () => {
  const hosts = [["registry", "npmjs", "org"], ["jsr", "io"], ["deno", "land"], ["yarnpkg", "com"], [
    "pypi",
    "org",
  ]];
  const names = new RegExp([
    ...hosts.map((parts) => parts.join("\\.")),
    ...[["work", "main"], ["work", "shared"], ["tmp", "tools"]].map((parts) => `/${parts.join("/")}\\b`),
  ].join("|"));
  const everything = await filesBelow(
    "lib",
    "main.ts",
    "tests",
    "scripts",
    "deno.json",
    "deno.lock",
    "README.md",
    ".ci",
  );
  assertEquals(everything.filter(({ text }) => names.test(text)).map(({ path }) => path), []);
});
