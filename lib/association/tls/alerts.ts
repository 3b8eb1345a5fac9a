/** TLS alerts of a peer: what they are called, and what its user can do about them. */

/** What we need to know of ourselves to say what an alert of the peer means. */
export interface OurSide {
  /** Name or address of the peer. */
  readonly peer: string;
  /** True with +tls. */
  readonly showsCertificate: boolean;
}

export interface AlertMeaning {
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
export const ALERTS: ReadonlyMap<number, AlertMeaning> = new Map<number, AlertMeaning>([
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
