/** Archives, DICOMDIRs and lists through the whole executable: what arrives is what the files hold, and all is accounted for. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { haveTestFiles, PYDICOM_DATA } from "../peers/available.ts";
import { eventsOf, fileEvents, summaryOf } from "../peers/events.ts";
import { tarFile, zipFile } from "../peers/made_up_archives.ts";
import { imageFile, instanceUid, joined } from "../peers/made_up_files.ts";
import { readInstances } from "../peers/part10.ts";
import { type RecordingPeer, startRecordingPeer } from "../peers/recording_peer.ts";
import { type RunOptions, runProgram, type RunResult, runStorescu } from "../peers/run_storescu.ts";

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-inputs-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Sends, and answers what arrived: instance UIDs and data sets in order. */
async function sent(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult & { readonly uids: string[]; readonly dataSets: Uint8Array[] }> {
  await using peer: RecordingPeer = startRecordingPeer();
  const result = await runStorescu(
    ["--json", ...args.map((arg) => arg === "PORT" ? String(peer.port) : arg)],
    options,
  );
  const stores = await peer.stores();
  return {
    ...result,
    uids: stores.map(({ sopInstanceUid }) => sopInstanceUid),
    dataSets: stores.map(({ dataSet }) => dataSet),
  };
}

/** "path: outcome" of every file. */
function outcomes({ stdout }: RunResult): string[] {
  return fileEvents(eventsOf(stdout)).map(({ path, outcome }) => `${path}: ${outcome}`);
}

const BIG = imageFile({ number: 2, pixelBytes: 3_000_000 });
const MEMBERS = [
  { name: "one.dcm", content: imageFile({ number: 1 }) },
  { name: "sub/notes.txt", content: new TextEncoder().encode("no instance") },
  { name: "sub/big.dcm", content: BIG },
  { name: "../three.dcm", content: imageFile({ number: 3, encoding: "implicit" }) },
  { name: "packed.dcm.gz", content: gzipSync(imageFile({ number: 4 })) },
  { name: "inner.zip", content: zipFile([{ name: "x", content: imageFile({ number: 9 }) }]) },
  { name: "cut.dcm", content: imageFile({ number: 5 }).subarray(0, 700) },
];

const ARCHIVES = [
  ["a.zip", zipFile(MEMBERS)],
  ["stored.zip", zipFile(MEMBERS.map((member) => ({ ...member, method: 0 })))],
  ["a.tar", tarFile(MEMBERS)],
  ["a.tar.gz", gzipSync(tarFile(MEMBERS))],
] as const;

for (const [name, bytes] of ARCHIVES) {
  for (const more of [["-nh"], ["-nh", "-R"], ["-nh", "--repeat", "2", "--jobs", "3"]]) {
    Deno.test(`${name} with ${more.join(" ")} arrives member by member`, async () => {
      await withFolder(async (folder) => {
        await Deno.writeFile(`${folder}/${name}`, bytes);
        const result = await sent([...more, "127.0.0.1", "PORT", name], { cwd: folder });
        const rounds = more.includes("--repeat") ? 2 : 1;
        const uids = [1, 2, 3, 4].flatMap((number) =>
          Array.from({ length: rounds }, () => instanceUid(number))
        );
        assertEquals(result.uids.toSorted(), uids);
        const expected = [
          "one.dcm: stored",
          "sub/notes.txt: skipped",
          "sub/big.dcm: stored",
          "../three.dcm: stored",
          "packed.dcm.gz: stored",
          "inner.zip: skipped",
          "cut.dcm: unreadable",
        ].map((line) => `${name}!${line}`);
        // With -R the damaged member is found before anything is sent, once.
        const all = more.includes("--repeat") ? expected.flatMap((line) => [line, line]) : expected;
        assertEquals(outcomes(result).toSorted(), all.toSorted());
        assertEquals(result.code, 1);
        const big = result.dataSets[result.uids.indexOf(instanceUid(2))];
        assertEquals(big, BIG.subarray(BIG.length - (big?.length ?? 0)));
        const told = fileEvents(eventsOf(result.stdout)).find(({ path }) => path.endsWith("big.dcm"));
        assertEquals(told?.bytes, big?.length);
      });
    });
  }
}

Deno.test("a damaged archive is told, and with -nh what comes before the damage is sent", async () => {
  await withFolder(async (folder) => {
    for (const [name, bytes] of ARCHIVES) {
      await Deno.writeFile(`${folder}/${name}`, bytes.subarray(0, bytes.length - 900));
    }
    for (const [name] of ARCHIVES) {
      const strict = await sent(["127.0.0.1", "PORT", name], { cwd: folder });
      assertEquals([strict.code, strict.uids], [1, []], name);
      const says = `^F: (0001:000a )?${RegExp.escape(name)}: cannot (read the archive|inflate it): `;
      assertMatch(strict.stderr, new RegExp(says, "m"));
      assertMatch(strict.stderr, /^F: hint: /m);
      const lenient = await sent(["-nh", "127.0.0.1", "PORT", name], { cwd: folder });
      assertEquals(lenient.code, 1);
      // The directory of a zip file is at its end: without it nothing is known.
      if (name.endsWith(".tar")) assertEquals(lenient.uids, [1, 2, 3, 4].map(instanceUid));
      assert(outcomes(lenient).includes(`${name}: unreadable`));
    }
  });
});

Deno.test("members that cannot be read fail by themselves", async () => {
  await withFolder(async (folder) => {
    const members = [
      { name: "secret.dcm", content: imageFile({ number: 1 }), flags: 1 },
      { name: "wrong crc.dcm", content: imageFile({ number: 2, pixelBytes: 2_500_000 }), claimedCrc: 7 },
      { name: "fine.dcm", content: imageFile({ number: 3 }) },
    ];
    await Deno.writeFile(`${folder}/a.zip`, zipFile(members));
    const result = await sent(["-nh", "127.0.0.1", "PORT", "a.zip"], { cwd: folder });
    // What the CRC tells of is known only at the end: then the message is broken off, and nothing of it is stored.
    assertEquals(result.uids, [instanceUid(3)]);
    assertEquals(outcomes(result), [
      "a.zip!secret.dcm: unreadable",
      "a.zip!wrong crc.dcm: unreadable",
      "a.zip!fine.dcm: stored",
    ]);
    assertMatch(result.stderr, /hint: unpack the archive and send the files/);
  });
});

Deno.test("a member's name cannot forge log lines", async () => {
  await withFolder(async (folder) => {
    const name = "a\nF: something\u001b[31m.dcm";
    await Deno.writeFile(`${folder}/a.zip`, zipFile([{ name, content: imageFile() }]));
    const { stderr } = await sent(["-v", "127.0.0.1", "PORT", "a.zip"], { cwd: folder });
    assertStringIncludes(stderr, "I: Sending file: a.zip!a.F: something.[31m.dcm\n");
  });
});

Deno.test("archives found by scanning are not looked into, and that is said", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.zip`, ARCHIVES[0][1]);
    await Deno.writeFile(`${folder}/b.dcm`, imageFile({ number: 8 }));
    const result = await sent(["+sd", "127.0.0.1", "PORT", folder]);
    assertEquals([result.code, result.uids], [0, [instanceUid(8)]]);
    assertMatch(result.stderr, /^W: not looking into archive found by scanning: .*a\.zip\nW: hint: /m);
  });
});

Deno.test("with +rn an archive gets its new name when all of it has been dealt with", async () => {
  await withFolder(async (folder) => {
    const [zip = new Uint8Array(), tar = new Uint8Array()] = [
      zipFile([{ name: "1", content: imageFile() }, { name: "2", content: imageFile({ number: 2 }) }]),
      tarFile(MEMBERS),
    ];
    await Deno.writeFile(`${folder}/good.zip`, zip);
    await Deno.writeFile(`${folder}/bad.tar`, tar);
    await sent(["-nh", "+rn", "127.0.0.1", "PORT", "good.zip", "bad.tar"], { cwd: folder });
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "bad.tar.bad",
      "good.zip.done",
    ]);
  });
});

Deno.test("an archive that is empty, or of a kind that cannot be read, is told", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.dcm`, imageFile());
    await Deno.writeFile(`${folder}/empty.zip`, zipFile([]));
    await Deno.writeFile(`${folder}/empty.tgz`, gzipSync(new Uint8Array(10240)));
    await Deno.writeTextFile(`${folder}/a.7z`, "7z, or so");
    const empty = await sent(["127.0.0.1", "PORT", "empty.zip", "empty.tgz", "a.dcm"], { cwd: folder });
    assertEquals([empty.code, empty.uids.length], [0, 1]);
    assertMatch(empty.stderr, /^W: there is no file in archive empty\.zip\nW: .* archive empty\.tgz$/m);
    const other = await sent(["127.0.0.1", "PORT", "a.7z"], { cwd: folder });
    assertMatch(other.stderr, /^E: Bad DICOM file: a\.7z: it is not a DICOM.*\nE: hint: .*unpack it/m);
  });
});

