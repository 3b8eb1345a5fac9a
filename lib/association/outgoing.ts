/** All that an association writes: one write at a time, in the order given. */

import { Turns } from "../bytes/turns.ts";
import type { Fault } from "../errors.ts";
import type { Duplex } from "./duplex.ts";

/** Invariant: after a write that failed nothing is written, because a PDU may have broken off. */
export class Outgoing {
  readonly #duplex: Duplex;
  readonly #moved: () => void;
  readonly #explain: (caught: unknown) => Promise<Fault>;
  #last: Promise<void> = Promise.resolve();
  #unwritten = 0;
  #isBroken = false;
  readonly #turns = new Turns();
  #end: Fault | undefined;
  #stopWaiting: ((fault: Fault) => void) | undefined;

  /**
   * @param moved called when a write begins, and whenever the transport has taken bytes
   * @param explain turns what a write was refused with into the reason
   */
  constructor(duplex: Duplex, moved: () => void, explain: (caught: unknown) => Promise<Fault>) {
    this.#duplex = duplex;
    this.#moved = moved;
    this.#explain = explain;
  }

  /** True while bytes wait for the transport. */
  get busy(): boolean {
    return this.#unwritten > 0;
  }

  /**
   * Writes `bytes` behind everything given before; they must not change until that is done. Undefined: it is done already.
   * The promise is refused with a Fault.
   */
  write(bytes: Uint8Array): Promise<void> | undefined {
    // As long as the peer takes everything at once nobody waits, and nobody else gets a turn.
    const turn = this.busy ? undefined : this.#turns.due();
    const lengthBytes = this.busy || turn !== undefined ? 0 : this.#writeNow(bytes);
    if (lengthBytes > 0) this.#moved();
    if (lengthBytes === bytes.length) return undefined;
    this.#unwritten++;
    const last = this.#last;
    const before = turn === undefined ? last : turn.then(() => last);
    const written = this.#writeAfter(before, bytes, lengthBytes);
    written.catch(() => {}); // seen by those who wait for it, and by the next write
    this.#last = written;
    return written;
  }

  /** Waits no longer, not even for a write that the peer stalls; nothing is written after this. */
  cut(fault: Fault): void {
    this.#end ??= fault;
    this.#stopWaiting?.(fault);
  }

  async #writeAfter(before: Promise<void>, bytes: Uint8Array, from: number): Promise<void> {
    try {
      await before;
      this.#moved();
      for (let at = from; at < bytes.length;) {
        const rest = at === 0 ? bytes : bytes.subarray(at);
        at += this.#writeNow(rest) || await this.#take(rest);
        this.#moved();
      }
    } catch (caught) {
      this.#isBroken = true;
      throw caught;
    } finally {
      this.#unwritten--;
    }
  }

  #writeNow(bytes: Uint8Array): number {
    return this.#isBroken || this.#end !== undefined ? 0 : this.#duplex.writeNow?.(bytes) ?? 0;
  }

  /** Not the transport's own promise: closing does not end a stalled write on every system. */
  #take(bytes: Uint8Array): Promise<number> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject;
      const refused = (caught: unknown) => void this.#explain(caught).then(reject);
      this.#duplex.write(bytes).then(resolve, refused);
    });
  }
}
