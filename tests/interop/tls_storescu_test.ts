/** The executable over TLS with storescp and Orthanc: each accepted case transfers a file, each refused one exits 1 with its line. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import { find, have, haveTestFiles, PYDICOM_DATA, STORESCU } from "../peers/available.ts";
import { startOrthanc } from "../peers/orthanc.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { startStorescp } from "../peers/storescp.ts";
import {
  Authority,
  bundle,
  ED25519,
  type Pair,
  RSA,
  selfSigned,
  YEAR_2020,
  YEAR_2021,
} from "../tls/authority.ts";
import { runOpenssl } from "../tls/openssl_command.ts";

const FILE = join(PYDICOM_DATA, "test_files", "CT_small.dcm");
const PASSWORD = "Kennwort";

interface Case {
  readonly name: string;
  /** storescp's options; none: without TLS. */
  readonly server: readonly string[];
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  /** Instead of the file to send. */
  readonly operand?: string;
  /** Undefined: the file arrives. */
  readonly refusal?: RegExp;
}

async function casesIn(folder: string): Promise<Case[]> {
  const root = await Authority.create(folder, "root");
  const intermediate = await Authority.create(folder, "intermediate", root);
  const other = await Authority.create(folder, "other");
  const ours = await root.issue("ours", { algorithm: RSA });
  const foreign = await other.issue("foreign");
  const below = await intermediate.issue("below");
  const oursBelow = await intermediate.issue("ours_below");
  const oursExpired = await root.issue("ours_expired", { notBefore: YEAR_2020, notAfter: YEAR_2021 });
  const alone = await selfSigned(folder, "alone");
  const encryptedKey = join(folder, "encrypted.key");
  await runOpenssl([
    "rsa",
    "-aes256",
    "-traditional",
    "-in",
    ours.keyFile,
    "-out",
    encryptedKey,
    "-passout",
    `pass:${PASSWORD}`,
  ]);
  const passwordFile = join(folder, "password");
  await Deno.writeTextFile(passwordFile, `${PASSWORD}\n`);
  const keyDer = join(folder, "ours.key.der");
  const certificateDer = join(folder, "ours.der");
  const rootDer = join(folder, "root.der");
  await runOpenssl(["pkey", "-in", ours.keyFile, "-outform", "DER", "-out", keyDer]);
  await runOpenssl(["x509", "-in", ours.certificateFile, "-outform", "DER", "-out", certificateDer]);
  await runOpenssl(["x509", "-in", root.certificateFile, "-outform", "DER", "-out", rootDer]);
  const chainFile = (pair: Pair) =>
    bundle(`${pair.certificateFile}.chain`, pair.certificateFile, intermediate.certificateFile);

  const server = (pair: Pair, ...args: string[]) => ["+tls", pair.keyFile, pair.certificateFile, ...args];
  const plain = server(await root.issue("server", { algorithm: RSA }), "-ic");
  const strict = server(await root.issue("strict"), "-rc", "+cf", root.certificateFile);
  const anonymous = ["+tla", "+cf", root.certificateFile];
  const identified = (
    pair: Pair,
  ) => ["+tls", pair.keyFile, pair.certificateFile, "+cf", root.certificateFile];
  return [
    { name: "+tla to a peer that ignores us", server: plain, args: anonymous },
    { name: "+tla, EC", server: server(await root.issue("ec"), "-ic"), args: anonymous },
    {
      name: "+tla, Ed25519",
      server: server(await root.issue("ed", { algorithm: ED25519 }), "-ic"),
      args: anonymous,
    },
    {
      name: "+tla to a peer that verifies if it can",
      server: server(await root.issue("vc"), "-vc"),
      args: anonymous,
    },
    { name: "-vc means -rc", server: plain, args: [...anonymous, "-vc"] },
    { name: "+tla, DER", server: plain, args: ["+tla", "-der", "+cf", rootDer] },
    { name: "+cd", server: plain, args: ["+tla", "+cd", join(folder, "root")] },
    {
      name: "chain",
      server: server({ keyFile: below.keyFile, certificateFile: await chainFile(below) }, "-ic"),
      args: anonymous,
    },
    {
      name: "self-signed and named",
      server: server(alone, "-ic"),
      args: ["+tla", "+cf", alone.certificateFile],
    },
    { name: "self-signed and ignored", server: server(alone, "-ic"), args: ["+tla", "-ic"] },
    { name: "+tls to a peer that requires it", server: strict, args: identified(ours) },
    { name: "+tls, DER", server: strict, args: ["+tls", keyDer, certificateDer, "-der", "+cf", rootDer] },
    {
      name: "+tls with a chain",
      server: strict,
      args: identified({ keyFile: oursBelow.keyFile, certificateFile: await chainFile(oursBelow) }),
    },
    { name: "+tls and -ic", server: strict, args: ["+tls", ours.keyFile, ours.certificateFile, "-ic"] },
    {
      name: "+tls, +pw",
      server: strict,
      args: [...identified({ ...ours, keyFile: encryptedKey }), "+pw", PASSWORD],
    },
    {
      name: "+tls, --key-password-file",
      server: strict,
      args: [...identified({ ...ours, keyFile: encryptedKey }), "--key-password-file", passwordFile],
    },
    {
      name: "+tls, STORESCU_KEY_PASSWORD",
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      env: { STORESCU_KEY_PASSWORD: PASSWORD },
    },
    {
      name: "+cs",
      server: [...plain, "+cs", "TLS_RSA_WITH_AES_128_CBC_SHA"],
      args: [...anonymous, "+cs", "TLS_RSA_WITH_AES_128_CBC_SHA"],
    },
    { name: "+pa", server: [...plain, "+pa"], args: [...anonymous, "+pa"] },
    {
      name: "nobody knows the issuer",
      server: plain,
      args: ["+tla", "+cf", other.certificateFile],
      refusal:
        /^F: Association Request Failed: 000b:0886 TLS error: certificate verify failed: .* subject CN=server, issuer CN=root,/m,
    },
    {
      name: "no anchor: the system's do not know the issuer",
      server: plain,
      args: ["+tla"],
      refusal: /^F: Association Request Failed: 000b:0886 TLS error: certificate verify failed/m,
    },
    {
      name: "no password and nobody to ask",
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      refusal: /^F: 000b:0004 Unable to load private TLS key from .*no terminal/m,
    },
    ...[`${PASSWORD}\n`, PASSWORD, `${PASSWORD}\r\nmore\n`].map((stdin) => ({
      name: `password on standard input, ${JSON.stringify(stdin)}`,
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      stdin,
    })),
    {
      name: "nothing on standard input",
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      stdin: "",
      refusal: /^F: 000b:0004 .*no terminal to ask for the password, nor is it on standard input$/m,
    },
    {
      name: "too much on standard input",
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      stdin: PASSWORD.repeat(1000),
      refusal: /^F: 000b:0004 .*the first line of standard input is too long for a password$/m,
    },
    {
      name: "wrong password on standard input",
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      stdin: `not ${PASSWORD}\n`,
      refusal: /^F: 000b:0004 Unable to load private TLS key from .*the password is wrong/m,
    },
    {
      name: "a list on standard input is not read for a password",
      server: strict,
      args: [...identified({ ...ours, keyFile: encryptedKey }), "--files-from", "-"],
      stdin: `${PASSWORD}\n`,
      refusal: /^F: 000b:0004 .*no terminal to ask for the password$/m,
    },
    {
      name: "nor is a file on it",
      server: strict,
      args: identified({ ...ours, keyFile: encryptedKey }),
      operand: "/dev/stdin",
      stdin: `${PASSWORD}\n`,
      refusal: /^F: 000b:0004 .*no terminal to ask for the password$/m,
    },
    {
      name: "wrong password",
      server: strict,
      args: [...identified({ ...ours, keyFile: encryptedKey }), "+pw", "wrong"],
      refusal: /^F: 000b:0004 Unable to load private TLS key from .*the password is wrong/m,
    },
    {
      name: "our certificate has expired",
      server: strict,
      args: identified(oursExpired),
      refusal: /^E: cannot use certificate .* it has expired/m,
    },
    {
      name: "the peer requires a certificate",
      server: strict,
      args: anonymous,
      refusal: /^F: Association Request Failed: 000b:0c5c TLS error: tlsv13 alert certificate required/m,
    },
    {
      name: "the peer does not know our issuer",
      server: strict,
      args: identified(foreign),
      refusal: /^F: Association Request Failed: 000b:0c18 TLS error: tlsv1 alert unknown ca/m,
    },
    {
      name: "nothing in common",
      server: [...plain, "+pa"],
      args: anonymous,
      refusal:
        /^F: Association Request Failed: 000b:0c10 TLS error: sslv3 alert handshake failure|000b:0c2e .*protocol version/m,
    },
    {
      name: "the peer has no TLS",
      server: [],
      args: anonymous,
      refusal:
        /^F: Association Request Failed: 000b:0017 .* closed the connection instead of answering the TLS handshake/m,
    },
    { name: "we have no TLS", server: plain, args: [], refusal: /^F: Association Request Failed: 0006:/m },
  ];
}