Deno.test("the journal knows members of archives apart", async () => {
  await withFolder(async (folder) => {
    const same = [1, 2].map((number) => ({ name: "same.dcm", content: imageFile({ number }) }));
    await Deno.writeFile(`${folder}/a.zip`, zipFile(same));
    await using peer = startRecordingPeer();
    const args = ["--json", "--journal", "j", "127.0.0.1", String(peer.port), "a.zip"];
    const first = await runStorescu(args, { cwd: folder });
    assertEquals(summaryOf(eventsOf(first.stdout)).outcomes.stored, 2);
    const again = await runStorescu(args, { cwd: folder });
    assertEquals(summaryOf(eventsOf(again.stdout)).outcomes.skipped, 2);
    assertEquals((await peer.stores()).length, 2);
  });
});

Deno.test("an archive that would fill disk and memory does neither", async () => {
  await withFolder(async (folder) => {
    const zeros = new Uint8Array(300_000_000);
    await Deno.writeFile(
      `${folder}/bomb.zip`,
      zipFile([{ name: "zeros", content: zeros }, MEMBERS[0] ?? { name: "", content: zeros }]),
    );
    await Deno.writeFile(
      `${folder}/bomb.tgz`,
      gzipSync(joined([tarFile([{ name: "zeros", content: zeros }], 0), tarFile(MEMBERS)])),
    );
    for (const name of ["bomb.zip", "bomb.tgz"]) {
      const run = await sent(["-nh", "127.0.0.1", "PORT", name], { cwd: folder, watchMemory: true });
      assert(run.uids.includes(instanceUid(1)), name);
      assert(outcomes(run).includes(`${name}!zeros: unreadable`));
      // What zlib hands out is collected late, but it is collected: 4 GB of zeros take no more than this.
      assert(run.peakMemoryBytes < 250_000_000, `${name}: ${run.peakMemoryBytes} bytes`);
    }
  });
});

