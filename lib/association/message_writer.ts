/**
 * Messages on their way out, cut into batches of P-DATA-TF PDUs. While the transport takes each at once there is one,
 * which stays in the processor's cache; where it has to wait, a second one is filled meanwhile.
 */

import type { ByteSource } from "../bytes/source.ts";
import type { Fault } from "../errors.ts";
import { Batch } from "../pdu/fragment.ts";
import type { Outgoing } from "./outgoing.ts";

/** A batch; as long as it is being written, when its bytes will have left it. */
interface Slot {
  readonly batch: Batch;
  written: Promise<void> | undefined;
}

/** Invariant: fragments of two messages do not mix, and one that broke off is never followed by another. */
export class MessageWriter {
  readonly #outgoing: Outgoing;
  readonly #fragmentBytes: number;
  readonly #batchBytes: number | undefined;
  /** The one used last is the first. */
  #slots: readonly Slot[] = [];
  #inMessage = false;
  #fault: Fault | undefined;
  /** Ends the wait for a slow source. */
  #stopWaiting: ((fault: Fault) => void) | undefined;

  /**
   * @param fragmentBytes longest fragment, even, at least 2; see longestFragmentBytes.
   * @param batchBytes aimed at; absent: BATCH_BYTES
   */
  constructor(outgoing: Outgoing, fragmentBytes: number, batchBytes?: number) {
    this.#outgoing = outgoing;
    this.#fragmentBytes = fragmentBytes;
    this.#batchBytes = batchBytes;
  }

  /**
   * Gives a message to the transport; returns as soon as that has its last bytes, with a promise for when they are taken
   * if they are not yet.
   * @param sent called with the number of data PDVs, and of bytes, of each batch
   * @throws Fault of the association, or of the source
   */
  async write(
    contextId: number,
    command: Uint8Array,
    source?: ByteSource,
    sent?: (dataPdvs: number, lengthBytes: number) => void,
  ): Promise<{ readonly taken: Promise<void> | undefined }> {
    if (this.#inMessage) throw new RangeError("a message begins in the middle of another");
    this.#inMessage = true;
    for (let first: Uint8Array | undefined = command;; first = undefined) {
      const slot = this.#nextSlot();
      if (slot.written !== undefined) await slot.written;
      const { batch } = slot;
      batch.begin(contextId, first);
      while (source !== undefined && !batch.full && !source.ended) {
        const slow = batch.put(source);
        if (slow !== undefined) await this.#unlessFaulty(slow);
      }
      if (this.#fault !== undefined) throw this.#fault;
      slot.written = this.#outgoing.write(batch.bytes);
      slot.written?.then(() => slot.written = undefined, () => {}); // a failure is for the next to see
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

  #nextSlot(): Slot {
    const [last, other] = this.#slots;
    if (last !== undefined && last.written === undefined) return last;
    const next = other ?? { batch: new Batch(this.#fragmentBytes, this.#batchBytes), written: undefined };
    this.#slots = last === undefined ? [next] : [next, last];
    return next;
  }

  #unlessFaulty(slow: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject;
      if (this.#fault !== undefined) reject(this.#fault);
      slow.then(resolve, reject);
    });
  }
}
