/**
 * The engine that has everything: the system's OpenSSL 3, set up the way DCMTK sets it up.
 *
 * Security level 0 and nothing from the system's policy: which versions and suites are offered is what the profile says
 * (a peer from 2009 may need an old one, and its user said so); signatures in the handshake are SHA-256 or better.
 */

import { isIP } from "node:net";
import type { TlsWishes } from "../../cli/settings.ts";
import { Fault } from "../../errors.ts";
import type { Logger } from "../../log/log.ts";
import { parseCertificate } from "./certificate.ts";
import type { StartTlsOptions, TlsContext, TlsDuplex } from "./engine.ts";
import { timedOutFault, verificationFault } from "./failures.ts";
import { OpenSslConnection } from "./openssl_connection.ts";
import { cText, type OpenSsl, textAt } from "./openssl_library.ts";
import { mismatch, type OwnIdentity } from "./own_identity.ts";
import { TLS13_SUITES, TLS_PROFILES, type TlsVersion } from "./profiles.ts";
import type { Trust } from "./trust.ts";

const CONTROL = { chainCertificate: 89, signatureAlgorithms: 98, minimumVersion: 123, maximumVersion: 124 };
const CONTROL_SERVER_NAME = 55;
const HOST_NAME_TYPE = 0n;
const VERSIONS: Readonly<Record<TlsVersion, bigint>> = {
  "TLSv1": 0x0301n,
  "TLSv1.2": 0x0303n,
  "TLSv1.3": 0x0304n,
};
const NO_COMPRESSION = 1n << 17n;
const NO_RENEGOTIATION = 1n << 30n;
/** Many peers close without close_notify; PS3.8 has its own end of an association. */
const IGNORE_UNEXPECTED_EOF = 1n << 7n;
const VERIFY_NONE = 0;
const VERIFY_PEER = 1;
/** A named certificate is trusted as it is, be it a root, an authority below one, or the peer's own. */
const PARTIAL_CHAIN = 0x80000n;
const CRL_FLAGS = { none: 0n, leaf: 0x4n, all: 0x4n | 0x8n };
/** Indirect and delta revocation lists too. */
const EXTENDED_CRLS = 0x1000n | 0x2000n;
const SIGNATURES = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:" +
  "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:" +
  "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:DSA+SHA256";

type Pointer = Deno.PointerValue;

interface Refusal {
  readonly error: number;
  readonly certificate: Uint8Array<ArrayBuffer> | undefined;
}

