/** What is told of a run: summary, progress, --json, --report, --metrics. Their contents are checked in every other test, too. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { associateAcBytes, storeRsp } from "../peers/answers.ts";
import { STORESCU } from "../peers/available.ts";
import { eventsOf, eventsOfReport, fileEvents, summaryOf } from "../peers/events.ts";
import { imageFile } from "../peers/made_up_files.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runProgram, runStorescu } from "../peers/run_storescu.ts";
import { startScriptedPeer } from "../peers/scripted_peer.ts";
import { freePort } from "../peers/started_process.ts";

/** A folder with images 1.dcm to N.dcm, and a text that is none. */
async function withImages(count: number, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-telling-" });
  try {
    for (let number = 1; number <= count; number++) {
      await Deno.writeFile(`${folder}/${number}.dcm`, imageFile({ number }));
    }
    await Deno.writeTextFile(`${folder}/notes.txt`, "nothing to send");
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const TIME = String.raw`\d+\.\d s`;

Deno.test("without a terminal a run that went well says nothing", async () => {
  await withImages(2, async (folder) => {
    await using peer = startRecordingPeer();
    const { code, stdout, stderr } = await runStorescu(["+sd", "127.0.0.1", String(peer.port), folder]);
    assertEquals([code, stdout, stderr], [0, "", ""]);
  });
});

Deno.test("a run in which something failed ends with a summary that names it", async () => {
  await withImages(3, async (folder) => {
    await using peer = startRecordingPeer({ statuses: [0, 0xa700, 0] });
    const args = ["-nh", "127.0.0.1", String(peer.port), "1.dcm", "2.dcm", "3.dcm"];
    const { code, stderr } = await runStorescu(args, { cwd: folder });
    assertEquals(code, 0xa7);
    assertMatch(
      stderr,
      new RegExp(
        "E: failures:\n" +
          "E:   refused: 2\\.dcm: status A700H, .*\n" +
          "E:     hint: the peer has no room.*\n" +
          `E: 3 files in ${TIME}, 904 B stored.*\n` +
          "E:   stored:  2 files, 904 B\n" +
          "E:   refused: 1 file, 452 B\n$",
      ),
    );
  });
});

Deno.test("-q leaves the summary out, -v has it in any case", async () => {
  await withImages(1, async (folder) => {
    await using peer = startRecordingPeer({ statuses: [0xc001] });
    const quiet = await runStorescu(["-q", "127.0.0.1", String(peer.port), "1.dcm"], { cwd: folder });
    assertEquals([quiet.code, quiet.stderr], [0xc0, ""]);
    await using good = startRecordingPeer();
    const verbose = await runStorescu(["-v", "127.0.0.1", String(good.port), "1.dcm"], { cwd: folder });
    assertMatch(verbose.stderr, new RegExp(`^I: 1 file in ${TIME}, 452 B stored`, "m"));
  });
});

Deno.test("--progress works without a terminal, in whole lines", async () => {
  await withImages(3, async (folder) => {
    await using peer = startRecordingPeer({ answerDelayMs: 500 });
    const args = ["--progress", "+sd", "127.0.0.1", String(peer.port), folder];
    const { code, stdout, stderr } = await runStorescu(args);
    assertEquals([code, stdout], [0, ""]);
    const lines = stderr.trimEnd().split("\n");
    assertMatch(lines[0] ?? "", /^[0-2]\/4 files {2}/);
    assertMatch(lines.at(-1) ?? "", /^4\/4 files {2}/);
    assertEquals(["\r", "\u001b"].filter((control) => stderr.includes(control)), []);
  });
});

Deno.test("with --json standard output holds the events and nothing else, whatever is logged", async () => {
  await withImages(2, async (folder) => {
    await using peer = startRecordingPeer();
    for (const level of ["-v", "-d", "-q"]) {
      const args = [level, "--json", "+sd", "127.0.0.1", String(peer.port), folder];
      const events = eventsOf((await runStorescu(args)).stdout);
      assertEquals(events.map(({ event }) => event), [
        "run",
        "association",
        "file",
        "file",
        "file",
        "summary",
      ]);
      const { outcomes, exitCode } = summaryOf(events);
      assertEquals([outcomes.stored, outcomes.skipped, exitCode], [2, 1, 0]);
    }
  });
});

Deno.test("with --json a self test and a mistake of the command line leave standard output alone, too", async () => {
  const tested = await runProgram(STORESCU, ["--json", "--selftest"], {});
  assertEquals([tested.code, tested.stdout], [0, ""]);
  assertMatch(tested.stderr, /^storescu self test: .*$/m);
  const mistake = await runProgram(STORESCU, ["--json", "--repeat", "0", "127.0.0.1", "104", "1.dcm"], {});
  assertEquals([mistake.code, mistake.stdout], [1, ""]);
  assertMatch(mistake.stderr, /--repeat/);
});

Deno.test("with --json not even a log configuration writes to standard output", async () => {
  await withImages(1, async (folder) => {
    await using peer = startRecordingPeer();
    const config = "log4cplus.rootLogger = INFO, C\nlog4cplus.appender.C = log4cplus::ConsoleAppender\n" +
      "log4cplus.appender.C.layout = log4cplus::SimpleLayout\n";
    await Deno.writeTextFile(`${folder}/log.cfg`, config);
    const args = ["-lc", "log.cfg", "127.0.0.1", String(peer.port), "1.dcm"];
    const { stdout, stderr } = await runStorescu(["--json", ...args], { cwd: folder });
    assertEquals(eventsOf(stdout).map(({ event }) => event), ["run", "association", "file", "summary"]);
    assertMatch(stderr, /^INFO - Requesting Association$/m);
    const plain = await runStorescu(args, { cwd: folder });
    assertMatch(plain.stdout, /^INFO - Requesting Association$/m);
  });
});

/** Runs that end early for one reason or another: the events say so, and every file has one. */
const EARLY_ENDS: readonly (readonly [what: string, args: readonly string[], reason: RegExp])[] = [
  [
    "a file that is not there",
    ["127.0.0.1", "1", "1.dcm", "gone.dcm", "2.dcm"],
    /cannot access file: gone\.dcm/,
  ],
  ["no file at all", ["127.0.0.1", "1", "."], /no input files/],
  ["no configuration file", ["-xf", "none", "P", "127.0.0.1", "1", "1.dcm"], /none/],
  ["no certificate", ["+tla", "+cf", "none.pem", "127.0.0.1", "1", "1.dcm", "2.dcm"], /none\.pem/],
  ["no journal", ["--journal", "none/j", "127.0.0.1", "1", "1.dcm"], /none\/j/],
];

for (const [what, args, reason] of EARLY_ENDS) {
  Deno.test(`the events of a run that ends early: ${what}`, async () => {
    await withImages(2, async (folder) => {
      const { code, stdout } = await runStorescu(["--json", ...args], { cwd: folder });
      const events = eventsOf(stdout);
      assertEquals(code, 1);
      assertMatch(summaryOf(events).reason ?? "", reason);
      const named = args.filter((arg) => arg.endsWith(".dcm"));
      assertEquals(fileEvents(events).map(({ path }) => path), named);
    });
  });
}

Deno.test("a peer that is not there: every file is accounted for", async () => {
  await withImages(3, async (folder) => {
    const args = ["--json", "+sd", "127.0.0.1", String(freePort()), folder];
    const events = eventsOf((await runStorescu(args)).stdout);
    const [, association] = events;
    assertEquals(association?.event === "association" && association.result, "failed");
    assertEquals(summaryOf(events).outcomes.notSent, 4);
  });
});

Deno.test("retries are told", async () => {
  await withImages(1, async (folder) => {
    const args = ["--json", "--retry", "2", "--retry-delay", "0", "127.0.0.1", String(freePort()), "1.dcm"];
    const events = eventsOf((await runStorescu(args, { cwd: folder })).stdout);
    const [first, second] = events.filter((event) => event.event === "retry");
    assertMatch(first?.reason ?? "", /refused/);
    assertEquals(second?.afterSeconds, 0);
  });
});

Deno.test("a report is written in the form its name asks for, also when things go wrong", async () => {
  await withImages(2, async (folder) => {
    await using peer = startRecordingPeer({ statuses: [0xa700] });
    // Each a second time, in the place of the first report.
    for (const name of ["r.json", "r.csv", "r.xml", "r.json", "r.csv", "r.xml"]) {
      const args = ["-nh", "--report", name, "127.0.0.1", String(peer.port), "1.dcm", "gone.dcm", "2.dcm"];
      assertEquals((await runStorescu(args, { cwd: folder })).code, 1);
    }
    const events = eventsOfReport(await Deno.readTextFile(`${folder}/r.json`));
    assertEquals(fileEvents(events).map(({ path, outcome }) => `${path} ${outcome}`), [
      "gone.dcm unreadable",
      "1.dcm refused",
      "2.dcm refused",
    ]);
    const rows = (await Deno.readTextFile(`${folder}/r.csv`)).trimEnd().split("\r\n");
    assertEquals(rows.map((row) => row.split(",").slice(0, 3).join()), [
      "path,outcome,status",
      "gone.dcm,unreadable,",
      "1.dcm,refused,A700",
      "2.dcm,refused,A700",
    ]);
    assertStringIncludes(await Deno.readTextFile(`${folder}/r.xml`), 'tests="3" failures="2" errors="1"');
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(names, ["1.dcm", "2.dcm", "notes.txt", "r.csv", "r.json", "r.xml"]);
  });
});

const UNWRITABLE = [
  [["--report", "none/r.json"], /cannot write none\/r\.json: no such file or folder/],
  [["--report", "r.txt"], /cannot tell what kind of report r\.txt is to be\nE: hint: .*\.json/],
  [
    ["--report", "/proc/self/r.json"],
    /cannot write .*: the runtime opens no files of \/dev, \/proc and \/sys$/m,
  ],
  [["--report", "."], /cannot tell what kind of report/],
  [["--metrics", "."], /cannot write \.: it is not a regular file/],
  [["--report", "r.json", "--metrics", "none/m"], /cannot write none\/m: no such file or folder/],
  [["--report", "r.json", "--metrics", "./r.json"], /--report and --metrics name the same file: \.\/r\.json/],
  [["--journal", "j.json", "--report", "j.json"], /--journal and --report name the same file: j\.json/],
] as const;

for (const [options, says] of UNWRITABLE) {
  Deno.test(`${options.join(" ")} is refused before anything is sent`, async () => {
    await withImages(1, async (folder) => {
      await using peer = startRecordingPeer();
      const args = [...options, "127.0.0.1", String(peer.port), "1.dcm"];
      const { code, stderr } = await runProgram(STORESCU, args, { cwd: folder });
      assertEquals(code, 1);
      assertMatch(stderr, says);
      assertEquals(peer.associations.length, 0);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["1.dcm", "notes.txt"]);
    });
  });
}

Deno.test("a log file that is the journal is refused before it is emptied", async () => {
  await withImages(1, async (folder) => {
    await using peer = startRecordingPeer();
    const args = ["--journal", "j", "127.0.0.1", String(peer.port), "1.dcm"];
    assertEquals((await runStorescu(args, { cwd: folder })).code, 0);
    const journal = await Deno.readTextFile(`${folder}/j`);
    const config = "log4cplus.rootLogger = INFO, F\nlog4cplus.appender.F = log4cplus::FileAppender\n" +
      "log4cplus.appender.F.File = ./j\nlog4cplus.appender.F.layout = log4cplus::SimpleLayout\n";
    await Deno.writeTextFile(`${folder}/log.cfg`, config);
    const { code, stderr } = await runStorescu(["-lc", "log.cfg", ...args], { cwd: folder });
    assertEquals(code, 1);
    assertMatch(stderr, /--journal and a log file of --log-config name the same file: \.\/j$/m);
    assertEquals(await Deno.readTextFile(`${folder}/j`), journal);
    assertEquals(peer.associations.length, 1);
  });
});

/** Runs the executable from a shell that does `how` with it: "$@" and redirections. */
function runFromShell(how: string, args: readonly string[], cwd: string) {
  return runProgram("/bin/sh", ["-c", how, "sh", STORESCU, ...args], { cwd });
}

Deno.test("a disk that is full costs the report and exit code 0, not the transfer", async () => {
  await withImages(30, async (folder) => {
    await using peer = startRecordingPeer();
    const reports = await Deno.makeTempDir({ prefix: "storescu-reports-" });
    const toPeer = ["127.0.0.1", String(peer.port)];
    const files = ["--report", `${reports}/r.json`, "--metrics", `${reports}/m.prom`];
    assertEquals((await runFromShell('"$@"', [...files, ...toPeer, "1.dcm"], folder)).code, 0);
    // No file may grow beyond 1024 bytes, and whoever tries is told instead of killed.
    const full = `trap '' XFSZ; ulimit -f 2; exec "$@"`;
    const { code, stderr } = await runFromShell(full, [...files, "+sd", ...toPeer, folder], folder);
    const lines = stderr.trimEnd().split("\n");
    const why = "File too large; that of an earlier run is removed";
    assertEquals(lines, [
      `E: cannot write report ${reports}/r.json: ${why}`,
      `E: cannot write metrics ${reports}/m.prom: ${why}`,
    ]);
    assertEquals([code, (await peer.stores()).length], [1, 31]);
    assertEquals([...Deno.readDirSync(reports)], []);
    await Deno.remove(reports);
  });
});

Deno.test("a file of something else is never taken for a report: a forgotten value costs no image", async () => {
  await withImages(2, async (folder) => {
    await using peer = startRecordingPeer();
    const image = await Deno.readFile(`${folder}/1.dcm`);
    await Deno.writeTextFile(`${folder}/notes.json`, '{"run":{"event":"walk"}}');
    for (
      const [option, name, kind] of [
        ["--metrics", "1.dcm", "metrics file"],
        ["--report", "notes.json", "report"],
      ] as const
    ) {
      const args = ["127.0.0.1", String(peer.port), option, name, "2.dcm", "1.dcm"];
      const { code, stderr } = await runProgram(STORESCU, args, { cwd: folder });
      assertEquals([code, stderr.replaceAll(Deno.realPathSync(folder), ".")], [
        1,
        `E: ./${name} is not a ${kind} of this program: it is left as it is\n` +
        `E: hint: give ${option} the name of a new file\n`,
      ]);
    }
    assertEquals(peer.associations.length, 0);
    assertEquals(await Deno.readFile(`${folder}/1.dcm`), image);
  });
});

Deno.test({
  name: "standard output that cannot be written is told once, and exit code 0 becomes 1",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await withImages(2, async (folder) => {
      await using peer = startRecordingPeer({ statuses: [0, 0, 0, 0, 0xa700] });
      const send = ["127.0.0.1", String(peer.port), "1.dcm", "2.dcm"];
      const loss = "E: cannot write to standard output: No space left on device\n";
      const cases: readonly (readonly [args: readonly string[], code: number])[] = [
        [["--json", ...send], 1],
        [["--json", "-v", ...send], 1],
        [["--json", ...send], 0xa7],
        [["--dry-run", ...send], 1],
        [["--probe", ...send], 1],
        [["--help"], 1],
        [["--version"], 1],
        [["--man"], 1],
        [["--completions", "zsh"], 1],
        [["--selftest"], 1],
      ];
      for (const [args, code] of cases) {
        const full = await runFromShell('exec "$@" >/dev/full', args, folder);
        assertEquals([full.code, full.stderr.split(loss).length], [code, 2], `${args}\n${full.stderr}`);
        assert(full.stderr.endsWith(loss), full.stderr);
      }
      assertEquals((await peer.stores()).length, 5);
      const quiet = await runFromShell(
        'exec "$@" >/dev/full',
        ["-q", "--json", "--dry-run", ...send],
        folder,
      );
      assertEquals([quiet.code, quiet.stderr], [1, ""]);
      for (const how of ['exec "$@" >&-', '"$@" | true']) {
        const gone = await runFromShell(how, ["--man"], folder);
        assertEquals([gone.code, gone.stderr], [0, ""], how);
      }
    });
  },
});

