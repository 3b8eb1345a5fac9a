/**
 * What is inside the executable: the npm packages of which at least one file is in the bundle, and the runtime.
 *
 * How this works: a bundle that is not minified names above each part the file it comes from. The folder of the package is
 * found by that, and in it the licence.
 */

import { dirname, join, resolve } from "node:path";

export interface Component {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly license: string;
  /** Its text, with the names of those who hold the rights. */
  readonly licenseText: string;
}

const RUNTIME_LICENSE = `Copyright 2018-2026 the Deno authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

The runtime itself contains V8 (BSD-3-Clause) and further libraries, most of them under MIT, Apache-2.0, ISC or
BSD licences; Deno's sources of this version list them (Cargo.lock) with their licences.
`;

/** The runtime, as a component. */
export function runtimeComponent(version: string): Component {
  return { name: "deno", version, license: "MIT", licenseText: RUNTIME_LICENSE };
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

/** What the package in a folder says of itself. @throws Error when it names no licence */
export async function componentIn(folder: string): Promise<Component> {
  const { name, version, license } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
  if (typeof license !== "string") throw new Error(`${name} ${version} names no licence`);
  return {
    name,
    version,
    license,
    licenseText: await licenseTextIn(folder) ?? `${license}, see the package\n`,
  };
}

async function licenseTextIn(folder: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^(licen[cs]e|copying)(\.\w+)?$/i.test(name)) return await Deno.readTextFile(join(folder, name));
  }
  return undefined;
}

/** The npm packages in the bundle in `folder`, in name order. */
export async function componentsOf(folder: string, base: string = dirname(folder)): Promise<Component[]> {
  let text = "";
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".js")) text += await Deno.readTextFile(join(folder, name));
  }
  return await Promise.all(packageFolders(text, base).map(componentIn));
}

export interface Product {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Of the commit, "2026-01-31". */
  readonly date: string;
}

/** CycloneDX 1.6. */
export function cycloneDx(product: Product, components: readonly Component[]): string {
  const described = (
    { name, version, license }: Omit<Component, "licenseText">,
    type: string,
    purl: string,
  ) => ({
    type,
    "bom-ref": purl,
    name,
    version,
    purl,
    licenses: [{ license: { id: license } }],
  });
  const own = `pkg:generic/${product.name}@${product.version}`;
  const parts = components.map((component) => {
    const isRuntime = component.name === "deno";
    const encoded = component.name.replace("@", "%40");
    const purl = `pkg:${isRuntime ? "generic" : "npm"}/${encoded}@${component.version}`;
    return described(component, isRuntime ? "platform" : "library", purl);
  });
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      ...(product.date === "" ? {} : { timestamp: `${product.date}T00:00:00Z` }),
      component: described(product, "application", own),
    },
    components: parts,
    dependencies: [
      { ref: own, dependsOn: parts.map(({ purl }) => purl) },
      ...parts.map(({ purl }) => ({ ref: purl, dependsOn: [] })),
    ],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** All licences in one text. */
export function licencesText(ownLicence: string, product: Product, components: readonly Component[]): string {
  const rule = `\n${"-".repeat(80)}\n`;
  const parts = components.map(({ name, version, license, licenseText }) =>
    `${name} ${version} (${license})\n\n${licenseText.trim()}\n`
  );
  return [`${product.name} ${product.version} (${product.license})\n\n${ownLicence.trim()}\n`, ...parts].join(
    rule,
  );
}
