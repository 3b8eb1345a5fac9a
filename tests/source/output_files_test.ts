/** What one option writes is not what another one writes or reads, whatever it is called. */

import { assertEquals, assertThrows } from "@std/assert";
import { readCommand } from "../../lib/cli/command.ts";
import type { Settings } from "../../lib/cli/settings.ts";
import { Fault } from "../../lib/errors.ts";
import { OutputFiles } from "../../lib/source/output_files.ts";
import { withFolder } from "../with_folder.ts";

function settingsOf(line: string, folder: string): Settings {
  const command = readCommand(["127.0.0.1", "104", "a.dcm", ...line.replaceAll("@", folder).split(" ")], {
    readFile: () => new Uint8Array(),
    exists: () => false,
    variable: () => undefined,
  });
  if (command.kind !== "run") throw new Error(`${line} is no command to send`);
  return command.settings;
}

/** In a folder with there.json, link.json and hard.json, which are the same, and dangling.json, which leads to new.json. */
async function withLinks(use: (folder: string) => void): Promise<void> {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/there.json`, "");
    await Deno.symlink("there.json", `${folder}/link.json`);
    await Deno.link(`${folder}/there.json`, `${folder}/hard.json`);
    await Deno.symlink("./new.json", `${folder}/dangling.json`);
    await Deno.symlink("circle.json", `${folder}/circle.json`);
    await Deno.mkdir(`${folder}/sub`);
    await Deno.symlink("..", `${folder}/sub/up`);
    use(folder);
  });
}

const THE_SAME = [
  ["--journal", "--report", "--journal @/new.json --report @/new.json"],
  ["--journal", "--metrics", "--journal @/new.json --metrics @/sub/../new.json"],
  ["--report", "--metrics", "--metrics @/new.json --report @/./new.json"],
  ["--journal", "--report", "--journal @/there.json --report @/link.json"],
  ["--journal", "--report", "--journal @/there.json --report @/hard.json"],
  ["--journal", "--report", "--journal @/new.json --report @/dangling.json"],
  ["--journal", "--report", "--journal @/new.json --report @/sub/up/new.json"],
  ["--journal", "--report", "--journal @/circle.json --report @/circle.json"],
  ["--journal", "--report", "--journal @/none/j.json --report @/none/j.json"],
  ["--files-from", "--report", "--files-from @/there.json --report @/there.json"],
  ["--dicomdir", "--journal", "--dicomdir @/there.json --journal @/link.json"],
  ["--config-file", "--journal", "-xf @/there.json P --journal @/there.json"],
  ["--log-config", "--journal", "-lc @/there.json --journal @/there.json"],
  ["--enable-tls", "--journal", "+tls @/there.json cert --journal @/there.json"],
  ["--enable-tls", "--journal", "+tls key @/there.json --journal @/there.json"],
  ["--add-cert-file", "--journal", "+tla +cf a +cf @/there.json --journal @/there.json"],
  ["--add-crl-file", "--journal", "+tla +crl @/there.json --journal @/there.json"],
  ["--key-password-file", "--report", "+tls k c --key-password-file @/there.json --report @/there.json"],
  ["--password-file", "--report", "-usr us --password-file @/there.json --report @/there.json"],
  ["--saml", "--report", "--saml @/there.json --report @/there.json"],
] as const;

for (const [one, other, line] of THE_SAME) {
  Deno.test(`one file for two purposes is refused: ${line}`, async () => {
    await withLinks((folder) => {
      const fault = assertThrows(() => new OutputFiles(settingsOf(line, folder)), Fault);
      assertEquals([fault.kind, fault.message.startsWith(`${one} and ${other} name the same file: `)], [
        "usage",
        true,
      ], fault.message);
    });
  });
}

Deno.test("files of their own are not refused, nor are devices and standard input", async () => {
  await withLinks((folder) => {
    for (
      const line of [
        "--journal @/a --report @/there.json --metrics @/sub/a",
        "--files-from - --report @/-.json",
        "--files-from /dev/null --report /dev/null",
        "+cf @/there.json +cf @/there.json +tla --report @/new.json",
        "--journal @/a --report @/sub/there.json",
      ]
    ) new OutputFiles(settingsOf(line, folder));
  });
});

Deno.test("a log file is refused likewise", async () => {
  await withLinks((folder) => {
    const outputs = new OutputFiles(settingsOf("-lc @/log.cfg --journal @/there.json", folder));
    assertThrows(
      () => outputs.refuseTaken("a log file", `${folder}/link.json`),
      Fault,
      "--journal and a log",
    );
    assertThrows(
      () => outputs.refuseTaken("a log file", `${folder}/log.cfg`),
      Fault,
      "--log-config and a log",
    );
    outputs.refuseTaken("a log file", `${folder}/run.log`);
  });
});