Deno.test({
  name: "a reader of --json that goes away has not been told everything, one of a text has seen enough",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withImages(2, async (folder) => {
      await using peer = startRecordingPeer();
      const send = ["127.0.0.1", String(peer.port), "1.dcm", "2.dcm"];
      // The reader has gone before the program begins.
      const how =
        'mkfifo gone; { read _ <gone; "$@"; echo "code $?" >&2; } | { exec <&-; echo >gone; }; rm gone';
      const json = await runFromShell(how, ["--json", ...send], folder);
      assertMatch(json.stderr, /^E: cannot write to standard output: Broken pipe.*\ncode 1\n$/);
      assertEquals((await peer.stores()).length, 2, "the transfer goes on");
      for (const args of [["--probe", ...send], ["--help"]]) {
        assertEquals((await runFromShell(how, args, folder)).stderr, "code 0\n");
      }
    });
  },
});

Deno.test("a release that fails is told with the counts, as every failure is", async () => {
  await withImages(1, async (folder) => {
    await using peer = startScriptedPeer([
      { read: "associateRq" },
      { send: (seen) => associateAcBytes(seen.rq()) },
      { read: "message" },
      {
        send: (seen) => {
          const { contextId, ...rq } = seen.command();
          return storeRsp(contextId, rq, 0);
        },
      },
      { read: "releaseRq" },
      { close: true },
    ]);
    const { code, stderr } = await runStorescu(["127.0.0.1", String(peer.port), "1.dcm"], { cwd: folder });
    assertEquals(code, 10);
    assertMatch(
      stderr,
      /^E: Association Release Failed: .*\n(E: .*\n)*E: 1 file in .*\nE: {3}stored: 1 file, 452 B\n$/,
    );
  });
});

