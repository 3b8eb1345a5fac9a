/** The handshake of either engine, and how long it may take. */

import { timeLimit } from "../time_limit.ts";
import type { OurSide } from "./alerts.ts";
import type { TlsDuplex } from "./engine.ts";
import { timedOutFault } from "./failures.ts";

/** A connection on which TLS has not begun. */
export interface HandshakingDuplex extends TlsDuplex {
  /** Ends when the connection is destroyed, too. @throws {Fault} tls */
  handshake(): Promise<void>;
}

/**
 * The connection once its handshake is done; it is destroyed when that fails.
 *
 * @param timeoutSeconds undefined: no limit
 * @throws {Fault} tls
 */
export async function shakeHands(
  duplex: HandshakingDuplex,
  ours: OurSide,
  timeoutSeconds: number | undefined,
): Promise<TlsDuplex> {
  const signal = timeLimit(timeoutSeconds);
  const giveUp = () => duplex.destroy();
  signal?.addEventListener("abort", giveUp);
  try {
    await duplex.handshake();
    signal?.throwIfAborted();
    return duplex;
  } catch (caught) {
    duplex.destroy();
    throw signal?.aborted ? timedOutFault(ours, timeoutSeconds) : caught;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}
