/** --journal, by killing real runs. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import { STORESCU } from "../peers/available.ts";
import { makeStudy, startCountingPeer } from "../peers/counting_peer.ts";
import { tarFile, zipFile } from "../peers/made_up_archives.ts";
import { imageFile } from "../peers/made_up_files.ts";
import { runProgram, runStorescu } from "../peers/run_storescu.ts";
import { waitFor } from "../peers/wait_for.ts";
import { withFolder } from "../with_folder.ts";

const KILLS = 50;

Deno.test("a run that is killed 50 times loses nothing, and sends at most one file a kill twice", async () => {
  const files = 1500;
  await using study = await makeStudy(files);
  await using peer = startCountingPeer({ responseDelayMs: 2 });
  const journal = `${study.path}/journal`;
  const argv = ["--journal", journal, "+sd", "127.0.0.1", String(peer.port), study.files];
  let kills = 0;
  while (kills < KILLS && peer.missing(files).length > 100) {
    const before = peer.arrivals.size;
    const lives = 1 + Math.floor(Math.random() * 40);
    const { code } = await runStorescu(argv, {
      onStart: (pid) => {
        // Dies at some byte of what it does after so many more instances.
        waitFor("more instances", () => peer.arrivals.size >= before + lives).then(() =>
          Deno.kill(pid, "SIGKILL")
        );
      },
    });
    assertEquals(code, 137);
    kills++;
  }
  assertEquals(kills, KILLS, `only ${kills} kills before the files came to an end`);
  const last = await runStorescu(["-v", ...argv]);
  assertEquals(last.code, 0, last.stderr);
  assertEquals(peer.missing(files), []);
  assert(peer.doubles() <= KILLS, `${peer.doubles()} doubles after ${KILLS} kills`);
  const again = await runStorescu(["-v", ...argv]);
  assertEquals(again.code, 0, again.stderr);
  assertMatch(again.stderr, new RegExp(`^I: ${files} files: ${files} skipped$`, "m"));
});

Deno.test("two runs on one journal: the second is refused in a clear line, and sends nothing", async () => {
  await using study = await makeStudy(20);
  await using peer = startCountingPeer({ responseDelayMs: 50 });
  const argv = ["--journal", `${study.path}/journal`, "+sd", "127.0.0.1", String(peer.port), study.files];
  const first = runStorescu(argv);
  await waitFor("the first run to be under way", () => peer.arrivals.size > 0);
  const second = await runStorescu(argv);
  assertEquals(second.code, 1);
  assertMatch(second.stderr, /^E: journal .* is in use by another run/m);
  assertEquals((await first).code, 0);
  assertEquals(peer.doubles(), 0);
});

Deno.test("a changed file is sent again, an unchanged one is not", async () => {
  await using study = await makeStudy(3);
  await using peer = startCountingPeer();
  const argv = ["--journal", `${study.path}/journal`, "+sd", "127.0.0.1", String(peer.port), study.files];
  assertEquals((await runStorescu(argv)).code, 0);
  await Deno.utime(`${study.files}/00002.dcm`, 1, 1);
  const again = await runStorescu(["-v", ...argv]);
  assertMatch(again.stderr, /^I: 3 files: 1 stored, 2 skipped$/m);
  assertEquals(peer.doubles(), 1);
});

Deno.test("a journal on a full disk ends the run with a line, and what was sent is counted", async () => {
  await using study = await makeStudy(3);
  await using peer = startCountingPeer();
  const { code, stderr } = await runStorescu(
    ["--journal", "/dev/full", "+sd", "127.0.0.1", String(peer.port), study.files],
  );
  assertEquals(code, 1);
  assertMatch(stderr, /^E: .*journal.*\/dev\/full/m);
});

Deno.test("when everything is stored the peer is not bothered, nor need it be there; +rn makes good what was not renamed", async () => {
  await using study = await makeStudy(3);
  const argv = ["-v", "--journal", `${study.path}/journal`];
  let port: string;
  {
    await using peer = startCountingPeer();
    port = String(peer.port);
    assertEquals((await runStorescu([...argv, "+sd", "127.0.0.1", port, study.files])).code, 0);
  }
  for (const more of [["+sd"], ["-R", "+sd"], ["+rn", "+sd"]]) {
    const { code, stderr } = await runStorescu([...argv, ...more, "127.0.0.1", port, study.files]);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^I: nothing is left to be sent$/m);
    assertMatch(stderr, /^I: 3 files: 3 skipped$/m);
    assert(!stderr.includes("Association"), stderr);
  }
  const names = [...Deno.readDirSync(study.files)].map(({ name }) => name);
  assertEquals(names.filter((name) => name.endsWith(".dcm.done")).length, 3, names.join());
});

Deno.test("an empty spool is no failure: nobody is bothered, and nothing is told but with -v", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/spool/sub`, { recursive: true });
    await Deno.writeTextFile(`${folder}/list`, "\n");
    const run = (...args: string[]) => runStorescu(args, { cwd: folder });
    const spool = ["+sd", "+r", "127.0.0.1", "1", "spool"];
    const list = ["--files-from", "list", "127.0.0.1", "1"];
    for (const keeps of [["--journal", "j"], ["+rn"]]) {
      for (const files of [spool, list]) {
        const quiet = await run(...keeps, ...files);
        assertEquals([quiet.code, quiet.stderr], [0, ""]);
        const { code, stderr } = await run("-v", ...keeps, ...files);
        assertEquals([code, stderr.match(/Association|^[^ID]:/m)], [0, null], stderr);
        assertMatch(stderr, /^I: nothing is left to be sent$/m);
        const dry = await run("--dry-run", ...keeps, ...files);
        assertEquals([dry.code, dry.stdout], [
          0,
          "no association would be requested: nothing is left to be sent\n" +
          "nothing was sent: 0 files looked at: 0 would be sent, 0 skipped, 0 cannot be sent\n",
        ]);
      }
    }
    for (const mistake of [spool, list, ["+rn", "127.0.0.1", "1", "spool"], ["+rn", ...spool, "gone.dcm"]]) {
      assertEquals((await run("-nh", ...mistake)).code, 1, mistake.join(" "));
    }
    await Deno.writeFile(`${folder}/spool/sub/1.dcm.done`, imageFile());
    assertEquals((await run("+rn", ...spool)).code, 0);
  });
});

Deno.test("a dry run knows that nothing is left, as the run itself would", async () => {
  await using study = await makeStudy(2);
  await using peer = startCountingPeer();
  const argv = ["--journal", `${study.path}/journal`, "+sd", "127.0.0.1", String(peer.port), study.files];
  assertMatch((await runStorescu(["--dry-run", ...argv])).stdout, /^association 1 would propose 128 /m);
  assertEquals((await runStorescu(argv)).code, 0);
  await Deno.writeTextFile(`${study.files}/notes.txt`, "nothing to send");
  const { code, stdout } = await runStorescu(["--dry-run", ...argv]);
  assertEquals([code, stdout.split("\n").slice(3)], [0, [
    "no association would be requested: nothing is left to be sent",
    "nothing was sent: 3 files looked at: 0 would be sent, 3 skipped, 0 cannot be sent",
    "",
  ]]);
});

Deno.test("what is no DICOM file in the folder, such as the journal itself, is no reason to bother the peer", async () => {
  await using study = await makeStudy(2);
  await Deno.writeTextFile(`${study.files}/00000-README.txt`, "nothing to send");
  await Deno.writeTextFile(`${study.files}/notes.txt`, "nothing to send");
  const argv = ["-v", "--journal", `${study.files}/journal`, "+sd", "127.0.0.1"];
  let port: string;
  {
    await using peer = startCountingPeer();
    port = String(peer.port);
    assertEquals((await runStorescu([...argv, port, study.files])).code, 0);
  }
  const { code, stderr } = await runStorescu([...argv, port, study.files]);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^I: nothing is left to be sent$/m);
  assertMatch(stderr, /^I: 5 files: 5 skipped$/m);
  assert(!stderr.includes("Association"), stderr);
});

Deno.test("when the peer is away, what is stored counts as such, and only the rest as not sent", async () => {
  await using study = await makeStudy(3);
  const argv = ["-v", "--journal", `${study.path}/journal`, "+sd", "127.0.0.1"];
  let port: string;
  {
    await using peer = startCountingPeer();
    port = String(peer.port);
    assertEquals((await runStorescu([...argv, port, study.files])).code, 0);
  }
  await Deno.utime(`${study.files}/00001.dcm`, 1, 1);
  const { code, stderr } = await runStorescu([...argv, port, study.files]);
  assertEquals(code, 1);
  assertMatch(stderr, /^I: 3 files: 2 skipped, 1 not sent$/m);
});

Deno.test({
  name: "beyond the limit of file sizes (ulimit -f) a run ends in order, and the next one goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    const files = 20;
    await using study = await makeStudy(files);
    await using peer = startCountingPeer();
    const argv = ["--journal", `${study.path}/journal`, "+sd", "127.0.0.1", String(peer.port), study.files];
    const limited = await runProgram("/bin/sh", ["-c", 'ulimit -f 1; exec "$0" "$@"', STORESCU, ...argv], {});
    assertEquals(limited.code, 1, limited.stderr);
    assertMatch(limited.stderr, /^E: cannot write journal .*: File too large$/m);
    assertMatch(limited.stderr, /^E: {3}not sent: +\d+ files/m);
    const { code, stderr } = await runStorescu(argv);
    assertEquals(code, 0, stderr);
    assertEquals(peer.missing(files), []);
  },
});

/** Archives of images `first` to `first` + 5. */
const ARCHIVES: Readonly<Record<string, (first: number) => Uint8Array>> = {
  "a.zip": (first) => zipFile(membersFrom(first)),
  "a.tar": (first) => tarFile(membersFrom(first)),
  "a.tar.gz": (first) => gzipSync(tarFile(membersFrom(first))),
};

