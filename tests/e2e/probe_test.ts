/** --probe, --echo and --dry-run: nothing is ever sent, and the answer is that of the send that could follow. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { abortBytes, associateAcBytes, rejectBytes, RELEASE_RP } from "../peers/answers.ts";
import { eventsOf, fileEvents } from "../peers/events.ts";
import { CT_IMAGE_STORAGE, imageFile } from "../peers/made_up_files.ts";
import { type Choice } from "../peers/answers.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { startScriptedPeer, type Step } from "../peers/scripted_peer.ts";
import { freePort } from "../peers/started_process.ts";
import { waitFor } from "../peers/wait_for.ts";

const MR_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.4";
const VERIFICATION = "1.2.840.10008.1.1";
const EXPLICIT_LITTLE = "1.2.840.10008.1.2.1";

/** Takes CT images in explicit VR little endian, and C-ECHO. */
const onlyCt: Choice = (abstractSyntax, proposed) => {
  if (abstractSyntax === VERIFICATION) return proposed[0];
  return abstractSyntax === CT_IMAGE_STORAGE && proposed.includes(EXPLICIT_LITTLE)
    ? EXPLICIT_LITTLE
    : undefined;
};

const onlyOf = (sopClassUid: string): Choice => (abstractSyntax, [first]) =>
  abstractSyntax === sopClassUid ? first : undefined;

/** A folder with a CT image, an MR image, and a text. */
async function withFiles(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-probe-" });
  try {
    await Deno.writeFile(`${folder}/ct.dcm`, imageFile({ number: 1, encoding: "implicit" }));
    await Deno.writeFile(`${folder}/mr.dcm`, imageFile({ number: 2, sopClassUid: MR_IMAGE_STORAGE }));
    await Deno.writeTextFile(`${folder}/notes.txt`, "nothing to send");
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a probe shows what the peer takes of what the files need, and sends nothing", async () => {
  await withFiles(async (folder) => {
    await using peer = startRecordingPeer({ choose: onlyCt });
    const args = ["--probe", "-aec", "PACS", "+sd", "localhost", String(peer.port), folder];
    const { code, stdout, stderr } = await runStorescu(args);
    assertEquals([code, stderr, (await peer.stores()).length], [1, "", 0]);
    const lines = stdout.split("\n");
    assertStringIncludes(stdout, `peer          localhost port ${peer.port}\naddress       127.0.0.1\n`);
    assertMatch(stdout, /^TCP {11}connected to 127\.0\.0\.1, [\d.]+ ms$/m);
    assertMatch(stdout, /^AE titles {5}calling STORESCU, called PACS$/m);
    assertMatch(stdout, /^peer is {7}TESTPEER \(1\.2\.826\.0\.1\.3680043\.2\.1396\.999\)$/m);
    assertMatch(stdout, /^takes PDUs of 16384 bytes$/m);
    assertMatch(stdout, /^C-ECHO {8}success, [\d.]+ ms$/m);
    assertEquals(lines.slice(lines.indexOf("CTImageStorage"), lines.indexOf("VerificationSOPClass")), [
      "CTImageStorage",
      "  accepted  Little Endian Explicit",
      "  refused   Big Endian Explicit: transfer syntax not supported",
      "  refused   Little Endian Implicit: transfer syntax not supported",
      "MRImageStorage",
      "  refused   Little Endian Explicit: transfer syntax not supported",
      "  refused   Big Endian Explicit: transfer syntax not supported",
      "  refused   Little Endian Implicit: transfer syntax not supported",
    ]);
    assertMatch(stdout, /^files {9}1 could be sent, 1 not accepted, 1 skipped$/m);
    assertMatch(
      stdout,
      /^ {2}not accepted: .*mr\.dcm: the peer refused every presentation context for MRImageStorage$/m,
    );
    assertEquals(peer.associations.map(({ end }) => end), ["released"]);
    const good = await runStorescu(["--probe", "localhost", String(peer.port), `${folder}/ct.dcm`]);
    assertEquals(good.code, 0);
  });
});

Deno.test("a probe without files tries the default proposal, and C-ECHO beside it", async () => {
  await using peer = startRecordingPeer({ choose: onlyCt });
  const { code, stdout } = await runStorescu(["--probe", "127.0.0.1", String(peer.port)]);
  assertEquals(code, 0);
  assertEquals(peer.associations.map(({ rq }) => rq?.contexts.length), [128, 1]);
  assertEquals(stdout.match(/^ {2}(accepted|refused) /gm)?.length, 129);
  assertMatch(stdout, /^C-ECHO {8}success/m);
});

