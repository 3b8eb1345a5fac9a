/** What the operator can do to a run: many operands, odd names, a bare environment, disks that are full or must not be written to. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { associateAcBytes, RELEASE_RP, storeRsp } from "../peers/answers.ts";
import { STORESCU } from "../peers/available.ts";
import { makeStudy, startCountingPeer } from "../peers/counting_peer.ts";
import { eventsOf, eventsOfReport, fileEvents, summaryOf } from "../peers/events.ts";
import { imageFile, writeSparseImage } from "../peers/made_up_files.ts";
import { runProgram, type RunResult, runStorescu } from "../peers/run_storescu.ts";
import { type Seen, startScriptedPeer } from "../peers/scripted_peer.ts";
import { waitFor } from "../peers/wait_for.ts";

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
    assertMatch(
      full.stderr,
      /^E: cannot write journal .*: File too large\nE: hint: .* will be sent again .*\n(.*\n)*E: \d+ files were not [a-z]+$/m,
    );
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

Deno.test({
  name: "a file of log lines that is full does not end a run, neither in the middle nor at the first line",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using study = await makeStudy(20);
    for (const held of [0, 1024]) {
      await using peer = startCountingPeer();
      const log = `${study.path}/log`;
      await Deno.writeFile(log, new Uint8Array(held));
      const script = `ulimit -f 2; exec "$0" "$@" 2>>${log}`; // the shell counts in blocks of 512 bytes
      const args = ["-d", "+sd", "127.0.0.1", String(peer.port), study.files];
      const { code } = await runProgram("/bin/sh", ["-c", script, STORESCU, ...args], {});
      assertEquals([code, peer.missing(20), (await Deno.stat(log)).size], [0, [], 1024]);
    }
  },
});

const ODD_NAMES = [
  "with a space.dcm",
  "with a\nnewline.dcm",
  "-minus.dcm",
  "+plus.dcm",
  "@at.dcm",
  "%41.dcm",
  "a?b*.dcm",
  "#.dcm",
  "\u00e4\u65e5.dcm",
];

Deno.test("whatever files are called they are sent: as operands, from lists, found by scanning", async () => {
  await using study = await makeStudy(0);
  await Promise.all(
    ODD_NAMES.map((name, index) =>
      Deno.writeFile(`${study.files}/${name}`, imageFile({ number: index + 1 }))
    ),
  );
  const list = ODD_NAMES.map((name) => `${name}\0`).join("");
  const listed = `${study.path}/listed`;
  await Deno.writeTextFile(listed, list);
  const ways: readonly { readonly args: readonly string[]; readonly stdin?: string }[] = [
    { args: ["127.0.0.1", "PORT", ...ODD_NAMES.map((name) => `./${name}`)] },
    { args: ["--files-from", "-", "127.0.0.1", "PORT"], stdin: list },
    { args: ["--files-from", "/dev/stdin", "127.0.0.1", "PORT"], stdin: list },
    { args: ["--files-from", listed, "127.0.0.1", "PORT"] },
    { args: ["+sd", "127.0.0.1", "PORT", "."] },
  ];
  for (const { args, ...options } of ways) {
    await using peer = startCountingPeer();
    const { code, stderr } = await runStorescu(args.map((arg) => arg === "PORT" ? String(peer.port) : arg), {
      ...options,
      cwd: study.files,
      timeoutSeconds: 20,
    });
    assertEquals([code, stderr, peer.missing(ODD_NAMES.length)], [0, "", []]);
  }
});

/** What happens to a file while it is sent, and whether all of what it was has reached the peer then. */
const CHANGES: readonly {
  readonly name: string;
  readonly change: (path: string) => Promise<void>;
  readonly says: RegExp | undefined;
}[] = [
  { name: "deleted", change: (path) => Deno.remove(path), says: undefined },
  {
    name: "replaced",
    async change(path) {
      await Deno.writeFile(`${path}.new`, imageFile({ number: 2 }));
      await Deno.rename(`${path}.new`, path);
    },
    says: undefined,
  },
  { name: "truncated", change: (path) => Deno.truncate(path, 5000), says: /shrank while it was being sent/ },
  {
    name: "lengthened",
    change: (path) => Deno.writeFile(path, new Uint8Array(1000), { append: true }),
    says: /was changed while it was being sent/,
  },
  {
    name: "written to",
    async change(path) {
      using file = await Deno.open(path, { write: true });
      await file.seek(-10, Deno.SeekMode.End);
      await file.write(new Uint8Array(10));
    },
    says: /was changed while it was being sent/,
  },
];

