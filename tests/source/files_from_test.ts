import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { asFault } from "../../lib/errors.ts";
import { readFileList } from "../../lib/source/files_from.ts";

const CASES: readonly (readonly [what: string, content: string, paths: readonly string[]])[] = [
  ["nothing", "", []],
  ["one path", "a", ["a"]],
  ["lines, the last without an end", "a\nb c\nd", ["a", "b c", "d"]],
  ["empty lines", "\na\n\n\nb\n", ["a", "b"]],
  ["the line ends of Windows", "a\r\nb\r\n", ["a", "b"]],
  ["a byte order mark", "\ufeffa\nb\n", ["a", "b"]],
  ["a byte order mark, and names that begin like one", "\ufeff\ufeffa\n\ufeffb\n", ["\ufeffa", "\ufeffb"]],
  ["a byte order mark and nothing else", "\ufeff", []],
  ["paths that end with NUL, with newlines in them", "a\nb\0c\r\0", ["a\nb", "c\r"]],
  ["a NUL that comes late", `${"x".repeat(70_000)}\ny\0z`, [`${"x".repeat(70_000)}\ny`, "z"]],
  ["letters of other scripts", "é/画像.dcm\n", ["é/画像.dcm"]],
];

for (const [what, content, paths] of CASES) {
  Deno.test(`a list of files with ${what}`, async () => {
    const path = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(path, content);
      const list = await readFileList(path);
      assertEquals([...list], paths);
      assertEquals([...list], paths); // it is gone through twice
    } finally {
      await Deno.remove(path);
    }
  });
}

Deno.test("a DICOM file is no list", async () => {
  const path = join(FOLDER, "whole", "explicit_little_endian.dcm");
  const fault = asFault(await readFileList(path).catch((caught) => caught));
  assertEquals(fault.message, `${path}: it is a DICOM file, not a list of names`);
  assertEquals(fault.remedy, "leave out --files-from to send it");
});

Deno.test("a list that is not there is a fault", async () => {
  const fault = asFault(await readFileList("/nonexistent/list").catch((caught) => caught));
  assertEquals(fault.message, "/nonexistent/list: cannot read it for --files-from: no such file or folder");
});