Deno.test({
  name: "a DICOMDIR stands for the files it refers to",
  ignore: !haveTestFiles(),
  async fn() {
    const folder = `${PYDICOM_DATA}/test_files/dicomdirtests/TINY_ALPHA`;
    const files = (await readInstances(`${folder}/PT000000`)).map(({ sopInstanceUid }) =>
      sopInstanceUid ?? ""
    );
    assertEquals(files.length, 50);
    const dicomdir = `${folder}/DICOMDIR`;
    for (const args of [["127.0.0.1", "PORT", dicomdir], ["--dicomdir", dicomdir, "127.0.0.1", "PORT"]]) {
      const { code, uids } = await sent(args);
      assertEquals([code, uids.toSorted()], [0, files.toSorted()]);
    }
  },
});

Deno.test({
  name: "files that a DICOMDIR refers to in vain are told; with -nh the others are sent",
  ignore: !haveTestFiles(),
  async fn() {
    await withFolder(async (folder) => {
      const source = `${PYDICOM_DATA}/test_files/dicomdirtests/TINY_ALPHA`;
      const series = "PT000000/ST000000/SE000000";
      await Deno.mkdir(`${folder}/${series}`, { recursive: true });
      for (const name of ["DICOMDIR", `${series}/IM000000`, `${series}/IM000007`]) {
        await Deno.copyFile(`${source}/${name}`, `${folder}/${name}`);
      }
      const strict = await sent(["127.0.0.1", "PORT", "DICOMDIR"], { cwd: folder });
      assertEquals([strict.code, strict.uids], [1, []]);
      assertMatch(strict.stderr, /^F: cannot access file: PT000000.*, to which DICOMDIR refers\nF: hint: /m);
      const lenient = await sent(["-nh", "127.0.0.1", "PORT", "DICOMDIR"], { cwd: folder });
      const { outcomes: counts } = summaryOf(eventsOf(lenient.stdout));
      assertEquals([lenient.code, lenient.uids.length, counts.stored, counts.unreadable], [1, 2, 2, 48]);
    });
  },
});

