/**
 * Messages laid out as P-DATA-TF PDUs (PS3.8 9.3.5) in place: the data set is read straight behind the PDV heads.
 *
 *     | command area, right-aligned | PDU 0: head, fragment | PDU 1: head, fragment | ... |
 *                    ^ first batch of a message starts here  ^ further batches start here
 *
 * All but the last data PDU of a message are full, so the places of the fragments never change and their views are
 * made once. One PDV per PDU; command and data set in separate PDUs; fragments even, never empty; the last flag is on
 * the PDU with the last bytes.
 */

import type { ByteSource } from "../bytes/source.ts";
import { MESSAGE_CONTROL, PDU_HEADER_BYTES, PDU_TYPE, PDV_HEADER_BYTES } from "./types.ts";

/** What stands before a fragment when a PDU holds one PDV. */
export const FRAGMENT_OVERHEAD_BYTES = PDU_HEADER_BYTES + PDV_HEADER_BYTES;

/** Longest maximum length used, whatever a peer offers (DCMTK's, too). */
export const LONGEST_SEND_PDU_BYTES = 131072;

/** Bytes per socket write aimed at: with half of it large objects take a tenth longer. */
export const BATCH_BYTES = 512 * 1024;
const MOST_SLOTS = 64;
/** Room for the largest command set of ours in the smallest fragments (2 bytes each). */
const COMMAND_AREA_BYTES = 4096;

/**
 * The longest fragment for a peer's maximum length received: 0 means no limit; the value counts the PDV heads but not
 * the PDU head (PS3.8 D.1), and our PDU with one PDV is kept within it as a whole, as DCMTK does. Even; 0 if the
 * peer's value leaves no room for data at all.
 * @param cap own limit of a whole PDU in bytes (--max-send-pdu)
 */
export function longestFragmentBytes(peerMaximumLength: number | undefined, cap: number | undefined): number {
  const peer = peerMaximumLength === undefined || peerMaximumLength === 0
    ? LONGEST_SEND_PDU_BYTES
    : peerMaximumLength;
  const limit = Math.min(peer, cap ?? LONGEST_SEND_PDU_BYTES, LONGEST_SEND_PDU_BYTES);
  return Math.max(0, limit - FRAGMENT_OVERHEAD_BYTES) & ~1;
}

/** One socket write in the making. */
export class Batch {
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  readonly #fragmentBytes: number;
  readonly #fragments: readonly Uint8Array[];
  #contextId = 0;
  #start = COMMAND_AREA_BYTES;
  #end = COMMAND_AREA_BYTES;
  #used = 0;

  /**
   * @param fragmentBytes longest fragment, even, at least 2; see longestFragmentBytes.
   * @param aimedBytes as many fragments as go into this, but at least one
   */
  constructor(fragmentBytes: number, aimedBytes: number = BATCH_BYTES) {
    const slotBytes = FRAGMENT_OVERHEAD_BYTES + fragmentBytes;
    const slots = Math.max(1, Math.min(MOST_SLOTS, Math.floor(aimedBytes / slotBytes)));
    this.#fragmentBytes = fragmentBytes;
    this.#buffer = new Uint8Array(COMMAND_AREA_BYTES + slots * slotBytes);
    this.#view = new DataView(this.#buffer.buffer);
    this.#fragments = Array.from({ length: slots }, (_, slot) => {
      const start = COMMAND_AREA_BYTES + slot * slotBytes + FRAGMENT_OVERHEAD_BYTES;
      return this.#buffer.subarray(start, start + fragmentBytes);
    });
  }

  /** Empties the batch for the next PDUs of a message; the first batch of a message carries its command set. */
  begin(contextId: number, command?: Uint8Array): void {
    this.#contextId = contextId;
    this.#start = COMMAND_AREA_BYTES;
    this.#end = COMMAND_AREA_BYTES;
    this.#used = 0;
    if (command !== undefined) this.#putCommand(command);
  }

  /** True when no further fragment fits. */
  get full(): boolean {
    return this.#used === this.#fragments.length;
  }

  /** How many data PDVs the batch holds. */
  get dataPdvs(): number {
    return this.#used;
  }

  /** What is to be written now. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Makes the next data PDU from `source`, which has not ended; awaits only where the source does. */
  put(source: ByteSource): void | Promise<void> {
    const fragment = this.#fragments[this.#used];
    if (fragment === undefined) throw new RangeError("batch is full");
    const filled = source.fill(fragment);
    if (typeof filled === "number") this.#close(filled, source.ended);
    else return filled.then((lengthBytes) => this.#close(lengthBytes, source.ended));
  }

  #close(lengthBytes: number, isLast: boolean): void {
    if (lengthBytes === 0 || lengthBytes % 2 !== 0 || (!isLast && lengthBytes !== this.#fragmentBytes)) {
      throw new RangeError(`a data set source gave a fragment of ${lengthBytes} bytes`);
    }
    this.#putHead(this.#end, lengthBytes, isLast ? MESSAGE_CONTROL.last : 0);
    this.#end += FRAGMENT_OVERHEAD_BYTES + lengthBytes;
    this.#used++;
  }

  /** Right-aligned before the first data PDU, so that both leave in one write. */
  #putCommand(command: Uint8Array): void {
    const pdus = Math.ceil(command.length / this.#fragmentBytes);
    this.#start = COMMAND_AREA_BYTES - command.length - pdus * FRAGMENT_OVERHEAD_BYTES;
    let at = this.#start;
    for (let from = 0; from < command.length; from += this.#fragmentBytes) {
      const fragment = command.subarray(from, from + this.#fragmentBytes);
      const isLast = from + fragment.length === command.length;
      this.#putHead(at, fragment.length, MESSAGE_CONTROL.command | (isLast ? MESSAGE_CONTROL.last : 0));
      this.#buffer.set(fragment, at + FRAGMENT_OVERHEAD_BYTES);
      at += FRAGMENT_OVERHEAD_BYTES + fragment.length;
    }
  }

  #putHead(at: number, fragmentBytes: number, control: number): void {
    this.#view.setUint16(at, PDU_TYPE.pDataTf << 8);
    this.#view.setUint32(at + 2, PDV_HEADER_BYTES + fragmentBytes);
    this.#view.setUint32(at + PDU_HEADER_BYTES, 2 + fragmentBytes);
    this.#view.setUint8(at + PDU_HEADER_BYTES + 4, this.#contextId);
    this.#view.setUint8(at + PDU_HEADER_BYTES + 5, control);
  }
}