Deno.test({
  name: "over TLS a file arrives at storescp, or the reason is said and the exit code is 1",
  ignore: !have("openssl", "storescp") || !haveTestFiles() || openOpenSsl() === undefined,
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      for (const { name, server, args, env = {}, stdin, operand = FILE, refusal } of await casesIn(folder)) {
        await test.step(name, async () => {
          await using peer = await startStorescp(server);
          const run = await runStorescu([...args, "127.0.0.1", String(peer.port), operand], {
            env,
            ...(stdin === undefined ? {} : { stdin }),
          });
          if (refusal === undefined) {
            assertEquals(run.code, 0, run.stderr);
            assertEquals((await peer.receivedDataSets()).length, 1);
          } else {
            assertMatch(run.stderr, refusal);
            assertEquals(run.code, 1, run.stderr);
            assertEquals((await peer.receivedDataSets()).length, 0);
          }
          assert(!run.stderr.includes(PASSWORD));
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "a file arrives at an Orthanc that wants our certificate",
  ignore: !have("openssl", "Orthanc") || !haveTestFiles(),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      const root = await Authority.create(folder, "root");
      const [server, ours] = [await root.issue("orthanc", { algorithm: RSA }), await root.issue("ours")];
      await using peer = await startOrthanc({
        DicomTlsEnabled: true,
        DicomTlsPrivateKey: server.keyFile,
        DicomTlsCertificate: server.certificateFile,
        DicomTlsTrustedCertificates: root.certificateFile,
      });
      const args = [
        "+tls",
        ours.keyFile,
        ours.certificateFile,
        "+cf",
        root.certificateFile,
        "-aec",
        "ORTHANC",
      ];
      const run = await runStorescu([...args, "127.0.0.1", String(peer.port), FILE]);
      assertEquals(run.code, 0, run.stderr);
      assertEquals((await peer.receivedDataSets()).length, 1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

interface Typing {
  readonly name: string;
  readonly keys: string;
  readonly exitCode: number;
  readonly arrived: number;
}

const TYPINGS: readonly Typing[] = [
  { name: "is read", keys: `${PASSWORD}\r`, exitCode: 0, arrived: 1 },
  { name: "is read after corrections", keys: `nonsense\x15${PASSWORD}ü\x7f\n`, exitCode: 0, arrived: 1 },
  { name: "is wrong", keys: "wrong\r", exitCode: 1, arrived: 0 },
  { name: "is not given but interrupted", keys: `${PASSWORD}\x03`, exitCode: 130, arrived: 0 },
];

Deno.test({
  name: "the key's password is asked for on the terminal and not shown, and ...",
  ignore: !have("openssl", "storescp", "script") || !haveTestFiles(),
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      const pair = await selfSigned(folder, "pair");
      const encryptedKey = join(folder, "encrypted.key");
      await runOpenssl([
        ...["pkcs8", "-topk8", "-in", pair.keyFile, "-out", encryptedKey],
        ...["-passout", `pass:${PASSWORD}`],
      ]);
      for (const { name, keys, exitCode, arrived } of TYPINGS) {
        await test.step(`... ${name}`, async () => {
          await using peer = await startStorescp(["+tls", pair.keyFile, pair.certificateFile, "-ic"]);
          const args = ["+tls", encryptedKey, pair.certificateFile, "+cf", pair.certificateFile];
          const { screen, code } = await typeInto(
            [STORESCU, ...args, "127.0.0.1", String(peer.port), FILE],
            keys,
          );
          assertStringIncludes(screen, "Enter PEM pass phrase");
          assert(!screen.includes(PASSWORD) && !screen.includes("wrong\r"), screen);
          assertEquals(code, exitCode, screen);
          if (exitCode === 130) assertStringIncludes(screen, "W: SIGINT: ending; once more to abort");
          assertEquals((await peer.receivedDataSets()).length, arrived);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Runs a command on a terminal of its own, and types `keys` when it asks for a pass phrase. */
async function typeInto(command: readonly string[], keys: string): Promise<{ screen: string; code: number }> {
  const child = new Deno.Command(find("script") ?? "script", {
    args: ["--quiet", "--return", "--command", command.join(" "), "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  let screen = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    const wasAsked = screen.includes("pass phrase");
    screen += part;
    if (!wasAsked && screen.includes("pass phrase")) await keyboard.write(new TextEncoder().encode(keys));
  }
  await keyboard.close().catch(() => {});
  return { screen, code: (await child.status).code };
}
