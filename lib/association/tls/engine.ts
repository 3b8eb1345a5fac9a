/** What the association room knows of TLS: something that was made ready before any connection, and starts TLS on one. */

import type { Duplex } from "../duplex.ts";

/** What is known of a TLS connection once its handshake is done; undefined: the engine does not tell. */
export interface TlsDetails {
  /** Such as "TLSv1.3". */
  readonly protocol: string | undefined;
  /** IANA name, such as "TLS_AES_256_GCM_SHA384". */
  readonly cipherSuite: string | undefined;
  /** The certificate the peer showed, DER; undefined also when it showed none. */
  readonly peerCertificate: Uint8Array<ArrayBuffer> | undefined;
}

export interface TlsDuplex extends Duplex {
  readonly details: TlsDetails;
}

export interface StartTlsOptions {
  /** Name or address of the peer as the user gave it; what --verify-hostname compares. */
  readonly peer: string;
  /** --acse-timeout: how long the handshake may take. Absent: no limit. */
  readonly timeoutSeconds?: number;
}

/** Keys, certificates and choices, read and checked. One serves any number of connections. */
export interface TlsContext {
  /** Who does the work, for the log: "OpenSSL 3.0.22" or "built-in". */
  readonly engine: string;
  /**
   * Does the handshake over `connection`, which belongs to the answer from then on (and is closed when this fails).
   *
   * @throws {Fault} tls, with DCMTK's condition code, saying which certificate and why; nothing was sent to a peer that
   * is not trusted.
   */
  start(connection: Deno.TcpConn, options: StartTlsOptions): Promise<TlsDuplex>;
}