Deno.test("a list of files names what is sent, whatever separates the names", async () => {
  await withFolder(async (folder) => {
    for (const [number, name] of ["a.dcm", "b c.dcm", "d\ne.dcm"].entries()) {
      await Deno.writeFile(`${folder}/${name}`, imageFile({ number: number + 1 }));
    }
    await Deno.writeFile(`${folder}/e.zip`, zipFile([{ name: "x", content: imageFile({ number: 4 }) }]));
    await Deno.writeTextFile(`${folder}/list`, "a.dcm\r\nb c.dcm\r\n");
    const cases:
      readonly (readonly [args: readonly string[], stdin: string | undefined, numbers: readonly number[]])[] =
        [
          [["--files-from", "-", "127.0.0.1", "PORT"], "b c.dcm\na.dcm\n", [2, 1]],
          [["--files-from", "-", "127.0.0.1", "PORT"], "b c.dcm\0d\ne.dcm\0", [2, 3]],
          [["--files-from", "list", "127.0.0.1", "PORT"], undefined, [1, 2]],
          [["--files-from", "-", "127.0.0.1", "PORT", "b c.dcm"], "e.zip\n", [2, 4]],
          [["--files-from", "-", "-R", "--repeat", "2", "127.0.0.1", "PORT"], "a.dcm", [1, 1]],
        ];
    for (const [args, stdin, numbers] of cases) {
      const { code, uids } = await sent(args, { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });
      assertEquals([code, uids], [0, numbers.map(instanceUid)], args.join(" "));
    }
  });
});

Deno.test("a list that is empty, missing, or names what is not there", async () => {
  await withFolder(async (folder) => {
    const cases = [
      [["--files-from", "-"], "\n", /^F: no input files to be sent$/m],
      [["--files-from", "none"], "", /^F: none: cannot read it for --files-from: no such file or folder$/m],
      [
        ["--files-from", "-"],
        "gone.dcm\n",
        /^F: cannot access file: gone\.dcm\nF: hint: no such file or folder: check .*; it is looked for in \/.*$/m,
      ],
    ] as const;
    for (const [args, stdin, says] of cases) {
      const run = await sent([...args, "127.0.0.1", "PORT"], { cwd: folder, stdin });
      assertEquals([run.code, run.uids], [1, []]);
      assertMatch(run.stderr, says);
    }
  });
});