Deno.test("metrics tell of the last run, and keep the last success", async () => {
  await withImages(1, async (folder) => {
    await using peer = startRecordingPeer({ statuses: [0, 0xa700] });
    const run = async () => {
      await runStorescu(["--metrics", "m.prom", "127.0.0.1", String(peer.port), "1.dcm"], { cwd: folder });
      return await Deno.readTextFile(`${folder}/m.prom`);
    };
    const value = (text: string, name: string, more = "") =>
      new RegExp(`^${name}\\{[^}]*${more}\\} (.*)$`, "m").exec(text)?.[1];
    const good = await run();
    const bad = await run();
    assertEquals(value(good, "storescu_last_run_files", 'outcome="stored"'), "1");
    assertEquals(value(bad, "storescu_last_run_files", 'outcome="refused"'), "1");
    assertEquals(value(bad, "storescu_last_run_exit_code"), "167");
    const success = value(good, "storescu_last_success_timestamp_seconds");
    assert(success !== undefined && Number(success) > 1.7e9);
    assertEquals(value(bad, "storescu_last_success_timestamp_seconds"), success);
  });
});

Deno.test("who tries something out does not replace what is told of the last run that sent", async () => {
  await withImages(1, async (folder) => {
    await using peer = startRecordingPeer();
    for (const kind of ["json", "csv", "xml"]) {
      const names = [`last.${kind}`, "m.prom"];
      const run = (more: readonly string[]) => {
        const files = ["--report", `last.${kind}`, "--metrics", "m.prom"];
        return runProgram(STORESCU, [...files, ...more, "127.0.0.1", String(peer.port), "1.dcm"], {
          cwd: folder,
        });
      };
      const contents = () => Promise.all(names.map((name) => Deno.readTextFile(`${folder}/${name}`)));
      assertEquals((await run([])).code, 0);
      const sent = await contents();
      for (const option of ["--dry-run", "--probe", "--echo"]) {
        const { code, stderr } = await run([option]);
        assertEquals([code, stderr.replaceAll(Deno.realPathSync(folder), ".")], [
          0,
          `W: ./last.${kind} is left as it is: it is for runs that send, and ${option} sends nothing\n` +
          "W: hint: give --report the name of another file\n" +
          `W: ./m.prom is left as it is: it is for runs that send, and ${option} sends nothing\n`,
        ]);
        assertEquals(await contents(), sent);
      }
      assertEquals((await run([])).code, 0);
      assert(
        (await contents()).every((text, index) => text !== sent[index] || kind === "csv" && index === 0),
      );
    }
    assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".part")), []);
  });
});

