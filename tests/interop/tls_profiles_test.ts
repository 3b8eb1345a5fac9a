/** Versions, cipher suites and server names, against openssl s_server with pinned ones. */

import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { listCiphers } from "../../lib/association/tls.ts";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import type { TlsWishes } from "../../lib/cli/settings.ts";
import { have } from "../peers/available.ts";
import { waitFor } from "../peers/wait_for.ts";
import { type PairOptions, RSA, selfSigned } from "../tls/authority.ts";
import { startEchoServer } from "../tls/openssl_command.ts";
import { meet, outcomeOf } from "../tls/wishes.ts";

const HAS_OPENSSL = have("openssl") && openOpenSsl() !== undefined;
const NO_ALERT = /^tls: 000b:\w{4} TLS error: .*(handshake failure|protocol version|unsupported protocol)/;
const UNCHECKED: Partial<TlsWishes> = { peerCertificate: "ignore" };

interface Case {
  readonly server: readonly string[];
  readonly wishes: Partial<TlsWishes>;
  /** Protocol and suite in use, or the refusal. */
  readonly expected: string | RegExp;
}

const CBC = "TLS_RSA_WITH_AES_128_CBC_SHA";
const OLD = ["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"];

const CASES: readonly Case[] = [
  { server: [], wishes: {}, expected: "TLSv1.3 TLS_AES_256_GCM_SHA384" },
  {
    server: ["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
    wishes: {},
    expected: "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256",
  },
  { server: ["-tls1_2"], wishes: {}, expected: "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
  { server: ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], wishes: {}, expected: NO_ALERT },
  {
    server: ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"],
    wishes: { profile: "bcp195-nd" },
    expected: "TLSv1.2 TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  },
  {
    server: ["-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"],
    wishes: { profile: "8996-mod" },
    expected: "TLSv1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  },
  { server: [], wishes: { profile: "bcp195-ex" }, expected: /^TLSv1.2 TLS_.*_GCM_/ },
  { server: ["-tls1_3"], wishes: { profile: "bcp195-ex" }, expected: NO_ALERT },
  { server: ["-tls1_2", "-cipher", "AES128-SHA"], wishes: {}, expected: NO_ALERT },
  { server: ["-tls1_2", "-cipher", "AES128-SHA"], wishes: { ciphers: [CBC] }, expected: `TLSv1.2 ${CBC}` },
  { server: ["-tls1_2", "-cipher", "AES128-SHA"], wishes: { profile: "aes" }, expected: `TLSv1.2 ${CBC}` },
  { server: OLD, wishes: {}, expected: NO_ALERT },
  { server: OLD, wishes: { profile: "bcp195" }, expected: `TLSv1 ${CBC}` },
  { server: OLD, wishes: { profile: "aes" }, expected: `TLSv1 ${CBC}` },
  {
    server: ["-tls1_2", "-cipher", "NULL-SHA:@SECLEVEL=0"],
    wishes: { profile: "null" },
    expected: "TLSv1.2 TLS_RSA_WITH_NULL_SHA",
  },
  { server: ["-tls1_2", "-cipher", "NULL-SHA:@SECLEVEL=0"], wishes: { profile: "aes" }, expected: NO_ALERT },
];

async function withCertificate(
  options: PairOptions,
  run: (serverArgs: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
  try {
    const { keyFile, certificateFile } = await selfSigned(folder, "server", options);
    await run(["-key", keyFile, "-cert", certificateFile]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Protocol and suite, or the refusal. */
async function agreedWith(port: number, wishes: Partial<TlsWishes>): Promise<string> {
  const outcome = await outcomeOf({ wishes: { ...UNCHECKED, ...wishes }, port });
  if (outcome !== "moves bytes") return outcome;
  const duplex = await meet({ wishes: { ...UNCHECKED, ...wishes }, port });
  duplex.destroy();
  return `${duplex.details.protocol} ${duplex.details.cipherSuite}`;
}

Deno.test({
  name: "a profile offers its versions and suites and no others, and --cipher adds to them",
  ignore: !HAS_OPENSSL,
  fn: (test) =>
    withCertificate({ algorithm: RSA }, async (certificate) => {
      for (const { server, wishes, expected } of CASES) {
        await test.step(`${JSON.stringify(wishes)} to a server with ${server.join(" ")}`, async () => {
          const [process, port] = await startEchoServer([...certificate, ...server]);
          await using _server = process;
          const actual = await agreedWith(port, wishes);
          if (typeof expected === "string") assertEquals(actual, expected);
          else assertMatch(actual, expected);
        });
      }
    }),
});

Deno.test({
  name:
    "every listed suite that an RSA certificate allows is what both sides use when it is the only one in common",
  ignore: !HAS_OPENSSL,
  fn: (test) =>
    withCertificate({ algorithm: RSA }, async (certificate) => {
      const suites = listCiphers().filter((suite) =>
        /^TLS_(RSA|DHE_RSA|ECDHE_RSA)_WITH_(?!NULL)/.test(suite)
      );
      const [process, port] = await startEchoServer([
        ...certificate,
        ...["-tls1_2", "-cipher", "ALL:@SECLEVEL=0"],
      ]);
      await using _server = process;
      for (const suite of suites) {
        // The profile's own suite does not encrypt, and so the server does not have it.
        await test.step(suite, async () => {
          assertEquals(await agreedWith(port, { profile: "null", ciphers: [suite] }), `TLSv1.2 ${suite}`);
        });
      }
    }),
});

Deno.test({
  name: "the server name is sent when it is asked for, and not otherwise",
  ignore: !HAS_OPENSSL,
  fn: () =>
    withCertificate({}, async (certificate) => {
      const other = await Deno.makeTempDir({ prefix: "storescu-tls-" });
      try {
        const named = await selfSigned(other, "named");
        const [process, port] = await startEchoServer([
          ...certificate,
          ...["-servername", "pacs.example", "-cert2", named.certificateFile, "-key2", named.keyFile],
        ]);
        await using _server = process;
        const certificateFor = async (serverNameIndication: string | undefined) => {
          const duplex = await meet({ wishes: { ...UNCHECKED, serverNameIndication }, port });
          duplex.destroy();
          return duplex.details.peerCertificate;
        };
        const anonymous = await certificateFor(undefined);
        assertEquals(await certificateFor("elsewhere.example"), anonymous);
        const forName = await certificateFor("pacs.example");
        assertEquals(anonymous === undefined || forName === undefined, false);
        assertEquals(forName?.toString() === anonymous?.toString(), false);
        const builtIn = { certificateFiles: [named.certificateFile], serverNameIndication: "pacs.example" };
        assertEquals(await outcomeOf({ wishes: builtIn, engine: "builtIn", port }), "moves bytes");
        const nameless = {
          ...{ certificateFiles: [named.certificateFile], withoutServerName: true, verifyHostname: true },
        };
        assertMatch(
          await outcomeOf({ wishes: nameless, engine: "builtIn", port, peer: "localhost" }),
          /^configuration: --no-sni together with a check of the host name needs the system's OpenSSL 3/,
        );
      } finally {
        await Deno.remove(other, { recursive: true });
      }
    }),
});

Deno.test({
  name: "a named trust anchor is the only one, and without any the system's are, with the host name checked",
  ignore: !have("openssl"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      const systemOnly = await selfSigned(folder, "system", { extensions: ["subjectAltName=DNS:localhost"] });
      const named = await selfSigned(folder, "named");
      const [process, port] = await startEchoServer([
        ...["-key", systemOnly.keyFile, "-cert", systemOnly.certificateFile],
      ]);
      await using _server = process;
      await waitFor("the server", () => process.exitCode() === undefined);
      // The store is read once in a process: each meeting has its own.
      const meetOnce = async (engine: string, peer: string, ...certificateFiles: string[]) => {
        const { stdout } = await new Deno.Command(Deno.execPath(), {
          args: [
            "run",
            "--quiet",
            "--allow-all",
            join(import.meta.dirname ?? ".", "..", "tls", "meet_once.ts"),
          ]
            .concat(JSON.stringify({ wishes: { certificateFiles }, engine, port, peer })),
          env: { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: systemOnly.certificateFile },
          stderr: "inherit",
        }).output();
        return new TextDecoder().decode(stdout).trim();
      };
      for (const engine of ["any", "builtIn"]) {
        assertEquals(await meetOnce(engine, "localhost"), "moves bytes", engine);
        assertMatch(await meetOnce(engine, "elsewhere.example"), /hostname mismatch/, engine);
        assertMatch(
          await meetOnce(engine, "localhost", named.certificateFile),
          /certificate verify failed/,
          engine,
        );
        assertEquals(
          await meetOnce(engine, "localhost", named.certificateFile, systemOnly.certificateFile),
          "moves bytes",
          engine,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
