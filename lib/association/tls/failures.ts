/** Why TLS did not come about, in DCMTK's shape (module 000b), with what to do about it. */

import { Fault } from "../../errors.ts";
import { type Certificate, describeCertificate, oneLine } from "./certificate.ts";

/** DCMTK adds this to the reason numbers of OpenSSL. */
const DCMTK_REASON_BASE = 0x800;
/** OpenSSL's reason for the alert n of the peer is this and n. */
const ALERT_REASON_BASE = 1000;
const VERIFY_FAILED = conditionOf(134);

/** What we need to know of ourselves to say what an alert of the peer means. */
export interface OurSide {
  /** Name or address of the peer. */
  readonly peer: string;
  /** True with +tls. */
  readonly showsCertificate: boolean;
}

interface AlertMeaning {
  /** As the built-in engine calls it. */
  readonly name: string;
  /** As OpenSSL, and so DCMTK, puts it. */
  readonly text: string;
  readonly remedy: (ours: OurSide) => string;
}

const NOTHING_IN_COMMON =
  "the peer finds no version or cipher suite in common: try another profile (--list-profiles) or --cipher";

const ourCertificate = ({ showsCertificate }: OurSide): string =>
  showsCertificate
    ? "the peer does not accept our certificate: the authority that issued it must be known there, and its file must hold the intermediate certificates"
    : "the peer wants a certificate of us: give key and certificate with --enable-tls";

/** Alerts of RFC 8446 section 6 and RFC 5246 section 7.2 that a handshake can end with. */
const ALERTS: ReadonlyMap<number, AlertMeaning> = new Map<number, AlertMeaning>([
  [10, {
    name: "UnexpectedMessage",
    text: "sslv3 alert unexpected message",
    remedy: () => "the peer's TLS is not as it should be",
  }],
  [40, {
    name: "HandshakeFailure",
    text: "sslv3 alert handshake failure",
    remedy: (ours) =>
      ours.showsCertificate
        ? NOTHING_IN_COMMON
        : `${NOTHING_IN_COMMON}; or it wants a certificate of us (--enable-tls)`,
  }],
  [42, { name: "BadCertificate", text: "sslv3 alert bad certificate", remedy: ourCertificate }],
  [43, {
    name: "UnsupportedCertificate",
    text: "sslv3 alert unsupported certificate",
    remedy: ourCertificate,
  }],
  [44, {
    name: "CertificateRevoked",
    text: "sslv3 alert certificate revoked",
    remedy: () => "our certificate is revoked: have a new one issued",
  }],
  [45, {
    name: "CertificateExpired",
    text: "sslv3 alert certificate expired",
    remedy: () => "our certificate, or one of its chain, has expired for the peer: check both clocks",
  }],
  [46, { name: "CertificateUnknown", text: "sslv3 alert certificate unknown", remedy: ourCertificate }],
  [48, { name: "UnknownCA", text: "tlsv1 alert unknown ca", remedy: ourCertificate }],
  [49, { name: "AccessDenied", text: "tlsv1 alert access denied", remedy: ourCertificate }],
  [51, { name: "DecryptError", text: "tlsv1 alert decrypt error", remedy: ourCertificate }],
  [70, { name: "ProtocolVersion", text: "tlsv1 alert protocol version", remedy: () => NOTHING_IN_COMMON }],
  [71, {
    name: "InsufficientSecurity",
    text: "tlsv1 alert insufficient security",
    remedy: () => NOTHING_IN_COMMON,
  }],
  [80, {
    name: "InternalError",
    text: "tlsv1 alert internal error",
    remedy: () => "look into the peer's log",
  }],
  [112, {
    name: "UnrecognisedName",
    text: "tlsv1 unrecognized name",
    remedy: () => "the peer does not serve this name: see --request-sni",
  }],
  [116, { name: "CertificateRequired", text: "tlsv13 alert certificate required", remedy: ourCertificate }],
  [120, {
    name: "NoApplicationProtocol",
    text: "tlsv1 alert no application protocol",
    remedy: () => "look into the peer's log",
  }],
]);

/** An error of OpenSSL during or after the handshake; `reason` and `text` are its own. */
export function opensslFault(reason: number, text: string, ours: OurSide): Fault {
  const alert = ALERTS.get(reason - ALERT_REASON_BASE);
  return tlsFault(reason, text, ours, alert?.remedy(ours));
}

/** The number of an alert by the built-in engine's name for it. */
export function alertFault(name: string, ours: OurSide): Fault {
  for (const [number, alert] of ALERTS) {
    if (alert.name === name) {
      return tlsFault(ALERT_REASON_BASE + number, alert.text, ours, alert.remedy(ours));
    }
  }
  return new Fault("tls", `TLS error: alert ${name} from ${ours.peer}`);
}

