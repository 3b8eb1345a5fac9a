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
import { describeCertificate } from "./certificate.ts";
import type { StartTlsOptions, TlsContext, TlsDuplex } from "./engine.ts";
import { shakeHands } from "./handshake.ts";
import { OpenSslConnection } from "./openssl_connection.ts";
import { cText, type OpenSsl } from "./openssl_library.ts";
import { offerSuites } from "./openssl_suites.ts";
import { mismatch, type OwnIdentity } from "./own_identity.ts";
import type { Trust } from "./trust.ts";

const SERVER_NAME = 55;
const CHAIN_CERTIFICATE = 89;
const SIGNATURE_ALGORITHMS = 98;
const HOST_NAME_TYPE = 0n;
const NO_COMPRESSION = 1n << 17n;
const NO_RENEGOTIATION = 1n << 30n;
/** Many peers close without close_notify; PS3.8 has its own end of an association. */
const IGNORE_UNEXPECTED_EOF = 1n << 7n;
const VERIFY_NONE = 0;
const VERIFY_PEER = 1;
/** A named certificate is trusted as it is, be it a root, an authority below one, or the peer's own. */
const PARTIAL_CHAIN = 0x80000n;
const CRL_FLAGS = { none: 0n, leaf: 0x4n, all: 0x4n | 0x8n };
/** Indirect revocation lists too, and those of some reasons; delta lists are refused (trust.ts). */
const EXTENDED_CRLS = 0x1000n;
const SIGNATURES = "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:" +
  "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:" +
  "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:DSA+SHA256";

type Pointer = Deno.PointerValue;

/** @throws {Fault} configuration, also for wishes the library cannot fulfil. */
export function openSslContext(
  library: OpenSsl,
  wishes: TlsWishes,
  own: OwnIdentity | undefined,
  trust: Trust,
  log: Logger,
): TlsContext {
  const { ssl } = library;
  const context = library.newContext();
  ssl.SSL_CTX_set_options(context, NO_COMPRESSION | NO_RENEGOTIATION | IGNORE_UNEXPECTED_EOF);
  offerSuites(library, context, wishes, log);
  ssl.SSL_CTX_ctrl_text(context, SIGNATURE_ALGORITHMS, 0n, cText(SIGNATURES));
  if (own !== undefined) showCertificate(library, context, own);
  const isVerified = wishes.peerCertificate !== "ignore";
  ssl.SSL_CTX_set_verify(context, isVerified ? VERIFY_PEER : VERIFY_NONE, null);
  if (isVerified) trustAnchors(library, context, trust, wishes.crlCheck);

  return {
    engine: library.version,
    async start(connection: Deno.TcpConn, { peer, timeoutSeconds }: StartTlsOptions): Promise<TlsDuplex> {
      const session = ssl.SSL_new(context);
      const ours = { peer, showsCertificate: own !== undefined };
      const duplex = new OpenSslConnection(library, session, connection, ours);
      const { serverNameIndication } = wishes;
      if (serverNameIndication !== undefined) {
        library.rareSsl.SSL_ctrl(session, SERVER_NAME, HOST_NAME_TYPE, cText(serverNameIndication));
      }
      if (isVerified && (wishes.verifyHostname || trust.anchors === "system")) {
        try {
          expectName(library, session, peer);
        } catch (caught) {
          duplex.destroy();
          throw caught;
        }
      }
      return await shakeHands(duplex, ours, timeoutSeconds);
    },
  };
}

function expectName({ rareSsl, rareCrypto }: OpenSsl, session: Pointer, peer: string): void {
  const isSet = isIP(peer) === 0
    ? rareSsl.SSL_set1_host(session, cText(peer))
    : rareCrypto.X509_VERIFY_PARAM_set1_ip_asc(rareSsl.SSL_get0_param(session), cText(peer));
  if (isSet === 1) return;
  throw new Fault("tls", `cannot compare a certificate with the name ${peer}`, {
    remedy: "give the peer by a name, or by an address without a zone, that its certificate holds",
  });
}

function showCertificate(library: OpenSsl, context: Pointer, own: OwnIdentity): void {
  const { ssl, crypto, rareSsl, rareCrypto } = library;
  const [first, ...others] = own.chain;
  const key = library.withBio(
    new TextEncoder().encode(own.keyPem),
    (bio) => rareCrypto.PEM_read_bio_PrivateKey(bio, null, null, cText("")),
  );
  crypto.ERR_clear_error();
  const isTaken = rareSsl.SSL_CTX_use_certificate_ASN1(context, first.bytes.length, first.bytes) === 1 &&
    rareSsl.SSL_CTX_use_PrivateKey(context, key) === 1;
  rareCrypto.EVP_PKEY_free(key);
  if (!isTaken || rareSsl.SSL_CTX_check_private_key(context) !== 1) {
    throw mismatch(own.keyFile, own.certificateFile);
  }
  for (const { bytes } of others) {
    const certificate = library.fromDer(bytes, crypto.d2i_X509_bio);
    const isAdded = ssl.SSL_CTX_ctrl(context, CHAIN_CERTIFICATE, 1n, certificate);
    crypto.X509_free(certificate);
    if (Number(isAdded) !== 1) throw unusable(`a certificate in '${own.certificateFile}'`, library);
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
  if (anchors === "system") library.rareSsl.SSL_CTX_set_default_verify_paths(context);
  else {
    for (const { bytes, facts } of anchors) {
      const certificate = library.fromDer(bytes, crypto.d2i_X509_bio);
      const isAdded = crypto.X509_STORE_add_cert(store, certificate);
      crypto.X509_free(certificate);
      if (isAdded !== 1) throw unusable(`the trust anchor with ${describeCertificate(facts)}`, library);
    }
  }
  for (const { bytes, path } of revocationLists) {
    const list = library.fromDer(bytes, library.rareCrypto.d2i_X509_CRL_bio);
    const isAdded = library.rareCrypto.X509_STORE_add_crl(store, list);
    library.rareCrypto.X509_CRL_free(list);
    if (isAdded !== 1) throw unusable(`the revocation list '${path}'`, library);
  }
  const crlFlags = crlCheck === "none" ? 0n : CRL_FLAGS[crlCheck] | EXTENDED_CRLS;
  crypto.X509_STORE_set_flags(store, PARTIAL_CHAIN | crlFlags);
}

function unusable(what: string, library: OpenSsl): Fault {
  return new Fault("configuration", `cannot use ${what}: ${library.takeError().text}`);
}