for (const { name, change, says } of CHANGES) {
  Deno.test(`a file that is ${name} while it is sent arrives as it was, or not at all`, async () => {
    await using study = await makeStudy(0);
    const path = `${study.files}/large.dcm`;
    await writeSparseImage(path, 50_000_000);
    const { size } = await Deno.stat(path);
    let goOn = () => {};
    const changed = new Promise<void>((resolve) => goOn = resolve);
    await using peer = startScriptedPeer([
      { read: "associateRq" },
      { send: (seen) => associateAcBytes(seen.rq()) },
      { read: "pDataTf" },
      { waitFor: () => changed },
      ...says === undefined ? [{ read: "message" } as const, { send: answerTo } as const] : [],
      { read: says === undefined ? "releaseRq" : "abort" },
      ...says === undefined ? [{ send: RELEASE_RP }] : [],
    ]);
    const running = runStorescu(["127.0.0.1", String(peer.port), path]);
    await waitFor(
      "the first P-DATA-TF",
      () => peer.connections[0]?.pdus.some(({ type }) => type === "pDataTf"),
    );
    await change(path);
    goOn();
    const { code, stderr } = await running;
    const { pdus, finished } = await peer.ended();
    assertEquals([code, finished], [says === undefined ? 0 : 1, true]);
    assertMatch(stderr, says ?? /^$/);
    const data = pdus.flatMap((pdu) => pdu.type === "pDataTf" ? pdu.pdvs : []).filter((pdv) =>
      !pdv.isCommand
    );
    const arrived = data.reduce((sum, { fragment }) => sum + fragment.length, 0);
    assertEquals(data.some(({ isLast }) => isLast), says === undefined);
    if (says === undefined) assert(arrived > 50_000_000 && arrived < size, `${arrived} of ${size} bytes`);
  });
}

function answerTo(seen: Seen): Uint8Array {
  const { contextId, ...rq } = seen.command();
  return storeRsp(contextId, rq, 0);
}

Deno.test("runs that are interrupted twice leave whole reports and whole files", async () => {
  await using study = await makeStudy(30);
  let arrived = () => {};
  let interrupted = 0;
  await using peer = startCountingPeer({ responseDelayMs: 5, before: () => arrived() });
  for (let round = 0; round < 10; round++) {
    const report = `${study.path}/report-${round}.json`;
    const args = ["--report", report, "+rn", "+sd", "127.0.0.1", String(peer.port), study.files];
    let left = 1 + 3 * round;
    let ended = false;
    let second: Promise<unknown> | undefined;
    const { code } = await runProgram(STORESCU, args, {
      onStart: (pid, stderr) => {
        arrived = () => {
          if (--left !== 0) return;
          interrupt(pid);
          // At once, or when the first one has been noticed.
          const isNoticed = () => round % 2 === 0 || ended || stderr().includes("SIGINT");
          second = waitFor("the first signal to be told", isNoticed).then(() => ended || interrupt(pid));
        };
      },
    });
    ended = true;
    await second;
    if (code === 130) interrupted++;
    const strays = Array.from(Deno.readDirSync(study.path), ({ name }) => name)
      .filter((name) => !/^(files|report-\d\.json)$/.test(name));
    assertEquals(strays, []);
    assertEquals(summaryOf(eventsOfReport(await Deno.readTextFile(report))).exitCode, code);
    const names = Array.from(Deno.readDirSync(study.files), ({ name }) => name);
    assertEquals(new Set(names.map((name) => name.slice(0, 9))).size, 30);
    for (const name of names) {
      assertMatch(name, /^\d{5}\.dcm(\.done)?$/);
      const [number, path] = [Number(name.slice(0, 5)), `${study.files}/${name}`];
      assertEquals(Deno.readFileSync(path), imageFile({ number, pixelBytes: 128 }));
      // To be sent again in the next round.
      Deno.renameSync(path, path.replace(/\.done$/, ""));
    }
  }
  assert(interrupted > 0, "every run had ended before");
});

function interrupt(pid: number): void {
  try {
    Deno.kill(pid, "SIGINT");
  } catch {
    // it has ended
  }
}

