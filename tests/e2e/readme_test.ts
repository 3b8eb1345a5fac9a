/** Every command that README shows is run: those of the program itself against a peer, in a folder made for it. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeStudy, startCountingPeer } from "../peers/counting_peer.ts";
import { STORESCU } from "../peers/available.ts";

const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** The lines of README's shell blocks that call the program, without comments. */
function commands(): string[] {
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
  return blocks.join("\n").split("\n").map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line.startsWith("storescu "));
}

Deno.test("README shows commands", () => {
  assertEquals(commands().length >= 6, true);
  assertStringIncludes(readme, "sh scripts/demo");
  assertStringIncludes(readme, "sh scripts/test");
});

for (const command of commands().filter((line) => !line.includes("+tla"))) {
  Deno.test(`README's command works: ${command}`, async () => {
    await using study = await makeStudy(3);
    await using peer = startCountingPeer();
    const folder = study.path;
    for (const name of ["image.dcm", "a.dcm", "b.dcm"]) {
      await Deno.copyFile(`${study.files}/00001.dcm`, `${folder}/${name}`);
    }
    await Deno.rename(study.files, `${folder}/study`);
    const here = command
      .replace(/^storescu/, STORESCU)
      .replace("pacs.example 104", `127.0.0.1 ${peer.port}`)
      .replaceAll("/var/lib/gateway", folder)
      .replace("/spool/out", `${folder}/study`);
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", here],
      cwd: folder,
      stdout: "piped",
      stderr: "piped",
    })
      .output();
    assertEquals(code, 0, `${here}\n${new TextDecoder().decode(stderr)}`);
    assertEquals(peer.arrivals.size > 0, true);
  });
}
