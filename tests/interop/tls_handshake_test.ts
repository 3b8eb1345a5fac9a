/** Whom we trust and who trusts us: one table, both engines, openssl s_server as the peer. */

import { assertEquals, assertMatch } from "@std/assert";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import type { TlsWishes } from "../../lib/cli/settings.ts";
import { have } from "../peers/available.ts";
import {
  Authority,
  bundle,
  ED25519,
  type Pair,
  RSA,
  selfSigned,
  YEAR_2020,
  YEAR_2021,
  YEAR_2048,
} from "../tls/authority.ts";
import { startEchoServer } from "../tls/openssl_command.ts";
import { type Engine, outcomeOf } from "../tls/wishes.ts";

const FINE = "moves bytes";
const UNKNOWN_ISSUER = /^tls: 000b:0886 .*certificate verify failed: unable to get local issuer/;
const NEEDS_OPENSSL = /^configuration: .* needs the system's OpenSSL 3/;

type Expected = typeof FINE | RegExp;

interface Case {
  readonly name: string;
  /** s_server's own certificate and further options. */
  readonly server: Pair;
  readonly serverArgs?: readonly string[];
  readonly wishes: Partial<TlsWishes>;
  readonly peer?: string;
  /** With the system's OpenSSL, and with the built-in engine where that differs. */
  readonly expected: Expected;
  readonly builtIn?: Expected;
}

