/** Why TLS did not come about, in DCMTK's shape (module 000b), with what to do about it. */

import { Fault } from "../../errors.ts";
import { describeCertificate, oneLine, parseCertificate } from "./certificate.ts";
import { ALERTS, type OurSide } from "./alerts.ts";
import type { Refusal } from "./openssl_refusal.ts";

/** DCMTK adds this to the reason numbers of OpenSSL. */
const DCMTK_REASON_BASE = 0x800;
/** OpenSSL's reason for the alert n of the peer is this and n. */
const ALERT_REASON_BASE = 1000;
const VERIFY_FAILED = conditionOf(134);

const HANDSHAKE_FAILURE = 40;

/** An error of OpenSSL; `reason` and `text` are its own. */
export function opensslFault(reason: number, text: string, ours: OurSide, mayRenegotiate: boolean): Fault {
  return tlsFault(reason, text, ours, remedyFor(reason - ALERT_REASON_BASE, ours, mayRenegotiate));
}

/** An alert of the peer by its number, or by the built-in engine's name for it. */
export function alertFault(alert: number | string, ours: OurSide, mayRenegotiate: boolean): Fault {
  for (const [number, { name, text }] of ALERTS) {
    if (alert === number || alert === name) {
      return tlsFault(ALERT_REASON_BASE + number, text, ours, remedyFor(number, ours, mayRenegotiate));
    }
  }
  return new Fault("tls", `TLS error: alert ${alert} from ${ours.peer}`);
}

/** `mayRenegotiate` once a handshake is done, where there can be another. */
function remedyFor(alert: number, ours: OurSide, mayRenegotiate: boolean): string | undefined {
  return mayRenegotiate && alert === HANDSHAKE_FAILURE
    ? "the peer wanted another handshake (renegotiation), perhaps to ask for our certificate: it must ask in the first"
    : ALERTS.get(alert)?.remedy(ours);
}

function tlsFault(reason: number, text: string, { peer }: OurSide, remedy?: string): Fault {
  return new Fault("tls", `TLS error: ${text} (${peer})`, {
    code: conditionOf(reason),
    remedy,
  });
}

/** "000b:0886" for a reason of OpenSSL's. */
function conditionOf(reason: number): string {
  return `000b:${(DCMTK_REASON_BASE + reason).toString(16).padStart(4, "0")}`;
}

/** By OpenSSL's verification error: what could change it. */
const REMEDIES: ReadonlyMap<number, string> = new Map([
  [2, "name the issuer's certificate with --add-cert-file"],
  [
    3,
    "load the issuer's revocation list with --add-crl-file, or leave out --enable-crl-vfy and --enable-crl-all",
  ],
  [8, "the revocation list is damaged, or not of the authority it names"],
  [9, "check this machine's clock"],
  [10, "the peer needs a new certificate; if this machine's clock is wrong, set it"],
  [11, "check this machine's clock; else load a current revocation list with --add-crl-file"],
  [12, "load a current revocation list with --add-crl-file"],
  [18, "if it is the right one, name it with --add-cert-file"],
  [19, "if it is the right one, name the last certificate of the peer's chain with --add-cert-file"],
  [
    20,
    "name the issuer's certificate with --add-cert-file; the peer should send its intermediate certificates",
  ],
  [
    21,
    "name the issuer's certificate with --add-cert-file; the peer should send its intermediate certificates",
  ],
  [23, "do not send: the issuer has withdrawn this certificate"],
  [26, "the certificate was not made for a server"],
  [35, "the authority's certificate does not allow it to sign revocation lists: it needs another one"],
  [44, "load a revocation list that is not limited to other certificates with --add-crl-file"],
  [62, "connect by a name the certificate holds, or leave out --verify-hostname"],
  [64, "connect by an address the certificate holds, or leave out --verify-hostname"],
]);
const UNCHECKED = "--ignore-peer-cert goes on without any check";

/** Errors that the names in the certificate explain. */
const NAME_MISMATCHES: ReadonlySet<number> = new Set([62, 64]);

/** Errors where going on without a check must not be advised. */
const NEVER_IGNORED: ReadonlySet<number> = new Set([8, 23]);

/** The peer's certificate is not trusted. */
export function verificationFault({ error, text, certificate: bytes }: Refusal): Fault {
  const certificate = bytes === undefined ? undefined : parseCertificate(bytes);
  const which = certificate === undefined ? "" : `: ${describeCertificate(certificate.facts)}`;
  const names = NAME_MISMATCHES.has(error) ? certificate?.facts.subjectAltName : undefined;
  const holds = names === undefined ? "" : `; it is for ${oneLine(names)}`;
  const remedies = [REMEDIES.get(error), NEVER_IGNORED.has(error) ? undefined : UNCHECKED];
  return new Fault("tls", `TLS error: certificate verify failed: ${text}${which}${holds}`, {
    code: VERIFY_FAILED,
    remedy: remedies.filter((remedy) => remedy !== undefined).join("; "),
  });
}

