/**
 * TLS as the user asked for it, behind the Duplex of every other transport.
 *
 * How this works: `prepareTls` reads and checks everything that can be checked without a peer (own key and certificate,
 * trust anchors, revocation lists, profile and cipher suites) and makes the context of an engine, which then starts TLS
 * on connections that `transport.ts` has made. There are two engines. The system's OpenSSL 3 is taken where there is
 * one: it means what DCMTK's sender means, says why it refuses a peer, and shakes hands 40 ms sooner. Without it the
 * runtime's own TLS does everything but what `tls/built_in.ts` refuses.
 */

import type { TlsWishes } from "../cli/settings.ts";
import { Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import { builtInContext } from "./tls/built_in.ts";
import { daysLeft, describeKey, expiresSoon, oneLine, parseCertificate } from "./tls/certificate.ts";
import type { StartTlsOptions, TlsContext, TlsDetails } from "./tls/engine.ts";
import type { StandardInput } from "./tls/key_password.ts";
import { openSslContext } from "./tls/openssl.ts";
import { openOpenSsl } from "./tls/openssl_library.ts";
import { openSslSuites } from "./tls/openssl_suites.ts";
import { readOwnIdentity } from "./tls/own_identity.ts";
import { BUILT_IN_PROFILES, BUILT_IN_SUITES, TLS_PROFILES } from "./tls/profiles.ts";
import { readTrust } from "./tls/trust.ts";

export interface PrepareTlsOptions {
  /** "builtIn" leaves the system's OpenSSL alone. */
  readonly engine?: "any" | "builtIn";
  /** "free": without a terminal, the password of an encrypted key is the first line of standard input. */
  readonly standardInput?: StandardInput;
}

/**
 * Makes TLS ready.
 *
 * @throws {Fault} configuration: a file that cannot be used, or a wish that nothing here can fulfil, by its name; usage:
 * wishes that contradict each other.
 */
export async function prepareTls(
  wishes: TlsWishes,
  log: Logger,
  { engine = "any", standardInput = "free" }: PrepareTlsOptions = {},
): Promise<TlsContext> {
  if (wishes.verifyHostname && wishes.peerCertificate === "ignore") {
    throw new Fault("usage", "--verify-hostname has nothing to verify with --ignore-peer-cert");
  }
  const library = engine === "any" ? openOpenSsl() : undefined;
  const trust = await readTrust(wishes, log);
  const own = wishes.own && await readOwnIdentity(wishes.own, wishes, library, log, standardInput);
  const context = library === undefined
    ? builtInContext(wishes, own, trust)
    : openSslContext(library, wishes, own, trust, log);
  log.debug(() => `TLS by ${context.engine}, ${TLS_PROFILES[wishes.profile].title}`);
  return {
    engine: context.engine,
    async start(connection: Deno.TcpConn, options: StartTlsOptions) {
      const duplex = await context.start(connection, options);
      log.debug(() => describeConnection(duplex.details));
      tellIfExpiringSoon(duplex.details, log);
      return duplex;
    },
  };
}

/** Who does TLS here, for the head of the lists below. */
export function tlsEngineName(): string {
  return openOpenSsl()?.version ?? "built-in (rustls)";
}

/** IANA names of the cipher suites that can be offered here. */
export function listCiphers(): readonly string[] {
  const library = openOpenSsl();
  return library === undefined ? BUILT_IN_SUITES : openSslSuites(library);
}

/** One line each of the profiles that work here, as DCMTK words it. */
export function listProfiles(): readonly string[] {
  const library = openOpenSsl();
  const suites = new Set(listCiphers());
  return Object.entries(TLS_PROFILES)
    .filter(([name, { suites: wanted }]) =>
      library === undefined
        ? BUILT_IN_PROFILES.some((possible) => possible === name)
        : wanted.some((suite) => suites.has(suite))
    )
    .map(([name, { title, retired }]) =>
      title + (retired ? " (retired)" : name === "8996" ? " (default)" : "")
    );
}

/** DCMTK's block of lines, and the days that are left. */
function describeConnection({ protocol, cipherSuite, peerCertificate }: TlsDetails): string[] {
  const unknown = "not told by the built-in TLS";
  const lines = [
    "================== BEGIN TLS CONNECTION DETAILS =================",
    "Transport connection: TLS over TCP/IP",
    `  Protocol    : ${protocol ?? `TLSv1.2 or TLSv1.3, ${unknown}`}`,
    `  Ciphersuite : ${cipherSuite ?? unknown}`,
  ];
  if (peerCertificate !== undefined) {
    const { facts } = parseCertificate(peerCertificate);
    lines.push(
      "Peer X.509v3 Certificate",
      `  Subject     : ${oneLine(facts.subject)}`,
      `  Issued by   : ${oneLine(facts.issuer)}`,
      `  Serial no.  : ${facts.serialNumber}`,
      `  Validity    : not before ${facts.validFrom}, not after ${facts.validTo}, ${
        daysLeft(facts)
      } days left`,
      `  Public key  : ${describeKey(facts)}`,
    );
  }
  lines.push("=================== END TLS CONNECTION DETAILS ==================");
  return lines;
}

function tellIfExpiringSoon({ peerCertificate }: TlsDetails, log: Logger): void {
  if (peerCertificate === undefined || !log.enabled("info")) return;
  const { facts } = parseCertificate(peerCertificate);
  if (expiresSoon(facts)) log.info(`the peer's certificate expires in ${daysLeft(facts)} days`);
}
