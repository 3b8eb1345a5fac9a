/** The folder "." among the operands: these tests change the working folder. */

import { assertEquals } from "@std/assert";
import { readFolder } from "../../lib/source/folder_entries.ts";
import { operands } from "../../lib/source/operands.ts";
import { folderScan } from "../../lib/source/scan.ts";

// The C library stays loaded from the first scan on, which is no leak of the test that comes first.
readFolder(".");

Deno.test("paths in the folder '.' begin without it", () => {
  const folder = Deno.makeTempDirSync();
  const here = Deno.cwd();
  Deno.writeTextFileSync(`${folder}/a`, "");
  Deno.chdir(folder);
  try {
    const wishes = { scanFolder: folderScan({ scanPattern: undefined, recurse: true, rename: false }) };
    for (const dot of [".", "./"]) {
      assertEquals([...operands([dot], wishes, () => {})].map(({ path }) => path), ["a"]);
    }
  } finally {
    Deno.chdir(here);
    Deno.removeSync(folder, { recursive: true });
  }
});
