/** The one thing the association engine knows of a transport: bytes both ways. */

/** A connected byte stream: plain TCP (`tcp_duplex.ts`) or TLS (`tls/`). */
export interface Duplex {
  /** Reads at least one byte into `into`; null at the end of the stream. One read at a time. */
  read(into: Uint8Array): Promise<number | null>;
  /**
   * Writes at least one byte of `from`, as many as the transport takes now, and answers how many. One write at a
   * time; `from` must not change until it is done.
   */
  write(from: Uint8Array): Promise<number>;
  /**
   * Reads what is there, without waiting; 0 when there is nothing, or read() has more to say about it; undefined where only
   * read() can tell. Called until it answers one of these, because a read() that waits may not see what was left. A read()
   * may wait meanwhile: what that has got already comes first, since its promise is kept before anybody calls this.
   */
  readNow?(into: Uint8Array): number | undefined;
  /** Writes what can be taken without waiting; 0 when that is nothing, or write() has more to say. Not during a write(). */
  writeNow?(from: Uint8Array): number;
  /** Bytes taken that have not reached the peer yet, where that is known: a slow line may hold megabytes for a while. */
  undeliveredBytes?(): number;
  /** Asks for the answer to be acknowledged at once (TCP_QUICKACK, not sticky: call before each read that waits for the rest of it). */
  quickAck(): void;
  /** Ends pending reads and writes at once, even when the peer has stopped reading; then closes. May be called twice. */
  destroy(): void;
}
