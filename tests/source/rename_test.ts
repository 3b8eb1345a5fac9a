import { assertEquals, assertStringIncludes } from "@std/assert";
import { Logger, plainBackend } from "../../lib/log/log.ts";
import { renameProcessed } from "../../lib/source/rename.ts";

function logTo(lines: string[]): Logger {
  return new Logger(plainBackend("debug", (text) => lines.push(text)));
}

Deno.test("renameProcessed() appends .done or .bad", () => {
  const folder = Deno.makeTempDirSync();
  const lines: string[] = [];
  Deno.writeTextFileSync(`${folder}/a`, "a");
  Deno.writeTextFileSync(`${folder}/b`, "b");
  renameProcessed(`${folder}/a`, true, logTo(lines));
  renameProcessed(`${folder}/b`, false, logTo(lines));
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["a.done", "b.bad"]);
  assertStringIncludes(lines.join(""), `D: renamed file '${folder}/a' to '${folder}/a.done'`);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("renameProcessed() never overwrites", () => {
  const folder = Deno.makeTempDirSync();
  const lines: string[] = [];
  Deno.writeTextFileSync(`${folder}/a`, "new");
  Deno.writeTextFileSync(`${folder}/a.done`, "old");
  renameProcessed(`${folder}/a`, true, logTo(lines));
  assertEquals(Deno.readTextFileSync(`${folder}/a.done`), "old");
  assertEquals(Deno.readTextFileSync(`${folder}/a`), "new");
  assertEquals(lines, [
    `W: cannot rename file '${folder}/a' to '${folder}/a.done': a file of that name is already there\n`,
    "W: hint: without --journal it will be sent again by the next run that finds it: " +
    `move ${folder}/a.done away, or rename it by hand\n`,
  ]);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("renameProcessed() of a file that has gone warns", () => {
  const lines: string[] = [];
  renameProcessed("/no/such/file", true, logTo(lines));
  assertStringIncludes(
    lines.join(""),
    "W: cannot rename file '/no/such/file' to '/no/such/file.done': no such file",
  );
});

Deno.test("renameProcessed() leaves alone what is no regular file, and what belongs to the system", async () => {
  const folder = Deno.makeTempDirSync();
  const lines: string[] = [];
  await new Deno.Command("mkfifo", { args: [`${folder}/fifo`] }).output();
  for (const path of [`${folder}/fifo`, "/dev/stdin", "/dev/null"]) {
    renameProcessed(path, true, logTo(lines));
    Deno.lstatSync(path);
    assertEquals(lines.splice(0), [`W: not renaming '${path}': it is not a regular file\n`]);
  }
  Deno.removeSync(folder, { recursive: true });
});
