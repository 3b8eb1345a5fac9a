/** Why OpenSSL refused a peer, and over which certificate. */

import { cText, type OpenSsl } from "./openssl_library.ts";

export interface Refusal {
  /** One of X509_V_ERR. */
  readonly error: number;
  readonly text: string;
  /** DER; undefined when it is not known. */
  readonly certificate: Uint8Array<ArrayBuffer> | undefined;
}

type Pointer = Deno.PointerValue;

/** To be asked after a handshake that failed over a certificate. */
export function refusalOf(library: OpenSsl, session: Pointer): Refusal {
  const { rareSsl, rareCrypto } = library;
  const error = Number(rareSsl.SSL_get_verify_result(session));
  const text = library.text(rareCrypto.X509_verify_cert_error_string(BigInt(error)));
  return { error, text, certificate: refusedCertificate(library, session) };
}

/**
 * Verifies once more what the peer has shown: the handshake tells the error only, this also the certificate. (A callback
 * would too, but needs a permission we do without.)
 */
function refusedCertificate(library: OpenSsl, session: Pointer): Uint8Array<ArrayBuffer> | undefined {
  const { ssl, crypto, rareSsl, rareCrypto } = library;
  const shown = rareSsl.SSL_get_peer_cert_chain(session);
  if (shown === null) return undefined;
  const store = ssl.SSL_CTX_get_cert_store(rareSsl.SSL_get_SSL_CTX(session));
  const verification = rareCrypto.X509_STORE_CTX_new();
  try {
    rareCrypto.X509_STORE_CTX_init(verification, store, crypto.OPENSSL_sk_value(shown, 0), shown);
    rareCrypto.X509_STORE_CTX_set_default(verification, cText("ssl_server"));
    rareCrypto.X509_VERIFY_PARAM_set1(
      rareCrypto.X509_STORE_CTX_get0_param(verification),
      rareSsl.SSL_get0_param(session),
    );
    if (rareCrypto.X509_verify_cert(verification) === 1) return undefined;
    const certificate = rareCrypto.X509_STORE_CTX_get_current_cert(verification);
    return certificate === null ? undefined : library.toDer(certificate);
  } finally {
    rareCrypto.X509_STORE_CTX_free(verification);
  }
}
