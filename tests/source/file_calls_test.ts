import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { withFolder } from "../with_folder.ts";
import { factsOf, openToRead } from "../../lib/source/file_calls.ts";
import type { OpenFile } from "../../lib/source/open_file.ts";

const CONTENT = Uint8Array.from({ length: 10_000 }, (_, at) => at % 251);

Deno.test("what is at a path is what Deno says of it", async () => {
  await withFolder(async (folder) => {
    for (const name of ["plain", "Größe – 画像", "a\nb", "+f", " "]) {
      const path = `${folder}/${name}`;
      await Deno.writeFile(path, CONTENT);
      await Deno.utime(path, 1_000_000_000.5, 1_600_000_000.25);
      const { isFile, isDirectory, size, mtime } = await Deno.stat(path);
      const facts = factsOf(path);
      assertEquals([facts?.isFile, facts?.isDirectory, facts?.sizeBytes], [isFile, isDirectory, size]);
      assertEquals(Math.floor(facts?.modifiedMs ?? 0), mtime?.getTime());
    }
    await Deno.symlink(`${folder}/plain`, `${folder}/link`);
    assertEquals(factsOf(`${folder}/link`)?.sizeBytes, CONTENT.length);
    assertEquals([factsOf(folder)?.isFile, factsOf(folder)?.isDirectory], [false, true]);
  });
});

const NO_FILES = {
  "nothing is there": "/no/such/file",
  "no name": "",
  "a NUL in the name": "/etc/passwd\0.dcm",
  "a name longer than any": `/${"x/".repeat(3000)}`,
};

for (const [what, path] of Object.entries(NO_FILES)) {
  Deno.test(`neither seen nor opened: ${what}`, () => {
    assertEquals(factsOf(path), undefined);
    assertThrows(() => openToRead(path));
  });
}

Deno.test("a file is read at any offset, at once or later, and not any more when it is closed", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/file`, CONTENT);
    const file: OpenFile = openToRead(`${folder}/file`);
    for (const offset of [0, 1, 5000, 9999, 10_000, 20_000, 3]) {
      const [now, later] = [new Uint8Array(4096), new Uint8Array(4096)];
      const expected = CONTENT.subarray(offset, offset + 4096);
      assertEquals(now.subarray(0, file.readAt(offset, now)), expected);
      assertEquals(later.subarray(0, await file.readAtLater(offset, later)), expected);
    }
    assertEquals(file.facts().sizeBytes, CONTENT.length);
    file.close();
    assertThrows(() => file.readAt(0, new Uint8Array(100)));
    await assertRejects(() => file.readAtLater(0, new Uint8Array(100)));
  });
});

Deno.test({
  name: "a file is not open in child processes, and opening never waits",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withFolder(async (folder) => {
      await Deno.writeFile(`${folder}/file`, CONTENT);
      const file = openToRead(`${folder}/file`);
      const descriptor = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => name).find((name) => {
        try {
          return Deno.readLinkSync(`/proc/self/fd/${name}`) === `${folder}/file`;
        } catch {
          return false; // closed by another test
        }
      });
      const [, flags = "0"] =
        /^flags:\s*(\d+)$/m.exec(await Deno.readTextFile(`/proc/self/fdinfo/${descriptor}`)) ?? [];
      const [closeOnExec, noWait, forWriting] = [0o2000000, 0o4000, 0o3].map((bit) =>
        (parseInt(flags, 8) & bit) !== 0
      );
      assertEquals([closeOnExec, noWait, forWriting], [true, true, false], flags);
      file.close();
    });
  },
});

Deno.test("a folder can be opened, but the facts tell what it is, and reading says why not", async () => {
  await withFolder((folder) => {
    const opened = openToRead(folder);
    try {
      assertEquals(opened.facts().isDirectory, true);
      assertThrows(() => opened.readAt(0, new Uint8Array(100)), Error, "directory");
    } finally {
      opened.close();
    }
  });
});