Deno.test("a probe goes as far as it can, and says why no further", async () => {
  await withFiles(async (folder) => {
    await using rejecting = startScriptedPeer([{ read: "associateRq" }, { send: rejectBytes(1, 1, 7) }]);
    const cases = [
      [
        String(freePort()),
        "FAILED        TCP Initialization Error: Connection refused\nhint          nothing listens",
      ],
      [
        String(rejecting.port),
        "FAILED        Association Rejected:\n              Result: Rejected Permanent",
      ],
    ] as const;
    for (const [port, says] of cases) {
      const { code, stdout } = await runStorescu(["--probe", "127.0.0.1", port, `${folder}/ct.dcm`]);
      assertEquals(code, 1);
      assertStringIncludes(stdout, says);
      assertMatch(stdout, /^files {9}1 not sent$/m);
    }
  });
});

Deno.test("a probe tells a C-ECHO that is not answered from one that is not accepted", async () => {
  const cases: readonly (readonly [choose: Choice | undefined, answer: readonly Step[], says: RegExp])[] = [
    [undefined, [{ read: "pDataTf" }, { close: true }], /^C-ECHO {8}not answered$/m],
    [onlyOf(CT_IMAGE_STORAGE), [{ read: "releaseRq" }, { send: RELEASE_RP }], /^C-ECHO {8}not accepted$/m],
  ];
  await withFiles(async (folder) => {
    for (const [choose, answer, says] of cases) {
      const accept: Step = { send: (seen) => associateAcBytes(seen.rq(), choose) };
      await using peer = startScriptedPeer([{ read: "associateRq" }, accept, ...answer]);
      const { stdout } = await runStorescu([
        "--probe",
        "127.0.0.1",
        String(peer.port),
        `${folder}/ct.dcm`,
      ]);
      assertMatch(stdout, says);
    }
  });
});

Deno.test("the events of a probe", async () => {
  await withFiles(async (folder) => {
    await using peer = startRecordingPeer({ choose: onlyCt });
    const args = ["--probe", "--json", "+sd", "127.0.0.1", String(peer.port), folder];
    const events = eventsOf((await runStorescu(args)).stdout);
    const names = ["run", "association", "probe", "file", "file", "file", "summary"];
    assertEquals(events.map(({ event }) => event), names);
    const probe = events.find((event) => event.event === "probe");
    assertEquals(probe?.contexts.filter(({ accepted }) => accepted !== undefined).length, 2);
    assertEquals(probe?.echo?.status, "0000");
    assertEquals(fileEvents(events).map(({ outcome }) => outcome), ["sendable", "notAccepted", "skipped"]);
  });
});

Deno.test("--echo asks for a sign of life and nothing else", async () => {
  await using peer = startRecordingPeer();
  const { code, stdout, stderr } = await runStorescu(["--echo", "-v", "127.0.0.1", String(peer.port)]);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    new RegExp(`^C-ECHO to ANY-SCP at 127\\.0\\.0\\.1 port ${peer.port}: success, [\\d.]+ ms\n$`),
  );
  assertMatch(stderr, /^I: Received Echo Response \(Success\)$/m);
  assertEquals(peer.associations.map(({ rq, end }) => [rq?.contexts.length, end]), [[1, "released"]]);
});

Deno.test("--echo fails where there is no answer, or no C-ECHO", async () => {
  const dead = await runStorescu(["--echo", "127.0.0.1", String(freePort())]);
  assertEquals(dead.code, 1);
  assertMatch(dead.stderr, /^F: Association Request Failed: .*Connection refused\nE: hint: /m);
  await using deaf = startScriptedPeer([
    { read: "associateRq" },
    { send: (seen) => associateAcBytes(seen.rq(), () => undefined) },
  ]);
  const refused = await runStorescu(["--echo", "-ta", "1", "127.0.0.1", String(deaf.port)]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /^F: the peer does not accept C-ECHO/m);
});

Deno.test("--echo ends with 10 only if there was an association to be lost", async () => {
  const accept: Step[] = [{ read: "associateRq" }, { send: (seen) => associateAcBytes(seen.rq()) }];
  const abort: Step[] = [{ send: abortBytes(0, 0) }, { close: true }];
  const cases: [Step[], number, RegExp][] = [
    [[{ stall: true }], 1, /^F: Association Request Failed: .*--acse-timeout/m],
    [[{ read: "associateRq" }, ...abort], 1, /^F: Association Request Failed: 0006:0317 .*A-ABORT/m],
    [[...accept, { read: "pDataTf" }, ...abort], 10, /^F: Echo Failed: 0006:0317 .*A-ABORT/m],
    [[...accept, { read: "pDataTf" }, { stall: true }], 10, /^F: Echo Failed: /m],
  ];
  for (const [steps, exitCode, says] of cases) {
    await using peer = startScriptedPeer(steps);
    const limits = ["-ta", "1", "-td", "1"];
    const { code, stderr } = await runStorescu(["--echo", ...limits, "127.0.0.1", String(peer.port)]);
    assertEquals(code, exitCode, stderr);
    assertMatch(stderr, says);
  }
});