function tlsFault(reason: number, text: string, { peer }: OurSide, remedy?: string): Fault {
  return new Fault("tls", `TLS error: ${text} (${peer})`, {
    code: conditionOf(reason),
    ...(remedy === undefined ? {} : { remedy }),
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
  [9, "check this machine's clock"],
  [10, "the peer needs a new certificate; if this machine's clock is wrong, set it"],
  [11, "check this machine's clock"],
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
  [62, "connect by a name the certificate holds, or leave out --verify-hostname"],
  [64, "connect by an address the certificate holds, or leave out --verify-hostname"],
]);
const UNCHECKED = "--ignore-peer-cert goes on without any check";

/** Errors that the names in the certificate explain. */
const NAME_MISMATCHES: ReadonlySet<number> = new Set([62, 64]);

/** Errors where going on without a check must not be advised. */
const NEVER_IGNORED: ReadonlySet<number> = new Set([23]);

/** The peer's certificate is not trusted; `error` and `text` are OpenSSL's. */
export function verificationFault(
  error: number,
  text: string,
  certificate: Certificate | undefined,
): Fault {
  const which = certificate === undefined ? "" : `: ${describeCertificate(certificate.facts)}`;
  const names = NAME_MISMATCHES.has(error) ? certificate?.facts.subjectAltName : undefined;
  const holds = names === undefined ? "" : `; it is for ${oneLine(names)}`;
  const remedies = [REMEDIES.get(error), NEVER_IGNORED.has(error) ? undefined : UNCHECKED];
  return new Fault("tls", `TLS error: certificate verify failed: ${text}${which}${holds}`, {
    code: VERIFY_FAILED,
    remedy: remedies.filter((remedy) => remedy !== undefined).join("; "),
  });
}

/** As the built-in engine puts it: OpenSSL's error, or a text where that has none. */
const BUILT_IN_REFUSALS:
  readonly (readonly [start: string, error: number | undefined, text: string, remedy?: string])[] = [
    ["UnknownIssuer", 20, "unable to get local issuer certificate"],
    ["Expired", 10, "certificate has expired"],
    ["NotValidYet", 9, "certificate is not yet valid"],
    ["NotValidForName", 62, "hostname mismatch"],
    ["certificate not valid for name", 62, "hostname mismatch"],
    ["Revoked", 23, "certificate revoked"],
    ["InvalidPurpose", 26, "unsuitable certificate purpose"],
    [
      "Other(OtherError(CaUsedAsEndEntity",
      undefined,
      "the peer shows a certificate of a certification authority as its own",
      "the built-in TLS never accepts that; where OpenSSL 3 is installed it does, if the certificate itself is named with --add-cert-file",
    ],
    [
      "Other(OtherError(UnsupportedCertVersion",
      undefined,
      "a certificate is not of X.509 version 3",
      "the built-in TLS never accepts that; where OpenSSL 3 is installed it does",
    ],
  ];

/** The peer's certificate is not trusted, in the built-in engine's words; it does not tell which certificate. */
export function builtInVerificationFault(words: string): Fault {
  const known = BUILT_IN_REFUSALS.find(([start]) => words.startsWith(start));
  if (known?.[1] !== undefined) return verificationFault(known[1], known[2], undefined);
  return new Fault("tls", `TLS error: certificate verify failed: ${known?.[2] ?? words}`, {
    code: VERIFY_FAILED,
    ...(known?.[3] === undefined ? {} : { remedy: known[3] }),
  });
}

/** DCMTK's condition when the connection ends where TLS was expected. */
const IO_ERROR = "000b:0017";

/** The peer closed the connection before the handshake was through. */
export function closedFault({ peer }: OurSide, hasAnswered: boolean): Fault {
  return new Fault(
    "tls",
    hasAnswered
      ? `${peer} closed the connection during the TLS handshake`
      : `${peer} closed the connection instead of answering the TLS handshake`,
    {
      code: IO_ERROR,
      remedy: hasAnswered
        ? "look into the peer's log"
        : "probably this port does not speak TLS: use --disable-tls, or the peer's TLS port",
    },
  );
}

/** The handshake took too long. */
export function timedOutFault({ peer }: OurSide): Fault {
  return new Fault("tls", `TLS handshake with ${peer} not finished in time`, {
    code: IO_ERROR,
    transient: true,
    remedy: "the peer may not speak TLS on this port, or is overloaded",
  });
}

const FIRST_RECORD_TYPE = 0x14;
const LAST_RECORD_TYPE = 0x17;
const ABORT_PDU = 0x07;

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
