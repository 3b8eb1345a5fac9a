import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { NewFile } from "../../lib/log/new_file.ts";
import { withFolder } from "../with_folder.ts";

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("a new file takes the place of the old one only when it is finished", async () => {
  await withFolder((folder) => {
    const path = `${folder}/report.json`;
    Deno.writeTextFileSync(path, "old");
    const file = NewFile.begin(path);
    file.write("abc");
    file.write("def");
    file.rewriteBeginning("xyz");
    assertEquals([file.former(), names(folder).length], ["old", 2]);
    file.write("ghi");
    file.finish();
    assertEquals([Deno.readTextFileSync(path), names(folder)], ["xyzdefghi", ["report.json"]]);
  });
});

Deno.test("a file that is given up leaves everything as it was", async () => {
  await withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "old");
    for (const path of [`${folder}/a`, `${folder}/b`]) {
      const file = NewFile.begin(path);
      file.write("new");
      file.discard();
      file.discard();
    }
    assertEquals([Deno.readTextFileSync(`${folder}/a`), names(folder)], ["old", ["a"]]);
  });
});

Deno.test("a symbolic link stays one, and its target is replaced", async () => {
  await withFolder((folder) => {
    Deno.mkdirSync(`${folder}/sub`);
    Deno.writeTextFileSync(`${folder}/sub/target`, "old");
    Deno.symlinkSync("sub/target", `${folder}/link`);
    const file = NewFile.begin(`${folder}/link`);
    file.write("new");
    file.finish();
    assertEquals(Deno.lstatSync(`${folder}/link`).isSymlink, true);
    assertEquals([Deno.readTextFileSync(`${folder}/sub/target`), names(`${folder}/sub`)], ["new", [
      "target",
    ]]);
  });
});

Deno.test("where no file can be made that is said at once", async () => {
  await withFolder((folder) => {
    Deno.mkdirSync(`${folder}/sub`);
    const cases = [
      [`${folder}/none/report.json`, "no such folder"],
      [`${folder}/sub`, "it is not a regular file"],
      ["/dev/null", "it is not a regular file"],
    ] as const;
    for (const [path, why] of cases) {
      assertThrows(() => NewFile.begin(path), Fault, `cannot write ${path}: ${why}`);
    }
    assertEquals(names(folder), ["sub"]);
  });
});
