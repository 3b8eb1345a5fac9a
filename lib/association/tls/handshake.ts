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
 * @param limit of that length, where it has begun already
 * @throws {Fault} tls
 */
export async function shakeHands(
  duplex: HandshakingDuplex,
  ours: OurSide,
  timeoutSeconds: number | undefined,
  limit: AbortSignal | undefined = timeLimit(timeoutSeconds),
): Promise<TlsDuplex> {
  const giveUp = () => duplex.destroy();
  limit?.addEventListener("abort", giveUp);
  try {
    await duplex.handshake();
    limit?.throwIfAborted();
    return duplex;
  } catch (caught) {
    duplex.destroy();
    throw limit?.aborted ? timedOutFault(ours, timeoutSeconds) : caught;
  } finally {
    limit?.removeEventListener("abort", giveUp);
  }
}
