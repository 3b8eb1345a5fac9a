/** The failures that are most frequent at sites: each has one line that says what to try. */

import { assertEquals, assertMatch } from "@std/assert";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { associateAcBytes, pDataTf, rejectBytes } from "../peers/answers.ts";
import { find, have, haveTestFiles, PYDICOM_DATA, STORESCU } from "../peers/available.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runProgram, runStorescu } from "../peers/run_storescu.ts";
import { startScriptedPeer, type Step } from "../peers/scripted_peer.ts";
import { freePort } from "../peers/started_process.ts";
import { startStorescp } from "../peers/storescp.ts";

const WHOLE = `${FOLDER}/whole/explicit_little_endian.dcm`;

/** Runs, and answers the lines that say what to try. */
async function hints(code: number, args: readonly string[]): Promise<string> {
  const result = await runStorescu(args, { timeoutSeconds: 30 });
  assertEquals(result.code, code, result.stderr);
  const [hint, ...more] = result.stderr.split("\n").filter((line) => /^[EF]: hint: /.test(line));
  assertEquals(more, [], "one line, no more");
  return hint ?? result.stderr;
}

/** A peer that goes through these steps. */
async function hintsOf(code: number, steps: Step[], ...more: string[]): Promise<string> {
  await using peer = startScriptedPeer(steps);
  return await hints(code, [...more, "127.0.0.1", String(peer.port), WHOLE]);
}

Deno.test("the called AE title is not recognised", async () => {
  const steps: Step[] = [{ read: "associateRq" }, { send: rejectBytes(1, 1, 7) }];
  assertMatch(await hintsOf(1, steps), /the peer has another AE title: set it with --call/);
});

Deno.test("the calling AE title is not recognised", async () => {
  const steps: Step[] = [{ read: "associateRq" }, { send: rejectBytes(1, 1, 3) }];
  assertMatch(await hintsOf(1, steps), /the peer does not know our AE title: .*--aetitle/);
});

Deno.test("the host is unknown", async () => {
  assertMatch(await hints(1, ["no-such-host.invalid", "104", WHOLE]), /check the spelling of the host name/);
});

/** Sees a name server that never answers: descriptor and port stay its own when it becomes the program under test. */
const WITH_SILENT_NAME_SERVER = `
import os, socket, subprocess, sys
open(sys.argv[1], "w").write("nameserver 127.0.0.1")
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["mount", "--bind", sys.argv[1], "/etc/resolv.conf"], check=True)
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
server.set_inheritable(True)
os.execv(sys.argv[2], sys.argv[2:])
`;
/** A network and a file system of one's own. */
const APART = ["-rmn", "python3", "-c"];

Deno.test({
  name: "the name server does not answer",
  ignore: !have("unshare", "python3", "ip") || !await works("unshare", [...APART, ""]),
  async fn() {
    const folder = await Deno.makeTempDir();
    const command = [STORESCU, "--timeout", "1", "pacs.example", "104", WHOLE];
    const path = Deno.env.get("PATH") ?? "";
    const result = await runProgram(
      find("unshare") ?? "",
      [...APART, WITH_SILENT_NAME_SERVER, `${folder}/resolv.conf`, ...command],
      { env: { PATH: path } },
    );
    assertEquals(result.code, 1);
    assertMatch(result.stderr, /Connection timed out.*\n.*pacs\.example could not be resolved within 1 s/);
    await Deno.remove(folder, { recursive: true });
  },
});

async function works(command: string, args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args, stderr: "null" }).output();
  return success;
}

Deno.test("the port is refused", async () => {
  const port = String(freePort());
  assertMatch(await hints(1, ["127.0.0.1", port, WHOLE]), new RegExp(`nothing listens on port ${port}`));
});

