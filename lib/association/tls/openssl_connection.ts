/**
 * One TLS connection through the system's OpenSSL.
 *
 * How this works: OpenSSL never sees the socket. Two memory BIOs stand between: what arrives is put into one, what it
 * wants to send is taken from the other. Its calls are synchronous and short, so one thread serves reading and writing.
 * What the socket takes at once is sent through the C library, without the cost of an asynchronous write, and in parts
 * small enough that the peer deciphers one while we encipher the next; only for the rest the runtime waits.
 */

import { othersFirst, Turns } from "../../bytes/turns.ts";
import { findSocket, type Socket } from "../socket.ts";
import { Fault } from "../../errors.ts";
import type { OurSide } from "./alerts.ts";
import type { TlsDetails } from "./engine.ts";
import { asLoss, closedFault, opensslFault, plainPeerFault, verificationFault } from "./failures.ts";
import type { HandshakingDuplex } from "./handshake.ts";
import type { OpenSsl } from "./openssl_library.ts";
import { refusalOf } from "./openssl_refusal.ts";

/** Most that is encrypted before it goes to the socket: less wakes the peer too often, more lets it wait. */
const WRITE_BYTES = 128 * 1024;
/** Encrypted form of WRITE_BYTES: each 16 KiB grow by less than 256 bytes, whatever the suite. */
const OUTGOING_BYTES = WRITE_BYTES + (WRITE_BYTES / 16384 + 1) * 256;
const INCOMING_BYTES = 32 * 1024;

/** After more than these the peer sends records without content, perhaps without end: time limits need their turn. */
const MOST_READS_OF_A_RECORD = 16;

const WANT_READ = 2;
const ZERO_RETURN = 6;
const CERTIFICATE_VERIFY_FAILED = 134;

type Bytes = Uint8Array<ArrayBuffer>;

export class OpenSslConnection implements HandshakingDuplex {
  readonly #library: OpenSsl;
  readonly #ssl: Deno.PointerValue;
  readonly #received: Deno.PointerValue;
  readonly #toSend: Deno.PointerValue;
  readonly #connection: Deno.TcpConn;
  readonly #socket: Socket | undefined;
  readonly #ours: OurSide;
  readonly #outgoing: Bytes = new Uint8Array(OUTGOING_BYTES);
  readonly #incoming: Bytes = new Uint8Array(INCOMING_BYTES);
  /** The same for readNow(), because a read() may be waiting with the other. */
  readonly #arrived: Bytes = new Uint8Array(INCOMING_BYTES);
  /** What readNow() came upon, for read() to say. */
  #end: { readonly fault: Fault | undefined } | undefined;
  #flushing: Promise<void> | undefined;
  /** A socket that takes everything at once would let nothing else get on. */
  #turns = new Turns();
  #details: TlsDetails | undefined;
  /** The peer has sent anything at all, and has sent something over TLS. */
  #hasAnswered = false;
  #hasSentData = false;
  #destroyed = false;

