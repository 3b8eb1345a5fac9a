/** Messages on their way out, cut into batches of P-DATA-TF PDUs: one is filled while the other is being written. */

import type { ByteSource } from "../bytes/source.ts";
import type { Fault } from "../errors.ts";
import { Batch } from "../pdu/fragment.ts";
import type { Outgoing } from "./outgoing.ts";

/** A batch, and when its bytes have left it. */
interface Slot {
  readonly batch: Batch;
  written: Promise<void>;
}

/** Invariant: fragments of two messages do not mix, and one that broke off is never followed by another. */
export class MessageWriter {
  readonly #outgoing: Outgoing;
  readonly #fragmentBytes: number;
  #slots: [Slot, Slot] | undefined;
  #inMessage = false;
  #fault: Fault | undefined;
  /** Ends the wait for a slow source. */
  #stopWaiting: ((fault: Fault) => void) | undefined;

  /** @param fragmentBytes longest fragment, even, at least 2; see longestFragmentBytes. */
  constructor(outgoing: Outgoing, fragmentBytes: number) {
    this.#outgoing = outgoing;
    this.#fragmentBytes = fragmentBytes;
  }

  /**
   * Gives a message to the transport; returns as soon as that has its last bytes, with a promise for when they are taken.
   * @param sent called with the number of data PDVs, and of bytes, of each batch
   * @throws Fault of the association, or of the source
   */
  async write(
    contextId: number,
    command: Uint8Array,
    source?: ByteSource,
    sent?: (dataPdvs: number, lengthBytes: number) => void,
  ): Promise<{ readonly taken: Promise<void> }> {
    if (this.#inMessage) throw new RangeError("a message begins in the middle of another");
    this.#inMessage = true;
    for (let first: Uint8Array | undefined = command;; first = undefined) {
      const slot = await this.#freeSlot();
      const { batch } = slot;
      batch.begin(contextId, first);
      while (source !== undefined && !batch.full && !source.ended) {
        const slow = batch.put(source);
        if (slow !== undefined) await this.#unlessFaulty(slow);
      }
      if (this.#fault !== undefined) throw this.#fault;
      slot.written = this.#outgoing.write(batch.bytes);
      sent?.(batch.dataPdvs, batch.bytes.length);
      if (source !== undefined && !source.ended) continue;
      this.#inMessage = false;
      return { taken: slot.written };
    }
  }

  /** Nothing more is written: a message under way breaks off, even if its source takes for ever. */
  end(fault: Fault): void {
    this.#fault ??= fault;
    this.#stopWaiting?.(fault);
  }

  /** The two batches take turns. */
  async #freeSlot(): Promise<Slot> {
    this.#slots ??= [newSlot(this.#fragmentBytes), newSlot(this.#fragmentBytes)];
    this.#slots.reverse();
    const [slot] = this.#slots;
    await slot.written;
    return slot;
  }

  #unlessFaulty(slow: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject;
      if (this.#fault !== undefined) reject(this.#fault);
      slow.then(resolve, reject);
    });
  }
}

function newSlot(fragmentBytes: number): Slot {
  return { batch: new Batch(fragmentBytes), written: Promise.resolve() };
}