async function casesIn(folder: string): Promise<Case[]> {
  const root = await Authority.create(folder, "root");
  const other = await Authority.create(folder, "other");
  const intermediate = await Authority.create(folder, "intermediate", root);
  const plain = await root.issue("plain");
  const named = await root.issue("named", { extensions: ["subjectAltName=DNS:localhost,IP:127.0.0.1"] });
  const misnamed = await root.issue("misnamed", { extensions: ["subjectAltName=DNS:elsewhere.example"] });
  const below = await intermediate.issue("below");
  const ours = await root.issue("ours");
  const foreign = await other.issue("foreign");
  const alone = await selfSigned(folder, "alone");
  const aloneAsAuthority = await selfSigned(folder, "alone_as_authority", {
    extensions: ["basicConstraints=critical,CA:TRUE"],
  });
  const aloneNamed = await selfSigned(folder, "alone_named", {
    extensions: ["subjectAltName=DNS:localhost"],
  });
  const anchors = { certificateFiles: [root.certificateFile] };
  const wantsUs = ["-CAfile", root.certificateFile, "-Verify", "2", "-verify_return_error"];
  const tls12 = ["-tls1_2"];
  return [
    { name: "EC certificate", server: plain, wishes: anchors, expected: FINE },
    {
      name: "RSA certificate",
      server: await root.issue("rsa", { algorithm: RSA }),
      wishes: anchors,
      expected: FINE,
    },
    {
      name: "Ed25519 certificate",
      server: await root.issue("ed25519", { algorithm: ED25519 }),
      wishes: anchors,
      expected: FINE,
    },
    { name: "TLS 1.2", server: plain, serverArgs: tls12, wishes: anchors, expected: FINE },
    { name: "another name, as DCMTK does not look at it", server: misnamed, wishes: anchors, expected: FINE },
    {
      name: "version 1 certificate",
      server: await root.issueVersion1("version1"),
      wishes: anchors,
      expected: FINE,
      builtIn: /000b:0886 .*not of X\.509 version 3/,
    },
    {
      name: "several anchors in one file",
      server: plain,
      wishes: {
        certificateFiles: [
          await bundle(`${folder}/bundle.pem`, other.certificateFile, root.certificateFile),
        ],
      },
      expected: FINE,
    },
    {
      name: "anchors in several files",
      server: plain,
      wishes: { certificateFiles: [other.certificateFile, root.certificateFile] },
      expected: FINE,
    },
    {
      name: "an authority we do not know",
      server: plain,
      wishes: { certificateFiles: [other.certificateFile] },
      expected: UNKNOWN_ISSUER,
    },
    {
      name: "chain over an intermediate authority",
      server: below,
      serverArgs: ["-cert_chain", intermediate.certificateFile],
      wishes: anchors,
      expected: FINE,
    },
    { name: "missing intermediate certificate", server: below, wishes: anchors, expected: UNKNOWN_ISSUER },
    {
      name: "missing intermediate certificate that we have",
      server: below,
      wishes: { certificateFiles: [root.certificateFile, intermediate.certificateFile] },
      expected: FINE,
    },
    {
      name: "intermediate authority as the anchor",
      server: below,
      wishes: { certificateFiles: [intermediate.certificateFile] },
      expected: FINE,
    },
    {
      name: "expired",
      server: await root.issue("expired", { notBefore: YEAR_2020, notAfter: YEAR_2021 }),
      wishes: anchors,
      expected: /000b:0886 .*: certificate has expired/,
    },
    {
      name: "not yet valid",
      server: await root.issue("early", { notBefore: YEAR_2048 }),
      wishes: anchors,
      expected: /000b:0886 .*: certificate is not yet valid/,
    },
    {
      name: "expired, not looked at",
      server: await root.issue("expired_ignored", { notBefore: YEAR_2020, notAfter: YEAR_2021 }),
      wishes: { peerCertificate: "ignore" },
      expected: FINE,
      builtIn: NEEDS_OPENSSL,
    },
    {
      name: "self-signed, unknown",
      server: alone,
      wishes: anchors,
      expected: /000b:0886 .*: self-signed certificate/,
      builtIn: UNKNOWN_ISSUER,
    },
    {
      name: "self-signed, itself the anchor",
      server: alone,
      wishes: { certificateFiles: [alone.certificateFile] },
      expected: FINE,
    },
    {
      name: "self-signed with a name, itself the anchor",
      server: aloneNamed,
      wishes: { certificateFiles: [aloneNamed.certificateFile] },
      expected: FINE,
    },
    {
      name: "self-signed authority, itself the anchor",
      server: aloneAsAuthority,
      wishes: { certificateFiles: [aloneAsAuthority.certificateFile] },
      expected: FINE,
      builtIn: /000b:0886 .*certificate of a certification authority as its own/,
    },
    {
      name: "self-signed, another one is the anchor",
      server: alone,
      wishes: { certificateFiles: [aloneNamed.certificateFile] },
      expected: /000b:0886 .*: self-signed certificate/,
      builtIn: UNKNOWN_ISSUER,
    },
    {
      name: "self-signed, not looked at, showing our certificate",
      server: alone,
      serverArgs: wantsUs,
      wishes: { own: ours, peerCertificate: "ignore" },
      expected: FINE,
      builtIn: NEEDS_OPENSSL,
    },
    {
      name: "host name is checked and right",
      server: named,
      wishes: { ...anchors, verifyHostname: true },
      peer: "localhost",
      expected: FINE,
    },
    {
      name: "address is checked and right",
      server: named,
      wishes: { ...anchors, verifyHostname: true },
      expected: FINE,
    },
    {
      name: "host name is checked and wrong",
      server: misnamed,
      wishes: { ...anchors, verifyHostname: true },
      peer: "localhost",
      expected: /000b:0886 .*: hostname mismatch/,
    },
    {
      name: "peer wants a certificate and gets it",
      server: plain,
      serverArgs: wantsUs,
      wishes: { ...anchors, own: ours },
      expected: FINE,
    },
    {
      name: "peer wants a certificate and gets it, TLS 1.2",
      server: plain,
      serverArgs: [...wantsUs, ...tls12],
      wishes: { ...anchors, own: ours },
      expected: FINE,
    },
    {
      name: "peer wants a certificate and gets none",
      server: plain,
      serverArgs: wantsUs,
      wishes: anchors,
      expected: /^tls: 000b:0c5c TLS error: tlsv13 alert certificate required/,
    },
    {
      name: "peer wants a certificate and gets none, TLS 1.2",
      server: plain,
      serverArgs: [...wantsUs, ...tls12],
      wishes: anchors,
      expected: /^tls: 000b:0c10 TLS error: sslv3 alert handshake failure/,
    },
    {
      name: "peer does not know who issued our certificate",
      server: plain,
      serverArgs: wantsUs,
      wishes: { ...anchors, own: foreign },
      expected: /^tls: 000b:0c(18|12) TLS error: .*(unknown ca|bad certificate)/,
    },
    {
      name: "peer does not know who issued our certificate, TLS 1.2",
      server: plain,
      serverArgs: [...wantsUs, ...tls12],
      wishes: { ...anchors, own: foreign },
      expected: /^tls: 000b:0c(18|12) TLS error: .*(unknown ca|bad certificate)/,
    },
    {
      name: "peer is not looked at, wants a certificate and gets none",
      server: plain,
      serverArgs: wantsUs,
      wishes: { peerCertificate: "ignore" },
      expected: /^tls: 000b:0c5c TLS error: tlsv13 alert certificate required/,
      builtIn: NEEDS_OPENSSL,
    },
    {
      name: "our certificate comes with its intermediate one",
      server: plain,
      serverArgs: wantsUs,
      wishes: {
        ...anchors,
        own: {
          keyFile: below.keyFile,
          certificateFile: await bundle(
            `${folder}/below_chain.pem`,
            below.certificateFile,
            intermediate.certificateFile,
          ),
        },
      },
      expected: FINE,
    },
    {
      name: "our Ed25519 certificate",
      server: plain,
      serverArgs: wantsUs,
      wishes: { ...anchors, own: await root.issue("ours_ed25519", { algorithm: ED25519 }) },
      expected: FINE,
    },
    {
      name: "our RSA certificate",
      server: plain,
      serverArgs: wantsUs,
      wishes: { ...anchors, own: await root.issue("ours_rsa", { algorithm: RSA }) },
      expected: FINE,
    },
  ];
}

Deno.test({
  name: "each peer is trusted or refused as the options say",
  ignore: !have("openssl"),
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "storescu-tls-" });
    try {
      for (
        const { name, server, serverArgs = [], wishes, peer, expected, builtIn } of await casesIn(folder)
      ) {
        const [process, port] = await startEchoServer([
          ...["-key", server.keyFile, "-cert", server.certificateFile],
          ...serverArgs,
        ]);
        await using _server = process;
        const expectations: [Engine, Expected][] = [["builtIn", builtIn ?? expected]];
        if (openOpenSsl() !== undefined) expectations.push(["any", expected]);
        for (const [engine, outcome] of expectations) {
          await test.step(`${name}, ${engine === "any" ? "OpenSSL" : "built-in"}`, async () => {
            const actual = await outcomeOf({ wishes, engine, port, ...(peer === undefined ? {} : { peer }) });
            if (typeof outcome === "string") assertEquals(actual, outcome);
            else assertMatch(actual, outcome);
          });
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