const NEVER_BUILT_IN = "the built-in TLS never accepts that; where OpenSSL 3 is installed it does";

interface BuiltInRefusal {
  /** How the built-in engine's words begin. */
  readonly start: string;
  /** OpenSSL's error, where it has one. */
  readonly error?: number;
  readonly text: string;
  readonly remedy?: string;
}

const BUILT_IN_REFUSALS: readonly BuiltInRefusal[] = [
  { start: "UnknownIssuer", error: 20, text: "unable to get local issuer certificate" },
  { start: "certificate expired", error: 10, text: "certificate has expired" },
  { start: "certificate not valid yet", error: 9, text: "certificate is not yet valid" },
  { start: "certificate not valid for name", error: 62, text: "hostname mismatch" },
  { start: "InvalidPurpose", error: 26, text: "unsuitable certificate purpose" },
  {
    start: "Other(OtherError(CaUsedAsEndEntity",
    text: "the peer shows a certificate of a certification authority as its own",
    remedy: `${NEVER_BUILT_IN}, if the certificate itself is named with --add-cert-file`,
  },
  {
    start: "Other(OtherError(UnsupportedCertVersion",
    text: "a certificate is not of X.509 version 3",
    remedy: NEVER_BUILT_IN,
  },
];

/** The peer's certificate is not trusted, in the built-in engine's words; it does not tell which certificate. */
export function builtInVerificationFault(words: string): Fault {
  const known = BUILT_IN_REFUSALS.find(({ start }) => words.startsWith(start));
  if (known?.error !== undefined) {
    return verificationFault({ error: known.error, text: known.text, certificate: undefined });
  }
  return new Fault("tls", `TLS error: certificate verify failed: ${known?.text ?? words}`, {
    code: VERIFY_FAILED,
    remedy: known?.remedy,
  });
}

/** DCMTK's condition when the connection ends where TLS was expected. */
const IO_ERROR = "000b:0017";

/**
 * The connection has ended before the handshake was through. The peer may be starting, or a proxy before one that is down.
 *
 * @param hasAnswered whether anything has come from it in TLS; undefined: not known
 */
export function closedFault({ peer, showsCertificate }: OurSide, hasAnswered: boolean | undefined): Fault {
  const causes = ["it is not ready"];
  if (hasAnswered !== true) causes.push("this port does not speak TLS (give the one that does)");
  if (hasAnswered !== false) {
    causes.push(
      showsCertificate ? "it does not accept our certificate" : "it wants a certificate of us (--enable-tls)",
    );
  }
  const when = hasAnswered === false ? "instead of answering the TLS handshake" : "during the TLS handshake";
  return new Fault("tls", `${peer} closed the connection ${when}`, {
    code: IO_ERROR,
    transient: true,
    remedy: `perhaps ${causes.join(", or ")}: the peer's log says why`,
  });
}

/** The peer breaks the rules of TLS, in the built-in engine's words. */
export function brokenProtocolFault(words: string, { peer }: OurSide): Fault {
  return new Fault("tls", `TLS error: ${words} (${peer})`, { code: IO_ERROR });
}

/** The handshake took too long. */
export function timedOutFault({ peer }: OurSide, timeoutSeconds: number | undefined): Fault {
  const limit = `not finished within ${timeoutSeconds} s (--acse-timeout)`;
  return new Fault("tls", `TLS handshake with ${peer} ${limit}`, {
    code: IO_ERROR,
    transient: true,
    remedy:
      "check the port: perhaps the peer does not speak TLS there; one that is overloaded needs a longer limit",
  });
}

const FIRST_RECORD_TYPE = 0x14;
const LAST_RECORD_TYPE = 0x17;
const ABORT_PDU = 0x07;

/** The same fault after the peer has sent something over TLS: then what was lost is an association. */
export function asLoss({ message, code, remedy }: Fault): Fault {
  return new Fault("lost", message, { code, remedy, transient: true });
}

/** What a peer is that answers a TLS handshake with these bytes; undefined: TLS. */
export function plainPeerFault({ peer }: OurSide, start: Uint8Array): Fault | undefined {
  const first = start[0] ?? 0;
  if (first >= FIRST_RECORD_TYPE && first <= LAST_RECORD_TYPE) return undefined;
  const what = first === ABORT_PDU ? "it is a DICOM peer without TLS" : "it does not speak TLS";
  return new Fault("tls", `${peer} does not answer with TLS: ${what} on this port`, {
    code: IO_ERROR,
    remedy: "use --disable-tls, or the peer's TLS port",
  });
}
