import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  componentIn,
  cycloneDx,
  licencesText,
  packageFolders,
  runtimeComponents,
} from "../../scripts/bill_of_materials.ts";

const PRODUCT = { name: "storescu", version: "1.2.3", license: "MIT", date: "2026-01-31" };
const PART = {
  origin: "npm",
  name: "@scope/part",
  version: "4.5.6",
  license: "ISC",
  licenseText: "the text\n",
  integrity: "sha512-AAEC",
} as const;
const RUNTIME = new TextEncoder().encode(
  "\0/root/.cargo/registry/src/index.example-1/num-bigint-0.4.6/src/a.rs\0C:\\.cargo\\registry\\src\\index\\h2-1.0.0-rc.1+x\\a.rs" +
    "/root/.cargo/registry/src/index.example-1/num-bigint-0.4.6/src/b.rs",
);

Deno.test("the packages of a bundle are found by the files that are in it", () => {
  const bundle = [
    "// lib/run.ts",
    "// ../cache/npm/host.example/yauzl/3.4.0/index.js",
    "// ../cache/npm/host.example/yauzl/3.4.0/crc32.js",
    "// ../cache/npm/host.example/@scope/part/1.0.0-beta.1/dist/mod.mjs",
    'const text = "// ../cache/npm/host.example/none/1.0.0/index.js";',
  ].join("\n");
  assertEquals(packageFolders(bundle, "/home/build"), [
    "/home/cache/npm/host.example/@scope/part/1.0.0-beta.1",
    "/home/cache/npm/host.example/yauzl/3.4.0",
  ]);
});

Deno.test("a package says its licence, or is not let in", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/package.json`,
      JSON.stringify({ name: "a", version: "1.0.0", license: "MIT" }),
    );
    await Deno.writeTextFile(`${folder}/LICENCE.md`, "all of it");
    const lock = { npm: { "a@1.0.01": {}, "a@1.0.0_b@2.0.0": { integrity: "sha512-AAEC" } } };
    assertEquals(await componentIn(folder, lock), {
      origin: "npm",
      name: "a",
      version: "1.0.0",
      license: "MIT",
      licenseText: "all of it",
      integrity: "sha512-AAEC",
    });
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name: "a", version: "1.0.0" }));
    assertEquals(await componentIn(folder, lock).catch(({ message }) => message), "a 1.0.0 names no licence");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the bill of materials names every part once, and what depends on what", async () => {
  const parts = [...await runtimeComponents("2.7.11", "14.7.173.7-rusty", RUNTIME), PART];
  const bom = JSON.parse(cycloneDx(PRODUCT, parts));
  assertEquals([bom.bomFormat, bom.specVersion, bom.metadata.component.name], [
    "CycloneDX",
    "1.6",
    "storescu",
  ]);
  const deno = "pkg:generic/deno@2.7.11";
  const inside = [
    "pkg:generic/v8@14.7.173.7",
    "pkg:cargo/h2@1.0.0-rc.1%2Bx",
    "pkg:cargo/num-bigint@0.4.6",
  ];
  const part = "pkg:npm/%40scope/part@4.5.6";
  const refs = bom.components.map((part: { "bom-ref": string }) => part["bom-ref"]);
  assertEquals(refs, [deno, ...inside, part]);
  assertEquals(bom.dependencies.slice(0, 2), [
    { ref: "pkg:generic/storescu@1.2.3", dependsOn: [deno, part] },
    { ref: deno, dependsOn: inside },
  ]);
  assertEquals(bom.dependencies.length, refs.length + 1);
  assertEquals(bom.components.at(-1).hashes, [{ alg: "SHA-512", content: "000102" }]);
});

Deno.test("the licences stand one after the other, each with its name, behind them what has none here", async () => {
  const parts = [...await runtimeComponents("2.7.11", "14.7.173.7-rusty", RUNTIME), PART];
  const text = licencesText("ours", PRODUCT, parts);
  assert(text.startsWith("storescu 1.2.3 (MIT)\n\nours\n\n----"));
  assertStringIncludes(text, "----\nv8 14.7.173.7 (BSD-3-Clause)\n\nCopyright 2014, the V8 project authors.");
  assertStringIncludes(text, "----\n@scope/part 4.5.6 (ISC)\n\nthe text\n\n----");
  assert(text.endsWith("\n\nh2 1.0.0-rc.1+x\nnum-bigint 0.4.6\n"));
});