function membersFrom(first: number): { readonly name: string; readonly content: Uint8Array<ArrayBuffer> }[] {
  return Array.from({ length: 6 }, (_, index) => ({
    name: String(index),
    content: imageFile({ number: first + index }),
  }));
}

for (const [name, archive] of Object.entries(ARCHIVES)) {
  Deno.test(`${name} that is replaced while it is sent: nothing of the new one is taken for sent, nor renamed`, async () => {
    await using study = await makeStudy(0);
    await using peer = startCountingPeer({ responseDelayMs: 150 });
    const path = `${study.path}/${name}`;
    await Deno.writeFile(path, archive(1));
    const argv = ["-nh", "--journal", `${study.path}/journal`, "+rn", "127.0.0.1", String(peer.port), path];
    const running = runStorescu(argv);
    await waitFor("the first member to arrive", () => peer.arrivals.size > 0);
    await Deno.writeFile(`${path}.new`, archive(7));
    await Deno.rename(`${path}.new`, path);
    const first = await running;
    assertMatch(first.stderr, /^W: not renaming file .*: it is not the one any more that was sent$/m);
    assertEquals(
      peer.missing(12).length >= 6,
      true,
      "members of the new one went with the places of the old one",
    );
    // A stream that was begun goes on; what has to be opened anew is not there any more.
    if (name !== "a.tar.gz") {
      assertEquals(first.code, 1);
      assertMatch(first.stderr, /: cannot read it: it was changed since this run looked at it first$/m);
    }
    const second = await runStorescu(argv);
    const old = peer.missing(6);
    assertEquals(
      [second.code, second.stderr, peer.missing(12)],
      [0, "", old],
      "all of the new one has arrived",
    );
    assertEquals([...Deno.readDirSync(study.path)].map((entry) => entry.name).includes(`${name}.done`), true);
  });
}