for (const [task, ...files] of [["--echo"], ["--probe", "ct.dcm"]]) {
  Deno.test(`${task}: a signal ends the wait for an answer, and the peer is told with an A-ABORT`, async () => {
    await withFiles(async (folder) => {
      await Deno.writeFile(`${folder}/ct.dcm`, imageFile());
      await using peer = startScriptedPeer([
        { read: "associateRq" },
        { send: (seen) => associateAcBytes(seen.rq()) },
        { read: "pDataTf" },
        { read: "abort" },
      ]);
      const asked = () => peer.connections[0]?.pdus.some(({ type }) => type === "pDataTf");
      let stopping: Promise<void> | undefined;
      const run = await runStorescu([task ?? "", "127.0.0.1", String(peer.port), ...files], {
        cwd: folder,
        onStart: (pid) => stopping = waitFor("the C-ECHO", asked).then(() => Deno.kill(pid, "SIGTERM")),
      });
      await stopping;
      assertEquals(run.code, 143, run.stderr);
      assertEquals((await peer.ended()).pdus.at(-1)?.type, "abort");
      assert(!run.stderr.includes("Echo Failed"), run.stderr);
    });
  });
}

Deno.test("a dry run says what would be sent, how it would be proposed, and what not and why", async () => {
  await withFiles(async (folder) => {
    // The peer is not even looked up.
    const run = await runStorescu(["--dry-run", "+sd", "no-such-host.invalid", "104", "."], { cwd: folder });
    assertEquals([run.code, run.stderr], [0, ""]);
    assertEquals(run.stdout.split("\n"), [
      "would send   ct.dcm: CTImageStorage, Little Endian Implicit, 444 B",
      "would send   mr.dcm: MRImageStorage, Little Endian Explicit, 452 B",
      "would skip   notes.txt: it is not a DICOM file",
      "association 1 would propose 128 presentation contexts, 4 of them for these files:",
      "   41  CTImageStorage: Little Endian Explicit",
      "   43  CTImageStorage: Big Endian Explicit, Little Endian Implicit",
      "  113  MRImageStorage: Little Endian Explicit",
      "  115  MRImageStorage: Big Endian Explicit, Little Endian Implicit",
      "nothing was sent: 3 files looked at: 2 would be sent, 1 skipped, 0 cannot be sent",
      "",
    ]);
  });
});

Deno.test("a dry run fails where a send would fail without the peer's doing", async () => {
  await withFiles(async (folder) => {
    await Deno.writeFile(`${folder}/cut.dcm`, imageFile({ number: 3 }).subarray(0, 600));
    const args = ["--dry-run", "--json", "-xm", "+sd", "127.0.0.1", "104", "."];
    const { code, stdout } = await runStorescu(args, { cwd: folder });
    assertEquals(code, 1);
    assertEquals(fileEvents(eventsOf(stdout)).map(({ path, outcome }) => `${path} ${outcome}`), [
      "ct.dcm notAccepted",
      "cut.dcm unreadable",
      "mr.dcm notAccepted",
      "notes.txt skipped",
    ]);
  });
});

Deno.test("a dry run makes the changes asked for, to see whether they can be made", async () => {
  await withFiles(async (folder) => {
    await Deno.writeFile(`${folder}/latin.dcm`, imageFile({ number: 4 }));
    const dryRun = (value: string) =>
      runStorescu(["--dry-run", "--set", `PatientName=${value}`, "127.0.0.1", "104", `${folder}/latin.dcm`]);
    const { code, stdout } = await dryRun("Müller^日本");
    assertEquals(code, 1);
    assertMatch(stdout, /^cannot send {2}.*latin\.dcm: .*character/m);
    const possible = await dryRun("Mueller^Nihon");
    assertEquals(possible.code, 0, possible.stdout);
    assertMatch(possible.stdout, /^would send {3}.*latin\.dcm/m);
  });
});

Deno.test("a dry run shows the further association that a file needs", async () => {
  await withFiles(async (folder) => {
    // Not among the classes that are proposed by default.
    const private_ = imageFile({ number: 4, sopClassUid: "1.2.3.4.5.6" });
    await Deno.writeFile(`${folder}/private.dcm`, private_);
    const { code, stdout } = await runStorescu(["--dry-run", "127.0.0.1", "104", `${folder}/private.dcm`]);
    assertEquals(code, 0);
    assertMatch(
      stdout,
      /^association 2 would propose 2 presentation contexts:\n {4}1 {2}1\.2\.3\.4\.5\.6: Little Endian Explicit\n/m,
    );
  });
});

Deno.test("a dry run knows what the journal says is stored, and begins none", async () => {
  await withFiles(async (folder) => {
    await using peer = startRecordingPeer();
    const args = ["--journal", "j", "127.0.0.1", String(peer.port), "ct.dcm"];
    const before = await runStorescu(["--dry-run", ...args], { cwd: folder });
    assertMatch(before.stdout, /^would send {3}ct\.dcm/m);
    assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name === "j"), false);
    assertEquals((await runStorescu(args, { cwd: folder })).code, 0);
    const after = await runStorescu(["--dry-run", ...args], { cwd: folder });
    assertMatch(after.stdout, /^would skip {3}ct\.dcm: already stored, says the journal$/m);
  });
});
