import { assert, assertEquals } from "@std/assert";
import {
  componentIn,
  cycloneDx,
  licencesText,
  packageFolders,
  runtimeComponent,
} from "../../scripts/bill_of_materials.ts";

const PRODUCT = { name: "storescu", version: "1.2.3", license: "MIT", date: "2026-01-31" };
const PART = { name: "@scope/part", version: "4.5.6", license: "ISC", licenseText: "the text\n" };

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
    assertEquals(await componentIn(folder), {
      name: "a",
      version: "1.0.0",
      license: "MIT",
      licenseText: "all of it",
    });
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name: "a", version: "1.0.0" }));
    assertEquals(await componentIn(folder).catch(({ message }) => message), "a 1.0.0 names no licence");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the bill of materials names every part once, and what depends on what", () => {
  const bom = JSON.parse(cycloneDx(PRODUCT, [runtimeComponent("2.7.11"), PART]));
  assertEquals([bom.bomFormat, bom.specVersion, bom.metadata.component.name], [
    "CycloneDX",
    "1.6",
    "storescu",
  ]);
  const refs = bom.components.map((part: { "bom-ref": string }) => part["bom-ref"]);
  assertEquals(refs, ["pkg:generic/deno@2.7.11", "pkg:npm/%40scope/part@4.5.6"]);
  assertEquals(bom.dependencies[0], { ref: "pkg:generic/storescu@1.2.3", dependsOn: refs });
});

Deno.test("the licences stand one after the other, each with its name", () => {
  const text = licencesText("ours", PRODUCT, [PART]);
  assert(text.startsWith("storescu 1.2.3 (MIT)\n\nours\n\n----"));
  assert(text.endsWith("----\n@scope/part 4.5.6 (ISC)\n\nthe text\n"));
});