/** @throws {Fault} configuration, also for wishes the library cannot fulfil. */
export function openSslContext(
  library: OpenSsl,
  wishes: TlsWishes,
  own: OwnIdentity | undefined,
  trust: Trust,
  log: Logger,
): TlsContext {
  const { ssl, crypto } = library;
  const context = newContext(library);
  ssl.SSL_CTX_set_options(context, NO_COMPRESSION | NO_RENEGOTIATION | IGNORE_UNEXPECTED_EOF);
  offerSuites(library, context, wishes, log);
  if (own !== undefined) showCertificate(library, context, own);
  const isVerified = wishes.peerCertificate !== "ignore";
  let refusal: Refusal | undefined;
  const verdict = new Deno.UnsafeCallback(
    { parameters: ["i32", "pointer"], result: "i32" },
    (isFine, details) => {
      if (isFine === 0) {
        const certificate = crypto.X509_STORE_CTX_get_current_cert(details);
        refusal = {
          error: crypto.X509_STORE_CTX_get_error(details),
          certificate: certificate === null ? undefined : library.toDer(certificate),
        };
      }
      return isFine;
    },
  );
  ssl.SSL_CTX_set_verify(
    context,
    isVerified ? VERIFY_PEER : VERIFY_NONE,
    isVerified ? verdict.pointer : null,
  );
  if (isVerified) trustAnchors(library, context, trust, wishes.crlCheck);

  const explain = (): Fault | undefined => {
    if (refusal === undefined) return undefined;
    const { error, certificate } = refusal;
    refusal = undefined;
    const text = textAt(crypto.X509_verify_cert_error_string(BigInt(error)));
    const parsed = certificate === undefined ? undefined : parseCertificate(certificate);
    return verificationFault(error, text, parsed);
  };

  return {
    engine: library.version,
    async start(connection: Deno.TcpConn, { peer, signal }: StartTlsOptions): Promise<TlsDuplex> {
      const session = ssl.SSL_new(context);
      const { serverNameIndication } = wishes;
      if (serverNameIndication !== undefined) {
        ssl.SSL_ctrl(session, CONTROL_SERVER_NAME, HOST_NAME_TYPE, cText(serverNameIndication));
      }
      if (isVerified && (wishes.verifyHostname || trust.anchors === "system")) {
        if (isIP(peer) === 0) ssl.SSL_set1_host(session, cText(peer));
        else crypto.X509_VERIFY_PARAM_set1_ip_asc(ssl.SSL_get0_param(session), cText(peer));
      }
      const ours = { peer, showsCertificate: own !== undefined };
      const duplex = new OpenSslConnection(library, session, connection, ours);
      const giveUp = () => duplex.destroy();
      signal?.addEventListener("abort", giveUp);
      try {
        signal?.throwIfAborted();
        await duplex.handshake(explain);
        return duplex;
      } catch (caught) {
        duplex.destroy();
        throw signal?.aborted ? timedOutFault(ours) : caught;
      } finally {
        signal?.removeEventListener("abort", giveUp);
      }
    },
  };
}

/** IANA names of all suites the library has, apart from those without certificates; best first. */
export function openSslSuites(library: OpenSsl): string[] {
  return [...TLS13_SUITES, ...suiteNames(library, newContext(library)).keys()];
}

function newContext({ ssl }: OpenSsl): Pointer {
  const context = ssl.SSL_CTX_new(ssl.TLS_client_method());
  if (context === null) throw new Fault("configuration", "the system's OpenSSL cannot be set up");
  return context;
}

/** By IANA name, the library's own name of every suite of TLS 1.2 and older. */
function suiteNames({ ssl, crypto }: OpenSsl, context: Pointer): Map<string, string> {
  ssl.SSL_CTX_set_cipher_list(context, cText("ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"));
  const suites = ssl.SSL_CTX_get_ciphers(context);
  const names = new Map<string, string>();
  for (let index = 0; index < crypto.OPENSSL_sk_num(suites); index++) {
    const suite = crypto.OPENSSL_sk_value(suites, index);
    const name = textAt(ssl.SSL_CIPHER_standard_name(suite));
    if (name.includes("_WITH_")) names.set(name, textAt(ssl.SSL_CIPHER_get_name(suite)));
  }
  return names;
}

