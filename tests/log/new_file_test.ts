import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { type FileKind, NewFile } from "../../lib/log/new_file.ts";
import { withFolder } from "../with_folder.ts";

const KIND: FileKind = { name: "list", signature: "old", option: "--list" };

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("a new file takes the place of the old one only when it is finished", async () => {
  await withFolder((folder) => {
    const path = `${folder}/report.json`;
    Deno.writeTextFileSync(path, "old");
    const file = NewFile.begin(path, KIND);
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
      const file = NewFile.begin(path, KIND);
      file.write("new");
      file.discard();
      file.discard();
    }
    assertEquals([Deno.readTextFileSync(`${folder}/a`), names(folder)], ["old", ["a"]]);
  });
});

Deno.test("a file that could not be written leaves nothing that would be taken for it", async () => {
  await withFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "old");
    Deno.symlinkSync("a", `${folder}/link`);
    const [first, second] = [NewFile.begin(`${folder}/link`, KIND), NewFile.begin(`${folder}/b`, KIND)];
    for (const file of [first, second]) file.write("new");
    assertEquals(
      [first.giveUp(), first.giveUp(), second.giveUp()],
      ["; that of an earlier run is removed", "", ""],
    );
    assertEquals(names(folder), ["link"]);
  });
});

Deno.test("only a file of the same kind is replaced, or an empty one", async () => {
  await withFolder((folder) => {
    const path = `${folder}/a`;
    for (const foreign of ["\0".repeat(128) + "DICM", "an old letter", "ol", "Old"]) {
      Deno.writeTextFileSync(path, foreign);
      const fault = assertThrows(() => NewFile.begin(path, KIND), Fault);
      assertEquals(
        [fault.kind, fault.message, fault.remedy],
        [
          "configuration",
          `${path} is not a list of this program: it is left as it is`,
          "give --list the name of a new file",
        ],
      );
      assertEquals([Deno.readTextFileSync(path), names(folder)], [foreign, ["a"]]);
    }
    for (const former of ["", "old", "older"]) {
      Deno.writeTextFileSync(path, former);
      const file = NewFile.begin(path, KIND);
      file.write("old and new");
      file.finish();
      assertEquals(Deno.readTextFileSync(path), "old and new");
    }
  });
});

Deno.test("a symbolic link stays one, and its target is replaced", async () => {
  await withFolder((folder) => {
    Deno.mkdirSync(`${folder}/sub`);
    Deno.writeTextFileSync(`${folder}/sub/target`, "old");
    Deno.symlinkSync("sub/target", `${folder}/link`);
    const file = NewFile.begin(`${folder}/link`, KIND);
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
      [`${folder}/none/report.json`, "no such file or folder"],
      [`${folder}/sub`, "it is not a regular file"],
      ["/dev/null", "it is not a regular file"],
    ] as const;
    for (const [path, why] of cases) {
      assertThrows(() => NewFile.begin(path, KIND), Fault, `cannot write ${path}: ${why}`);
    }
    assertEquals(names(folder), ["sub"]);
  });
});