Deno.test("a folder without +sd is left out with DCMTK's warning, and a hint", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.dcm`, imageFile());
    const { code, stderr } = await sent(["127.0.0.1", "PORT", folder]);
    assertEquals(code, 1);
    assertEquals(stderr.split("\n"), [
      `W: ignoring directory because option --scan-directories is not set: ${folder}`,
      `W: hint: add +sd to send the files in ${folder}, and +r for those in its subfolders`,
      "F: no input files to be sent",
      "",
    ]);
  });
});

/** Writes it to a FIFO when somebody reads from that. */
async function withFifo(content: Uint8Array, use: (fifo: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const fifo = `${folder}/fifo`;
    assertEquals((await runProgram("/usr/bin/mkfifo", [fifo], {})).code, 0);
    await Deno.writeFile(`${folder}/content`, content);
    const writing = new Deno.Command("/bin/sh", { args: ["-c", `cat ${folder}/content > ${fifo}`] }).spawn();
    try {
      await use(fifo);
    } finally {
      try {
        writing.kill();
      } catch {
        // it has ended
      }
      await writing.status;
    }
  });
}

Deno.test({
  name: "what a FIFO gives is not lost when its class needs a further association",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFifo(imageFile({ number: 7, sopClassUid: "1.2.3.4.5" }), async (fifo) => {
      const result = await sent(["127.0.0.1", "PORT", fifo]);
      assertEquals([result.code, result.uids], [0, [instanceUid(7)]]);
    });
  },
});

Deno.test({
  name: "-R does not look into what can be read once only",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFifo(imageFile(), async (fifo) => {
      const result = await sent(["-R", "127.0.0.1", "PORT", fifo]);
      assertEquals([result.code, result.uids], [1, []]);
      assertStringIncludes(result.stderr, "can be read only once, which is not enough for --required");
    });
  },
});

Deno.test("--repeat repeats with a journal, too", async () => {
  await withFolder(async (folder) => {
    for (const number of [1, 2]) await Deno.writeFile(`${folder}/${number}.dcm`, imageFile({ number }));
    const args = ["--journal", "journal", "--repeat", "3", "127.0.0.1", "PORT", "1.dcm", "2.dcm"];
    const { code, uids } = await sent(args, { cwd: folder });
    const thrice = [1, 2].flatMap((number) => Array.from({ length: 3 }, () => instanceUid(number)));
    assertEquals([code, uids.toSorted()], [0, thrice]);
  });
});

Deno.test("-R looks into the files to which a DICOMDIR refers", async () => {
  if (!haveTestFiles()) return;
  const { code, stderr, uids } = await sent([
    "-R",
    "--dicomdir",
    `${PYDICOM_DATA}/test_files/dicomdirtests/DICOMDIR`,
    "127.0.0.1",
    "PORT",
  ]);
  assertEquals([code, stderr, uids.length], [0, "", 31]);
});

const TEXT = new TextEncoder().encode("nothing to send, in so many words");

/** What a scan comes across that is no DICOM file, and what becomes of it. */
const NO_DICOM: readonly (readonly [name: string, content: Uint8Array, outcome: string])[] = [
  ["empty.dcm", new Uint8Array(), "unreadable"],
  ["zeros.DCM", new Uint8Array(50_000), "unreadable"],
  ["cut.dicom", imageFile().subarray(0, 100), "unreadable"],
  ["text.ima", TEXT, "unreadable"],
  ["IM0001", new Uint8Array(), "unreadable"],
  ["IM0002", new Uint8Array(50_000), "unreadable"],
  ["IM0003", imageFile().subarray(0, 130), "unreadable"],
  ["1.2.840.1", imageFile().subarray(0, 7), "unreadable"],
  ["LICENSE", TEXT, "skipped"],
  ["1.2.840.2", TEXT, "skipped"],
  ["empty.txt", new Uint8Array(), "skipped"],
  ["study.lock", new Uint8Array(), "skipped"],
  [".keep", new Uint8Array(), "skipped"],
  ["._IM0001.dcm", TEXT, "skipped"],
  [".part.dcm", new Uint8Array(), "skipped"],
  ["image.png", Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452"), "skipped"],
];

Deno.test("an image that was lost on its way into a folder is told, whatever else is in it is not", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    for (const [name, content] of NO_DICOM) await Deno.writeFile(`${folder}/in/${name}`, content);
    await Deno.writeFile(`${folder}/in/good.dcm`, imageFile());
    const members = NO_DICOM.map(([name, content]) => ({ name, content }));
    await Deno.writeFile(`${folder}/all.zip`, zipFile(members));
    const expected = (before: string) => NO_DICOM.map(([name, , outcome]) => `${before}${name}: ${outcome}`);
    const scan = await sent(["-nh", "+sd", "127.0.0.1", "PORT", "in"], { cwd: folder });
    assertEquals(outcomes(scan).sort(), [...expected("in/"), "in/good.dcm: stored"].sort());
    assertEquals(scan.code, 1);
    assertMatch(scan.stderr, /^E: Bad DICOM file: in\/IM0001: it is not a DICOM file: it is empty$/m);
    assertMatch(scan.stderr, /^E: {5}hint: it was not written to its end, or is just being written: .*$/m);
    assertEquals(scan.uids, [instanceUid(1)]);
    const unpacked = await sent(["-nh", "127.0.0.1", "PORT", "all.zip"], { cwd: folder });
    assertEquals(outcomes(unpacked).sort(), expected("all.zip!").sort());
    const halted = await sent(["+sd", "127.0.0.1", "PORT", "in"], { cwd: folder });
    assertEquals(halted.code, 1);
    assertMatch(halted.stderr, /^E: Bad DICOM file: in\/1\.2\.840\.1: /m);
  });
});

Deno.test("with +rn an empty file in a folder keeps its name, because somebody may be about to fill it", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    await Deno.writeFile(`${folder}/in/1.dcm`, new Uint8Array());
    await Deno.writeFile(`${folder}/in/2.dcm`, TEXT);
    const args = ["+rn", "-nh", "+sd", "127.0.0.1", "PORT", "in"];
    assertEquals((await sent(args, { cwd: folder })).code, 1);
    const names = () => [...Deno.readDirSync(`${folder}/in`)].map(({ name }) => name).sort();
    assertEquals(names(), ["1.dcm", "2.dcm.bad"]);
    await Deno.writeFile(`${folder}/in/1.dcm`, imageFile());
    assertEquals((await sent(args, { cwd: folder })).code, 0);
    assertEquals(names(), ["1.dcm.done", "2.dcm.bad"]);
  });
});

Deno.test("files that are shown alike are told apart: only the bad one is left out", async () => {
  await withFolder(async (folder) => {
    const cut = imageFile({ number: 1 }).subarray(0, 700);
    const members = [
      { name: "a.dcm", content: cut },
      { name: "a.dcm", content: imageFile({ number: 2 }) },
      { name: "b\x01.dcm", content: imageFile({ number: 3 }) },
      { name: "b..dcm", content: cut },
    ];
    await Deno.writeFile(`${folder}/a.tar`, tarFile(members));
    await Deno.mkdir(`${folder}/s`);
    await Deno.writeTextFile(`${folder}/s/no.txt`, "no instance");
    await Deno.writeFile(`${folder}/s/yes.dcm`, imageFile({ number: 4 }));
    const args = ["-nh", "-R", "+sd", "127.0.0.1", "PORT", "a.tar", "s/no.txt", "s"];
    const { code, stdout, uids } = await sent(args, { cwd: folder });
    assertEquals([code, uids], [1, [2, 3, 4].map(instanceUid)]);
    const { files, outcomes: counts } = summaryOf(eventsOf(stdout));
    assertEquals([files, counts.stored, counts.unreadable, counts.skipped], [7, 3, 3, 1]);
  });
});

for (const option of ["--dry-run", "--probe", "--repeat 2"]) {
  Deno.test({
    name: `${option} refuses what can be read once only, and does not wait for it`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      await withFolder(async (folder) => {
        await runProgram("mkfifo", [`${folder}/fifo`], {});
        const { code, stderr, uids } = await sent([
          ...option.split(" "),
          "127.0.0.1",
          "PORT",
          `${folder}/fifo`,
        ]);
        assertEquals([code, uids], [1, []]);
        assertStringIncludes(
          stderr,
          `can be read only once, which is not enough for ${option.split(" ")[0]}`,
        );
      });
    },
  });
}