Deno.test("a report of what was tried out is replaced by the next one; metrics of it are never begun", async () => {
  await withImages(1, async (folder) => {
    for (const kind of ["json", "csv", "xml"]) {
      const files = ["--report", `try.${kind}`, "--metrics", "m.prom"];
      const args = [...files, "--dry-run", "127.0.0.1", "104", "1.dcm"];
      assertEquals((await runProgram(STORESCU, args, { cwd: folder })).code, 0);
      const first = Deno.statSync(`${folder}/try.${kind}`);
      const { code, stderr } = await runProgram(STORESCU, [...args, "gone.dcm", "-nh"], { cwd: folder });
      assert(code === 1 && !stderr.includes(`try.${kind}`), stderr);
      assert(Deno.statSync(`${folder}/try.${kind}`).size > first.size);
    }
    assertEquals([...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("m.prom")), []);
  });
});

Deno.test("a file's name forges no line, and reports keep it as it is", async () => {
  await withImages(1, async (folder) => {
    const stored = "a\nReceived Store Response (Success)";
    const bad = "b\r\x1b[31m\nE: forged";
    await Deno.rename(`${folder}/1.dcm`, `${folder}/${stored}`);
    await Deno.writeTextFile(`${folder}/${bad}`, "nothing to send");
    await using peer = startRecordingPeer();
    const whereTo = ["-nh", "127.0.0.1", String(peer.port), stored, bad];
    for (const args of [["-v", ...whereTo], ["-d", ...whereTo], whereTo, ["--dry-run", ...whereTo]]) {
      const { stdout, stderr } = await runStorescu(args, { cwd: folder });
      const lines = (stdout + stderr).split("\n");
      assertEquals(lines.filter((line) => line.startsWith("E: forged")), []);
      assert(!/[^\P{Cc}\n]/u.test(stdout + stderr), JSON.stringify(args));
      assertStringIncludes(stdout + stderr, "b..[31m.E: forged");
      if (args[0] !== "-v") continue;
      assertEquals(lines.filter((line) => line === "I: Received Store Response (Success)").length, 1);
      assertStringIncludes(stderr, "I: Sending file: a.Received Store Response (Success)\n");
    }
    const json = await runStorescu(["--json", ...whereTo], { cwd: folder });
    assertEquals(fileEvents(eventsOf(json.stdout)).map(({ path }) => path), [stored, bad]);
  });
});

Deno.test("a name in a mistake of the command line forges no line either", async () => {
  const { code, stderr } = await runStorescu(["--no\nerror: forged\x1b[31m", "127.0.0.1", "104", "a.dcm"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^error: .*--no\.error: forged\.\[31m/m);
});

Deno.test("a file whose name starts like an option is sent with ./ before it, and who leaves that out is told", async () => {
  await withImages(1, async (folder) => {
    await Deno.rename(`${folder}/1.dcm`, `${folder}/-dash.dcm`);
    await using peer = startRecordingPeer();
    const whereTo = ["127.0.0.1", String(peer.port)];
    const taken = await runStorescu([...whereTo, "-dash.dcm"], { cwd: folder });
    assertEquals(taken.code, 1);
    assertStringIncludes(
      taken.stderr,
      "\nhint: there is a file of that name: write ./-dash.dcm to send it\n",
    );
    const { code, stderr } = await runStorescu([...whereTo, "./-dash.dcm"], { cwd: folder });
    assertEquals([code, stderr], [0, ""]);
  });
});
