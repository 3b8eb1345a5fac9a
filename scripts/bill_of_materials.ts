/**
 * What is inside the executable: the npm packages of which at least one file is in the bundle, and the runtime.
 *
 * How this works: a bundle that is not minified names above each part the file it comes from. The folder of the package is
 * found by that, and in it the licence.
 */

import { dirname, join, resolve } from "node:path";

export interface Component {
  /** Where the name is one, as package URLs say it. */
  readonly origin: "generic" | "npm" | "cargo";
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license?: string;
  /** Its text, with the names of those who hold the rights. */
  readonly licenseText?: string;
  /** Of the package: SHA-512 as a lock file has it, "sha512-" and base64. */
  readonly integrity?: string | undefined;
}

const licences = join(import.meta.dirname ?? ".", "licences");

/**
 * The runtime, V8, and the Rust crates that its bytes name: those with a place in a message about an error of the program.
 * What they are licensed under stands in their sources.
 */
export async function runtimeComponents(
  version: string,
  v8Version: string,
  runtime: Uint8Array,
): Promise<Component[]> {
  const textOf = (name: string) => Deno.readTextFile(join(licences, `${name}.txt`));
  return [
    { origin: "generic", name: "deno", version, license: "MIT", licenseText: await textOf("deno") },
    {
      origin: "generic",
      name: "v8",
      // What stands behind the hyphen is not V8's.
      version: v8Version.replace(/-.*/, ""),
      license: "BSD-3-Clause",
      licenseText: await textOf("v8"),
    },
    ...cratesIn(runtime),
  ];
}

function cratesIn(runtime: Uint8Array): Component[] {
  const places = new TextDecoder("latin1").decode(runtime)
    .matchAll(/[/\\]registry[/\\]src[/\\][\w.-]+[/\\]([\w-]+?-\d+\.\d+\.\d+[\w.+-]*)[/\\]/g);
  const crates = new Set([...places].map(([, crate = ""]) => crate));
  return [...crates].sort().map((crate) => {
    const [, name = "", version = ""] = /^(.+?)-(\d.*)$/.exec(crate) ?? [];
    return { origin: "cargo", name, version };
  });
}

/** The folders of the npm packages in the bundle `text`, whose comments are relative to `base`. */
export function packageFolders(text: string, base: string): string[] {
  const files = [...text.matchAll(/^\/\/ (\S*\/npm\/\S+\.[cm]?js)$/gm)].map(([, path = ""]) =>
    resolve(base, path)
  );
  // .../npm/HOST/[@scope/]name/version/...
  const folders = files.flatMap((path) => /^.*\/npm\/[^/]+\/(?:@[^/]+\/)?[^/]+\/\d[^/]*/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}

/** Of deno.lock: what was installed, and its sums. */
export interface Lock {
  /** By "name@version", which "_" and what it was resolved with can follow. */
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

/** What the package in a folder says of itself. @throws Error when it names no licence */
export async function componentIn(folder: string, lock: Lock): Promise<Component> {
  const { name, version, license } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
  if (typeof license !== "string") throw new Error(`${name} ${version} names no licence`);
  const [, locked] = Object.entries(lock.npm)
    .find(([key]) => `${key}_`.startsWith(`${name}@${version}_`)) ?? [];
  return {
    origin: "npm",
    name,
    version,
    license,
    licenseText: await licenseTextIn(folder) ?? `${license}, see the package\n`,
    integrity: locked?.integrity,
  };
}

async function licenseTextIn(folder: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(licen[cs]e|copying)(\.\w+)?$/i.test(name)) return await Deno.readTextFile(join(folder, name));
  }
  return undefined;
}

/** The npm packages in the bundle in `folder`, in name order. */
export async function componentsOf(
  folder: string,
  lock: Lock,
  base: string = dirname(folder),
): Promise<Component[]> {
  let text = "";
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".js")) text += await Deno.readTextFile(join(folder, name));
  }
  return await Promise.all(packageFolders(text, base).map((path) => componentIn(path, lock)));
}

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Of the commit, "2026-01-31". */
  readonly date: string;
}

/** CycloneDX 1.6. The crates are inside the runtime; it names not all of those it has. */
export function cycloneDx(product: Product, components: readonly Component[]): string {
  const own = `pkg:generic/${product.name}@${product.version}`;
  const [runtime, inside, others] = [
    components.filter(({ name, origin }) => origin === "generic" && name === "deno"),
    components.filter(({ name, origin }) => origin === "cargo" || (origin === "generic" && name === "v8")),
    components.filter(({ origin }) => origin === "npm"),
  ].map((parts) => parts.map(purlOf));
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      ...(product.date === "" ? {} : { timestamp: `${product.date}T00:00:00Z` }),
      component: described({ origin: "generic", ...product }, "application"),
    },
    components: components.map((part) => described(part, part.name === "deno" ? "platform" : "library")),
    dependencies: [
      { ref: own, dependsOn: [...runtime ?? [], ...others ?? []] },
      ...(runtime ?? []).map((ref) => ({ ref, dependsOn: inside })),
      ...[...inside ?? [], ...others ?? []].map((ref) => ({ ref, dependsOn: [] })),
    ],
    compositions: [{ aggregate: "incomplete", dependencies: runtime }],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

function purlOf({ origin, name, version }: Component): string {
  return `pkg:${origin}/${name.replace("@", "%40")}@${version.replaceAll("+", "%2B")}`;
}

function described(component: Component, type: string) {
  const { name, version, license, integrity } = component;
  const purl = purlOf(component);
  return {
    type,
    "bom-ref": purl,
    name,
    version,
    purl,
    ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }),
    ...(integrity === undefined ? {} : {
      hashes: [{ alg: "SHA-512", content: Uint8Array.fromBase64(integrity.replace("sha512-", "")).toHex() }],
    }),
  };
}

/** All licences in one text. */
export function licencesText(ownLicence: string, product: Product, components: readonly Component[]): string {
  const rule = `\n${"-".repeat(80)}\n`;
  const parts = components.flatMap(({ name, version, license, licenseText }) =>
    licenseText === undefined ? [] : [`${name} ${version} (${license})\n\n${licenseText.trim()}\n`]
  );
  const crates = components.filter(({ origin }) => origin === "cargo")
    .map(({ name, version }) => `${name} ${version}\n`).join("");
  return [
    `${product.name} ${product.version} (${product.license})\n\n${ownLicence.trim()}\n`,
    ...parts,
    `The runtime, Deno, holds further libraries, some of them in C (SQLite, AWS-LC), and V8 holds others' work: ICU, zlib and
parts named in its LICENSE file. Their licence texts are not repeated here. Most are under MIT, Apache-2.0, ISC, BSD or
Unicode licences; the sources of this version of Deno (Cargo.lock) and V8 tell which, and each library's sources hold the
text. Not all of them are used by this program. Those that the runtime's bytes name:\n\n${crates}`,
  ].join(rule);
}
