import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { readFolder } from "../../lib/source/folder_entries.ts";
import { runCommand } from "../../scripts/run_command.ts";

// The C library stays loaded from the first call on, which is no leak of the test that comes first.
readFolder(".");

/** Name, NUL, kind, as Deno lists them. */
function listedByDeno(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name, isDirectory, isSymlink, isFile }) =>
    `${name}\0${isDirectory ? "d" : isSymlink ? "l" : isFile ? "f" : "-"}`
  );
}

Deno.test("every entry of a folder has its name and kind, as Deno lists them", async () => {
  const folder = await Deno.makeTempDir();
  const names = ["a", ".hidden", "\uFEFFbom", "ümläut 日本語 𝄞", "x".repeat(255), "with\nnewline"];
  for (const name of names) await Deno.writeTextFile(join(folder, name), "");
  await Deno.mkdir(join(folder, "sub"));
  await Deno.symlink("nowhere", join(folder, "link"));
  await runCommand("mkfifo", ["fifo"], { cwd: folder });
  const { entries, hidden } = readFolder(folder);
  assertEquals(entries.toSorted(), listedByDeno(folder).toSorted());
  assertEquals([entries.length, hidden], [names.length + 3, []]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder of more entries than one call brings is listed as a whole", async () => {
  const folder = await Deno.makeTempDir();
  const path = (at: number) => join(folder, `${"long name ".repeat(20)}${at}`);
  for (let at = 0; at < 1000; at++) Deno.writeTextFileSync(path(at), "");
  assertEquals(readFolder(folder).entries.toSorted(), listedByDeno(folder).toSorted());
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder that cannot be listed is refused in Deno's words", () => {
  assertThrows(() => readFolder("/no/such/folder"), Deno.errors.NotFound);
  assertThrows(() => readFolder("/dev/null"), Error);
});