/** Versions and suites: the profile's that the library has, then those of --cipher. */
function offerSuites(library: OpenSsl, context: Pointer, wishes: TlsWishes, log: Logger): void {
  const { ssl } = library;
  const profile = TLS_PROFILES[wishes.profile];
  const known = suiteNames(library, context);
  const offered = profile.suites.filter((suite) => known.has(suite));
  if (offered.length === 0) {
    throw new Fault(
      "configuration",
      `--profile-${wishes.profile} is not possible: ${library.version} here has none of its cipher suites (${
        profile.suites.join(", ")
      })`,
    );
  }
  for (const suite of wishes.ciphers) {
    if (!known.has(suite)) {
      throw new Fault("configuration", `Unknown or invalid ciphersuite: ${suite}`, {
        code: "000b:0003",
        remedy: suite.startsWith("TLS_") && !suite.includes("_WITH_")
          ? "suites of TLS 1.3 come with the profile and cannot be named"
          : `--list-ciphers lists those of ${library.version}`,
      });
    }
    if (suite.includes("_NULL_") && wishes.profile !== "null") {
      throw new Fault(
        "configuration",
        `Unencrypted ciphersuite '${suite}' not permitted with security profile '${profile.title}'`,
        { code: "000b:0003", remedy: "nothing would be encrypted; if that is meant, use --profile-null" },
      );
    }
    if (!/_(EC)?DHE_.*_(GCM|CCM|CCM_8|POLY1305)(_|$)/.test(suite)) {
      log.warn(`cipher suite ${suite} is older than what is recommended today (BCP 195)`);
    }
    if (!offered.includes(suite)) offered.push(suite);
  }
  const names = offered.map((suite) => known.get(suite)).join(":");
  const tls13Names = [...TLS13_SUITES, ...profile.furtherTls13Suites ?? []].join(":");
  ssl.SSL_CTX_set_cipher_list(context, cText(`${names}:@SECLEVEL=0`));
  ssl.SSL_CTX_set_ciphersuites(context, cText(tls13Names));
  control(library, context, CONTROL.minimumVersion, VERSIONS[profile.minimum]);
  control(library, context, CONTROL.maximumVersion, VERSIONS[profile.maximum]);
  const signatures = cText(SIGNATURES);
  control(library, context, CONTROL.signatureAlgorithms, 0n, Deno.UnsafePointer.of(signatures));
}

function showCertificate(library: OpenSsl, context: Pointer, own: OwnIdentity): void {
  const { ssl, crypto } = library;
  const [first, ...others] = own.chain;
  const key = library.withBio(
    new TextEncoder().encode(own.keyPem),
    (bio) => crypto.PEM_read_bio_PrivateKey(bio, null, null, cText("")),
  );
  crypto.ERR_clear_error();
  const isTaken = ssl.SSL_CTX_use_certificate_ASN1(context, first.bytes.length, first.bytes) === 1 &&
    ssl.SSL_CTX_use_PrivateKey(context, key) === 1;
  crypto.EVP_PKEY_free(key);
  if (!isTaken || ssl.SSL_CTX_check_private_key(context) !== 1) {
    throw mismatch(own.keyFile, own.certificateFile);
  }
  for (const { bytes } of others) {
    const certificate = library.fromDer(bytes, crypto.d2i_X509_bio);
    control(library, context, CONTROL.chainCertificate, 1n, certificate);
    crypto.X509_free(certificate);
  }
}

function trustAnchors(
  library: OpenSsl,
  context: Pointer,
  { anchors, revocationLists }: Trust,
  crlCheck: TlsWishes["crlCheck"],
): void {
  const { ssl, crypto } = library;
  const store = ssl.SSL_CTX_get_cert_store(context);
  if (anchors === "system") ssl.SSL_CTX_set_default_verify_paths(context);
  else {
    for (const { bytes } of anchors) {
      const certificate = library.fromDer(bytes, crypto.d2i_X509_bio);
      crypto.X509_STORE_add_cert(store, certificate);
      crypto.X509_free(certificate);
    }
  }
  for (const bytes of revocationLists) {
    const list = library.fromDer(bytes, crypto.d2i_X509_CRL_bio);
    if (list === null) throw new Fault("configuration", "a certificate revocation list is damaged");
    crypto.X509_STORE_add_crl(store, list);
    crypto.X509_CRL_free(list);
  }
  const crlFlags = crlCheck === "none" ? 0n : CRL_FLAGS[crlCheck] | EXTENDED_CRLS;
  crypto.X509_STORE_set_flags(store, PARTIAL_CHAIN | crlFlags);
}

function control(
  { ssl }: OpenSsl,
  context: Pointer,
  command: number,
  value: bigint,
  pointer: Pointer = null,
): void {
  if (ssl.SSL_CTX_ctrl(context, command, value, pointer) === 0n) {
    throw new Fault("bug", `the system's OpenSSL refuses control ${command}`);
  }
}
