/** What the operator can do to a run: many operands, odd names, a bare environment, disks that are full or must not be written to. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { STORESCU } from "../peers/available.ts";
import { makeStudy, startCountingPeer } from "../peers/counting_peer.ts";
import { runProgram, type RunResult, runStorescu } from "../peers/run_storescu.ts";

Deno.test("10,000 operands on the command line", async () => {
  await using study = await makeStudy(10_000);
  await using peer = startCountingPeer();
  const names = Array.from(Deno.readDirSync(study.files), ({ name }) => name).sort();
  const { code, stderr } = await runStorescu(["127.0.0.1", String(peer.port), ...names], {
    cwd: study.files,
  });
  assertEquals([code, stderr], [0, ""]);
  assertEquals([names.length, peer.arrivals.size, peer.missing(10_000), peer.doubles()], [
    10_000,
    10_000,
    [],
    0,
  ]);
});

/** Files that the program writes may hold so many bytes and no more, as on a disk that fills up. */
function runOnSmallDisk(lengthBytes: number, args: readonly string[]): Promise<RunResult> {
  const script = `ulimit -f ${lengthBytes / 512}; trap '' XFSZ; exec "$0" "$@"`;
  return runProgram("/bin/sh", ["-c", script, STORESCU, ...args], {});
}

Deno.test("a journal that the disk has no more room for ends the run, and the exit code tells; the next run goes on", async () => {
  for (const jobs of ["1", "4"]) {
    await using study = await makeStudy(200);
    await using peer = startCountingPeer();
    const journal = `${study.path}/journal`;
    const args = ["--journal", journal, "--jobs", jobs, "+sd", "127.0.0.1", String(peer.port), study.files];
    const full = await runOnSmallDisk(4096, args);
    assertEquals(full.code, 1);
    assertMatch(full.stderr, /^E: cannot write journal .*: File too large\nE: \d+ files were not sent$/m);
    const sent = peer.arrivals.size;
    assert(sent > 10 && sent < 60, `${sent} sent`);

    const again = await runStorescu(args);
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals(peer.missing(200), []);
    // The one whose line did not fit, and those that were under way then.
    assert(peer.doubles() >= 1 && peer.doubles() <= Number(jobs), `${peer.doubles()} doubles`);
    const lines = (await Deno.readTextFile(journal)).split("\n");
    assertEquals([lines.length, lines[0], lines.at(-1)], [202, "storescu-journal 1", ""]);
  }
});