Deno.test("a file that +rn cannot rename: the log says what comes of that, the event that it is so", async () => {
  await using study = await makeStudy(2);
  await using peer = startCountingPeer();
  await Deno.writeTextFile(`${study.files}/00001.dcm.done`, "there before");
  const args = ["+rn", "--json", "+sd", "127.0.0.1", String(peer.port), study.files];
  const { code, stdout, stderr } = await runStorescu(args);
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^W: cannot rename file .*: a file of that name is already there\nW: hint: .*it will be sent again by the next run.*: move /,
  );
  const events = fileEvents(eventsOf(stdout)).map(({ outcome, notRenamed }) => [outcome, notRenamed]);
  assertEquals(events.length, 2);
  assertEquals(events.filter(([, why]) => why !== undefined), [[
    "stored",
    "a file of that name is already there",
  ]]);
});

Deno.test("+rn does not rename what has taken the place of the file that was sent", async () => {
  await using study = await makeStudy(1);
  await using peer = startCountingPeer({ responseDelayMs: 300 });
  const path = `${study.files}/00001.dcm`;
  const running = runStorescu(["+rn", "127.0.0.1", String(peer.port), path]);
  await waitFor("the file to arrive", () => peer.arrivals.size > 0);
  const anew = imageFile({ number: 2 });
  await Deno.writeFile(`${study.path}/anew`, anew);
  await Deno.rename(`${study.path}/anew`, path);
  const { code, stderr } = await running;
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^W: not renaming file '.*00001\.dcm': it is not the one any more that was sent$/m);
  assertEquals(await Deno.readFile(path), anew);
});

Deno.test({
  name: "a signal ends a run that waits for whoever is to write to a FIFO",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using study = await makeStudy(1);
    await using peer = startCountingPeer();
    await runProgram("mkfifo", [`${study.path}/fifo`], {});
    const files = [`${study.files}/00001.dcm`, `${study.path}/fifo`];
    let stopping: Promise<void> | undefined;
    const { code, stderr } = await runStorescu(["-v", "127.0.0.1", String(peer.port), ...files], {
      onStart: (pid) => {
        stopping = waitFor("the file before it", () => peer.arrivals.size === 1)
          .then(() => Deno.kill(pid, "SIGTERM"));
      },
    });
    await stopping;
    assertEquals(code, 143, stderr);
    assertMatch(stderr, /^I: Releasing Association$/m);
    assertMatch(stderr, /^I: 2 files: 1 stored, 1 not sent$/m);
  },
});

Deno.test("with too few file descriptors for so many associations fewer do the work, and no file is blamed", async () => {
  await using study = await makeStudy(200);
  await using peer = startCountingPeer();
  const script = 'ulimit -n 40; exec "$0" "$@"';
  const args = ["--jobs", "40", "-nh", "+rn", "+sd", "127.0.0.1", String(peer.port), study.files];
  const { code, stderr } = await runProgram("/bin/sh", ["-c", script, STORESCU, ...args], {});
  assertMatch(
    stderr,
    /^W: going on with fewer associations: .*Too many open files\nW: hint: raise the limit of open files .*\n$/,
  );
  assertEquals([code, peer.missing(200), peer.doubles()], [0, [], 0]);
  const names = [...Deno.readDirSync(study.files)].map(({ name }) => name);
  assertEquals(names.filter((name) => !name.endsWith(".done")), []);
});

Deno.test("files that vanish from a folder after they were counted are told by name, and those that arrive wait for the next run", async () => {
  await using study = await makeStudy(6);
  const goOn = Promise.withResolvers<void>();
  await using peer = startCountingPeer({ responseDelayMs: 200, before: () => goOn.resolve() });
  const report = `${study.path}/report.json`;
  const args = ["-nh", "--report", report, "+sd", "127.0.0.1", String(peer.port), study.files];
  const running = runStorescu(args);
  await goOn.promise;
  for (const number of [4, 5]) await Deno.remove(`${study.files}/0000${number}.dcm`);
  for (const number of [7, 8]) {
    await Deno.writeFile(`${study.files}/0000${number}.dcm`, imageFile({ number }));
  }
  const { code, stderr } = await running;
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /00004\.dcm: cannot read it: no such file or folder/);
  const events = eventsOfReport(await Deno.readTextFile(report));
  const files = events.flatMap((event) =>
    event.event === "file" ? [`${event.path.slice(-9)} ${event.outcome}`] : []
  );
  assertEquals(
    files.toSorted(),
    [1, 2, 3, 4, 5, 6].map((number) =>
      `0000${number}.dcm ${number === 4 || number === 5 ? "unreadable" : "stored"}`
    ),
  );
  assertEquals(summaryOf(events).files, 6);
});