  /** Takes over `ssl` and `connection`; both end with destroy(). */
  constructor(library: OpenSsl, ssl: Deno.PointerValue, connection: Deno.TcpConn, ours: OurSide) {
    const { BIO_new, BIO_s_mem } = library.crypto;
    this.#library = library;
    this.#ssl = ssl;
    this.#connection = connection;
    this.#socket = findSocket(connection.localAddr, connection.remoteAddr);
    this.#ours = ours;
    this.#received = BIO_new(BIO_s_mem());
    this.#toSend = BIO_new(BIO_s_mem());
    library.ssl.SSL_set_bio(ssl, this.#received, this.#toSend);
    library.ssl.SSL_set_connect_state(ssl);
  }

  /** @throws {Fault} tls. */
  async handshake(): Promise<void> {
    const { ssl, crypto } = this.#library;
    for (;;) {
      crypto.ERR_clear_error();
      const result = ssl.SSL_do_handshake(this.#ssl);
      const error = result === 1 ? 0 : ssl.SSL_get_error(this.#ssl, result);
      const fault = error === 0 || error === WANT_READ ? undefined : this.#takeFault();
      // Before anything is awaited: destroy() may come at any such moment.
      if (error === 0) this.#details = this.#readDetails();
      const isSent = await this.#sent(); // also the alert that tells the peer what we do not like
      if (fault !== undefined) throw fault;
      if (error === 0) return;
      this.quickAck();
      if (!isSent || !(await this.#receivedMore())) throw closedFault(this.#ours, this.#hasAnswered);
    }
  }

  /** False when the socket is broken: the end of the handshake, for reasons that only the peer knows. */
  #sent(): Promise<boolean> {
    return Promise.resolve(this.#flush()).then(() => true, () => false);
  }

  #receivedMore(): Promise<boolean> {
    return this.#receive().catch((caught) => {
      if (caught instanceof Fault) throw caught;
      return false;
    });
  }

  get details(): TlsDetails {
    return this.#details ?? { protocol: undefined, cipherSuite: undefined, peerCertificate: undefined };
  }

  async read(into: Bytes): Promise<number | null> {
    for (let reads = 0;; reads++) {
      if (this.#hasEnded()) return null;
      const count = this.#decipher(into);
      if (count > 0) return count;
      const error = this.#library.ssl.SSL_get_error(this.#ssl, count);
      // An alert or new key of ours must not hold up reading; if it cannot be sent, the next write says why.
      this.#flush()?.catch(() => {});
      if (error === ZERO_RETURN) return null;
      if (error !== WANT_READ) throw this.#takeFault();
      if (!(await this.#receive())) {
        this.#hasEnded(); // perhaps by a fault
        return null;
      }
      if (reads > MOST_READS_OF_A_RECORD) await othersFirst();
    }
  }

  /** True when there is nothing more to be read. @throws Fault that readNow() came upon */
  #hasEnded(): boolean {
    if (this.#end?.fault !== undefined) throw this.#end.fault;
    return this.#destroyed || this.#end !== undefined;
  }

  readNow(into: Bytes): number | undefined {
    if (this.#destroyed || this.#end !== undefined) return 0;
    if (this.#socket === undefined) return undefined;
    // A call takes one record out: of many small ones no more are fetched before those that are here have been taken.
    const isFull = this.#library.pendingBytes(this.#received) >= INCOMING_BYTES;
    const arrived = isFull ? 0 : this.#socket.receiveNow(this.#arrived);
    if (arrived > 0) this.#library.crypto.BIO_write(this.#received, this.#arrived, arrived);
    // Also when nothing did: several records may have come at once before.
    const count = this.#decipher(into);
    if (count > 0) return count;
    const error = this.#library.ssl.SSL_get_error(this.#ssl, count);
    this.#flush()?.catch(() => {});
    if (error === WANT_READ) return 0;
    this.#end = { fault: error === ZERO_RETURN ? undefined : this.#takeFault() };
    this.#socket?.shutdown(); // wakes the read() that waits
    return 0;
  }

  /** Reads what has been put into the BIO; answers what SSL_read does: more than 0 is a number of bytes. */
  #decipher(into: Bytes): number {
    this.#library.crypto.ERR_clear_error();
    const count = this.#library.ssl.SSL_read(this.#ssl, into, into.length);
    if (count > 0) this.#hasSentData = true;
    return count;
  }

  async write(from: Bytes): Promise<number> {
    const { ssl, crypto } = this.#library;
    if (this.#destroyed) throw new Deno.errors.BadResource("the connection is closed");
    crypto.ERR_clear_error();
    for (let at = 0;;) {
      const rest = from.length - at;
      const count = ssl.SSL_write(
        this.#ssl,
        at === 0 ? from : from.subarray(at),
        Math.min(rest, WRITE_BYTES),
      );
      if (count <= 0) throw this.#takeFault();
      at += count;
      const wait = this.#flush() ?? this.#turns.due();
      if (wait !== undefined) await wait;
      if (wait !== undefined || at === from.length) return at;
    }
  }

  undeliveredBytes(): number {
    return this.#destroyed ? 0 : this.#socket?.undeliveredBytes() ?? 0;
  }

  quickAck(): void {
    if (!this.#destroyed) this.#socket?.quickAck();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#sayGoodbye();
    this.#destroyed = true;
    this.#socket?.shutdown();
    this.#connection.close();
    this.#library.ssl.SSL_free(this.#ssl);
  }

  /** close_notify, if the socket takes it at once: the peer can tell an end from a broken connection. */
  #sayGoodbye(): void {
    if (this.#details === undefined || this.#flushing !== undefined) return;
    this.#library.crypto.ERR_clear_error();
    this.#library.ssl.SSL_shutdown(this.#ssl);
    this.#flush()?.catch(() => {});
  }

  /** What went wrong in the call before. */
  #takeFault(): Fault {
    const { reason, text } = this.#library.takeError();
    if (reason === CERTIFICATE_VERIFY_FAILED) return verificationFault(refusalOf(this.#library, this.#ssl));
    const mayRenegotiate = this.#details !== undefined && this.#details.protocol !== "TLSv1.3";
    const fault = opensslFault(reason, text, this.#ours, mayRenegotiate);
    return this.#hasSentData ? asLoss(fault) : fault;
  }

  /** Waits for bytes from the socket; false at the end of the stream. */
  async #receive(): Promise<boolean> {
    const count = await this.#connection.read(this.#incoming);
    if (count === null || this.#destroyed) return false;
    const start = this.#incoming.subarray(0, count);
    if (!this.#hasAnswered) {
      const fault = plainPeerFault(this.#ours, start);
      if (fault !== undefined) throw fault;
      this.#hasAnswered = true;
    }
    this.#library.crypto.BIO_write(this.#received, start, count);
    return true;
  }

  /**
   * Sends all there is; undefined when the socket has taken it at once. Reading and writing may both ask for it; the
   * socket sees one write at a time, in order.
   */
  #flush(): Promise<void> | undefined {
    while (this.#flushing === undefined && !this.#destroyed) {
      const count = this.#library.crypto.BIO_read(this.#toSend, this.#outgoing, OUTGOING_BYTES);
      if (count <= 0) return undefined;
      const sent = this.#socket?.sendNow(this.#outgoing, count) ?? 0;
      if (sent < count) this.#flushing = this.#sendRest(sent, count);
    }
    return this.#flushing;
  }

  async #sendRest(start: number, end: number): Promise<void> {
    try {
      for (let at = start; at < end;) at += await this.#connection.write(this.#outgoing.subarray(at, end));
    } finally {
      this.#flushing = undefined;
      this.#turns = new Turns();
    }
    await this.#flush();
  }

  #readDetails(): TlsDetails {
    const { ssl, crypto } = this.#library;
    const certificate = ssl.SSL_get1_peer_certificate(this.#ssl);
    const peerCertificate = certificate === null ? undefined : this.#library.toDer(certificate);
    crypto.X509_free(certificate);
    return {
      protocol: this.#library.text(ssl.SSL_get_version(this.#ssl)),
      cipherSuite: this.#library.text(ssl.SSL_CIPHER_standard_name(ssl.SSL_get_current_cipher(this.#ssl))),
      peerCertificate,
    };
  }
}
