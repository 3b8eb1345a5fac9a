/** The time limits of an association, kept by one slow timer instead of one timer for every operation. */

import { Fault } from "../errors.ts";
import { lostFault } from "./refusals.ts";

/** All in seconds; absent means no limit. */
export interface TimeLimits {
  /** -ta: answer to A-ASSOCIATE-RQ and A-RELEASE-RQ. */
  readonly acseTimeoutSeconds: number;
  /** -td: response to a DIMSE request. */
  readonly dimseTimeoutSeconds?: number | undefined;
  /** -ts: no byte moved either way although one was due. */
  readonly socketTimeoutSeconds?: number | undefined;
}

/** How long no byte may move, in seconds. */
export interface StallLimits {
  /** While the peer is to take bytes. */
  readonly writingSeconds: number;
  /** While its answer, or a slow source, is waited for. The answer has to come in that time even if other bytes do. */
  readonly otherwiseSeconds: number;
}

const TICK_MS = 100;
/** When nothing has moved for so long, the kernel is asked whether the peer still takes what it holds. */
const QUIET_MS = 500;

/** What an association is waiting for right now, asked at every tick. */
export interface Waiting {
  /** Name of the PDU an ACSE service waits for; undefined when none does. */
  readonly acse: string | undefined;
  /** When the oldest request whose response is awaited was completely sent (performance.now), if one is. */
  readonly oldestRequestMs: number | undefined;
  /** True while bytes wait for the peer to take them. */
  readonly writing: boolean;
  /** True when bytes are due: a write is under way, a response is awaited, or a PDU has begun to arrive. */
  readonly bytesDue: boolean;
}

/** Strikes at most once. `stop` must be called when the association ends. */
export class Deadlines {
  readonly #limits: TimeLimits;
  readonly #waiting: () => Waiting;
  readonly #undeliveredBytes: () => number;
  readonly #timer: number;
  #movedMs = performance.now();
  /** When bytes that had been written before were last seen to reach the peer, and how many were left then. */
  #deliveredMs = 0;
  #undelivered = 0;
  #acseSinceMs = 0;
  #stall: (StallLimits & { readonly sinceMs: number }) | undefined;

  /** @param undeliveredBytes of what has been written, how much has not reached the peer, as far as that is known */
  constructor(
    limits: TimeLimits,
    waiting: () => Waiting,
    undeliveredBytes: () => number,
    strike: (fault: Fault) => void,
  ) {
    this.#limits = limits;
    this.#waiting = waiting;
    this.#undeliveredBytes = undeliveredBytes;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - this.#movedMs >= QUIET_MS) this.#noteDelivery(nowMs);
      const fault = this.#overdue(nowMs);
      if (fault === undefined) return;
      this.stop();
      strike(fault);
    }, TICK_MS);
  }

  /** Shorter limits than -ts from now on, whatever is being waited for. */
  limitStall(limits: StallLimits): void {
    this.#stall = { ...limits, sinceMs: performance.now() };
    this.moved();
  }

  /** Says that bytes moved, or that from now on some are due. */
  moved(): void {
    this.#movedMs = performance.now();
  }

  /** Says that an ACSE service starts to wait. */
  acseStarted(): void {
    this.#acseSinceMs = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What leaves the kernel moves, too, and before that the peer cannot answer. */
  #noteDelivery(nowMs: number): void {
    const undelivered = this.#undeliveredBytes();
    if (undelivered < this.#undelivered) {
      this.#movedMs = nowMs;
      this.#deliveredMs = nowMs;
    }
    this.#undelivered = undelivered;
  }

  #overdue(nowMs: number): Fault | undefined {
    const { acseTimeoutSeconds, dimseTimeoutSeconds, socketTimeoutSeconds } = this.#limits;
    const { acse, oldestRequestMs, writing, bytesDue } = this.#waiting();
    const answerSinceMs = oldestRequestMs === undefined
      ? undefined
      : Math.max(oldestRequestMs, this.#deliveredMs);
    if (this.#stall !== undefined) {
      const { writingSeconds, otherwiseSeconds, sinceMs } = this.#stall;
      const seconds = writing ? writingSeconds : otherwiseSeconds;
      if (nowMs - this.#movedMs >= seconds * 1000) {
        return new Fault("lost", `no byte moved either way for ${seconds} s after the stop was asked for`);
      }
      if (
        answerSinceMs !== undefined && nowMs - Math.max(answerSinceMs, sinceMs) >= otherwiseSeconds * 1000
      ) {
        return new Fault("lost", `no response within ${otherwiseSeconds} s after the stop was asked for`);
      }
    }
    if (acse !== undefined && nowMs - this.#acseSinceMs >= acseTimeoutSeconds * 1000) {
      return new Fault(
        "lost",
        `DUL network read timeout: no ${acse} within ${acseTimeoutSeconds} s (--acse-timeout)`,
        {
          code: "0006:031a",
          transient: true,
        },
      );
    }
    if (acse !== undefined) return undefined;
    // As in DCMTK, whose wait for a response with a limit is not one of the socket: -ts counts only for the rest.
    if (dimseTimeoutSeconds !== undefined && answerSinceMs !== undefined) {
      if (nowMs - answerSinceMs < dimseTimeoutSeconds * 1000) return undefined;
      const text = `no response within ${dimseTimeoutSeconds} s (--dimse-timeout)`;
      return new Fault("lost", `DIMSE No data available (timeout in non-blocking mode): ${text}`, {
        code: "0006:0207",
        transient: true,
      });
    }
    if (
      socketTimeoutSeconds !== undefined && bytesDue && nowMs - this.#movedMs >= socketTimeoutSeconds * 1000
    ) {
      return lostFault(`no byte moved either way for ${socketTimeoutSeconds} s (--socket-timeout)`);
    }
    return undefined;
  }
}
