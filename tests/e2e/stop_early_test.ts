/** Signals that come before anything is sent: the run ends at once, and says so in order. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { eventsOf, summaryOf } from "../peers/events.ts";
import { STORESCU } from "../peers/available.ts";
import { tarFile } from "../peers/made_up_archives.ts";
import { imageFile, joined } from "../peers/made_up_files.ts";
import { runProgram, runStorescu } from "../peers/run_storescu.ts";
import { startScriptedPeer } from "../peers/scripted_peer.ts";
import { waitFor } from "../peers/wait_for.ts";

Deno.test("one signal or several end a run that is still listing what an archive holds", async () => {
  const folder = await Deno.makeTempDir({ prefix: "storescu-stop-" });
  try {
    // Six gigabytes of zeros, in parts that are compressed once.
    const [parts, partBytes] = [60, 100 * 1024 * 1024];
    const part = gzipSync(new Uint8Array(partBytes));
    const first = tarFile([{ name: "a.dcm", content: imageFile() }], 0);
    const head = tarFile([{ name: "zeros", claimedBytes: parts * partBytes }], 0);
    const archive = joined([gzipSync(first), gzipSync(head), ...Array.from({ length: parts }, () => part)]);
    await Deno.writeFile(`${folder}/big.tgz`, archive);
    for (const [most, ...options] of [[Infinity], [1], [1, "-R"], [1, "--dry-run"]] as const) {
      let ended = false;
      let stopping: Promise<void> | undefined;
      const args = ["--json", ...options, "127.0.0.1", "104", `${folder}/big.tgz`];
      const { code, stdout, stderr } = await runStorescu(args, {
        onStart: (pid) => void (stopping = stopUpTo(most, pid, () => ended)),
      });
      ended = true;
      await stopping;
      assertEquals(code, 143, stderr);
      assertMatch(stderr, /^W: SIGTERM: ending/m);
      const { outcomes, files, stoppedBy } = summaryOf(eventsOf(stdout));
      // What it has come across by then: the first member, or not even that.
      assert(files <= 1, `${files} files`);
      assertEquals([outcomes.notSent, stoppedBy], [files, "SIGTERM"]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** From when it listens on. */
async function stopUpTo(most: number, pid: number, ended: () => boolean): Promise<void> {
  const listens = () => {
    const [, caught = "0"] = /^SigCgt:\s*(\w+)$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
    return (BigInt(`0x${caught}`) >> 14n & 1n) === 1n;
  };
  await waitFor("a listener for SIGTERM", listens);
  for (let signals = 0; signals < most && !ended(); signals++) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    try {
      Deno.kill(pid, "SIGTERM");
    } catch {
      return; // it has ended
    }
  }
}

for (const task of ["--echo", "--probe"]) {
  Deno.test(`a signal ends ${task} that waits for a silent peer`, async () => {
    await using peer = startScriptedPeer([{ read: "associateRq" }, { stall: true }]);
    let stopping: Promise<void> | undefined;
    const { code, stdout } = await runStorescu([task, "--json", "127.0.0.1", String(peer.port)], {
      onStart: (pid) => {
        stopping = waitFor("the request", () => peer.connections[0]?.pdus.length === 1)
          .then(() => Deno.kill(pid, "SIGINT"));
      },
    });
    await stopping;
    assertEquals(code, 130);
    assertEquals(summaryOf(eventsOf(stdout)).stoppedBy, "SIGINT");
  });
}

for (
  const [ignored, ending, code] of [["HUP", "TERM", 143], ["INT", "HUP", 129], [
    "TERM HUP",
    "INT",
    130,
  ]] as const
) {
  Deno.test({
    name: `what the program was started to ignore (${ignored}) stays ignored`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using peer = startScriptedPeer([{ read: "associateRq" }, { stall: true }]);
      const script = `trap "" ${ignored}; exec "$0" "$@"`;
      await using folder = await temporaryFolder();
      const report = ["--report", `${folder.path}/report.json`]; // for which signals are listened for, too
      const args = ["-c", script, STORESCU, "--echo", ...report, "127.0.0.1", String(peer.port)];
      let stopping: Promise<void> | undefined;
      const { code: ended, stderr } = await runProgram("/bin/sh", args, {
        onStart: (pid) => {
          stopping = waitFor("the request", () => peer.connections[0]?.pdus.length === 1).then(() => {
            for (const name of ignored.split(" ")) Deno.kill(pid, `SIG${name}` as Deno.Signal);
            Deno.kill(pid, `SIG${ending}`);
          });
        },
      });
      await stopping;
      assertEquals([ended, stderr.match(/SIG[A-Z]+/g)], [code, [`SIG${ending}`]], stderr);
    },
  });
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "storescu-stop-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