/** A key and a certificate that signs itself. */
async function withCertificate(use: (key: string, certificate: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [key, certificate] = [`${folder}/key.pem`, `${folder}/certificate.pem`];
  try {
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
    const openssl = find("openssl") ?? "openssl";
    const { code } = await runProgram(openssl, [...made, "-keyout", key, "-out", certificate], {});
    assertEquals(code, 0);
    await use(key, certificate);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "plain TCP to a port that wants TLS",
  ignore: !have("storescp", "openssl"),
  fn: () =>
    withCertificate(async (key, certificate) => {
      await using peer = await startStorescp(["--enable-tls", key, certificate, "--ignore-peer-cert"]);
      assertMatch(
        await hints(1, ["127.0.0.1", String(peer.port), WHOLE]),
        /perhaps this port wants TLS: try --anonymous-tls \(\+tla\)/,
      );
    }),
});

Deno.test({
  name: "TLS to a port that does not speak it",
  ignore: !have("storescp"),
  async fn() {
    await using peer = await startStorescp();
    const args = ["--anonymous-tls", "--ignore-peer-cert", "127.0.0.1", String(peer.port), WHOLE];
    assertMatch(
      await hints(1, args),
      /not ready, or this port does not speak TLS \(give the one that does\)/,
    );
  },
});

Deno.test("a port where nobody says anything to a TLS handshake", async () => {
  await using peer = startScriptedPeer([{ stall: true }]);
  const args = ["--anonymous-tls", "--acse-timeout", "1", "127.0.0.1", String(peer.port), WHOLE];
  const { code, stderr } = await runStorescu(args, { timeoutSeconds: 20 });
  assertEquals(code, 1, stderr);
  assertMatch(
    stderr,
    /000b:0017 TLS handshake with 127\.0\.0\.1 not finished within 1 s \(--acse-timeout\)$/m,
  );
  assertMatch(stderr, /^E: hint: check the port: perhaps the peer does not speak TLS there; /m);
});

Deno.test({
  name: "a certificate that nobody has vouched for",
  ignore: !have("storescp", "openssl"),
  fn: () =>
    withCertificate(async (key, certificate) => {
      await using peer = await startStorescp(["--enable-tls", key, certificate, "--ignore-peer-cert"]);
      const args = ["--anonymous-tls", "localhost", String(peer.port), WHOLE];
      assertMatch(await hints(1, args), /--add-cert-file/);
    }),
});

Deno.test("no presentation context is accepted", async () => {
  const steps: Step[] = [{ read: "associateRq" }, {
    send: (seen) => associateAcBytes(seen.rq(), () => undefined),
  }];
  assertMatch(await hintsOf(1, steps, "-ta", "1"), /check that this is a Storage SCP.*--probe/);
});

Deno.test({
  name: "a compressed transfer syntax is refused",
  ignore: !haveTestFiles(),
  async fn() {
    await using peer = startRecordingPeer({
      choose: (_, [first]) => first === "1.2.840.10008.1.2.1" ? first : undefined,
    });
    const file = `${PYDICOM_DATA}/test_files/JPEG2000.dcm`;
    assertMatch(await hints(1, ["127.0.0.1", String(peer.port), file]), /decompress the file first/);
  },
});

for (const option of ["-xi", "-xm", "-x4"]) {
  Deno.test(`${option} forbids what the file needs, and no peer is blamed for that`, async () => {
    await using peer = startRecordingPeer();
    const file = `${FOLDER}/whole/${option === "-xi" ? "encapsulated" : "explicit_little_endian"}.dcm`;
    const hint = new RegExp(`hint: leave out --propose-\\w+ \\(${option}\\)$`, "m");
    assertMatch(await hints(1, [option, "127.0.0.1", String(peer.port), file]), hint);
    const { code, stdout } = await runStorescu([option, "--dry-run", "127.0.0.1", "104", file]);
    assertEquals(code, 1);
    assertMatch(stdout, /Storage was not proposed in .*, and the options given forbid proposing it$/m);
    assertMatch(stdout, hint);
  });
}

Deno.test("the file meta information is missing", async () => {
  await using peer = startRecordingPeer();
  const file = `${FOLDER}/whole/bare_explicit_little_endian.dcm`;
  assertMatch(await hints(1, ["+fo", "127.0.0.1", String(peer.port), file]), /leave out --read-file-only/);
});

Deno.test("the file is no DICOM at all", async () => {
  await using peer = startRecordingPeer();
  const file = import.meta.filename ?? "";
  assertMatch(await hints(1, ["127.0.0.1", String(peer.port), file]), /leave it out/);
});

Deno.test("the runtime does not open the report", async () => {
  await using peer = startRecordingPeer();
  const args = ["--report", "/proc/self/report.json", "127.0.0.1", String(peer.port), WHOLE];
  const { code, stderr } = await runStorescu(args, { timeoutSeconds: 30 });
  assertEquals(code, 1, stderr);
  assertMatch(stderr, /the runtime opens no files of \/dev, \/proc and \/sys/);
});

Deno.test("the runtime would not open the file, but the C library does", async () => {
  await using peer = startRecordingPeer();
  const [folder, name] = ["/dev/shm", `storescu-test-${Deno.pid}.dcm`];
  const { code } = await runProgram("/bin/cp", [WHOLE, `${folder}/${name}`], {});
  assertEquals(code, 0);
  try {
    const args = ["127.0.0.1", String(peer.port), `${folder}/${name}`];
    assertEquals((await runStorescu(args, { timeoutSeconds: 30 })).code, 0);
  } finally {
    await runProgram("/bin/rm", [`${folder}/${name}`], {});
  }
});

Deno.test("the file is truncated", async () => {
  await using peer = startRecordingPeer();
  const folder = await Deno.makeTempDir();
  try {
    const bytes = await Deno.readFile(WHOLE);
    await Deno.writeFile(`${folder}/cut.dcm`, bytes.subarray(0, bytes.length - 20));
    const hint = await hints(1, ["127.0.0.1", String(peer.port), `${folder}/cut.dcm`]);
    assertMatch(hint, /the file is truncated: copy or export it again/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the peer is out of resources: status A700", async () => {
  await using peer = startRecordingPeer({ statuses: [0xa700] });
  assertMatch(
    await hints(0xa7, ["127.0.0.1", String(peer.port), WHOLE]),
    /try again later, or let --retry do so/,
  );
});

Deno.test("the peer cannot understand: status C000 with a comment", async () => {
  const steps: Step[] = [
    { read: "associateRq" },
    { send: (seen) => associateAcBytes(seen.rq()) },
    { read: "message" },
    { send: (seen) => pDataTf(seen.command().contextId, 3, refusal(seen.command().messageId)) },
  ];
  await using peer = startScriptedPeer(steps);
  const { code, stderr } = await runStorescu(["-ta", "1", "127.0.0.1", String(peer.port), WHOLE]);
  assertEquals(code, 0xc0);
  const says =
    "status C000H, cannot understand, Error Comment: 'no patient', Offending Element: \\(0010,0010\\)";
  assertMatch(stderr, new RegExp(`^E: Store Refused, file: .*: ${says}\nE: hint: .*its log`, "m"));
});

/** A C-STORE-RSP, PS3.7 table 9.3-2, with status C000. */
function refusal(messageId: number): Uint8Array {
  const comment = new TextEncoder().encode("no patient");
  const elements: [number, number[]][] = [
    [0x0100, [0x01, 0x80]],
    [0x0120, [messageId & 0xff, messageId >> 8]],
    [0x0800, [0x01, 0x01]],
    [0x0900, [0x00, 0xc0]],
    [0x0901, [0x10, 0x00, 0x10, 0x00]],
    [0x0902, [...comment]],
  ];
  const element = (
    [tag, value]: [number, number[]],
  ) => [0, 0, tag & 0xff, tag >> 8, value.length, 0, 0, 0, ...value];
  const rest = elements.flatMap(element);
  return Uint8Array.from([...element([0x0000, [rest.length, 0, 0, 0]]), ...rest]);
}
