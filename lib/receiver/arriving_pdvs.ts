/** What a requestor sends, taken apart while it arrives. */

import { MESSAGE_CONTROL, PDU_HEADER_BYTES, PDU_TYPE, type Pdv, PDV_HEADER_BYTES } from "../pdu/types.ts";

/** What one read may bring; no other PDU may be longer. */
const BUFFER_BYTES = 1 << 20;

/**
 * Reads a connection to its end. Fragments are not put together, so that no byte of a data set is copied and nothing is
 * made for a PDU: a receiver must not be what limits a measurement.
 */
export class ArrivingPdvs {
  readonly #read: (into: Uint8Array) => Promise<number | null>;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  #start = 0;
  #end = 0;
  /** Bytes to come of the P-DATA-TF PDU, and of its fragment that is under way. */
  #pduLeft = 0;
  #fragmentLeft = 0;
  #contextId = 0;
  #control = 0;

  constructor(read: (into: Uint8Array) => Promise<number | null>) {
    this.#read = read;
  }

  /**
   * The next PDU that is no P-DATA-TF, whole, or the next piece of a PDV: only the last piece of its last fragment
   * ends a message. Both are valid until the next call; undefined at the end of the stream.
   * @throws RangeError for bytes that are no PDUs
   */
  async next(): Promise<Uint8Array | Pdv | undefined> {
    while (this.#fragmentLeft === 0) {
      if (this.#pduLeft > 0) {
        if (!await this.#hold(PDV_HEADER_BYTES)) return undefined;
        this.#beginFragment();
        if (this.#fragmentLeft === 0) return this.#piece();
        continue;
      }
      if (!await this.#hold(PDU_HEADER_BYTES)) return undefined;
      const lengthBytes = this.#view.getUint32(this.#start + 2);
      if (this.#buffer[this.#start] === PDU_TYPE.pDataTf) {
        this.#pduLeft = lengthBytes;
        this.#start += PDU_HEADER_BYTES;
        continue;
      }
      const wholeBytes = PDU_HEADER_BYTES + lengthBytes;
      if (wholeBytes > BUFFER_BYTES) throw new RangeError(`a PDU of ${lengthBytes} bytes`);
      if (!await this.#hold(wholeBytes)) return undefined;
      this.#start += wholeBytes;
      return this.#buffer.subarray(this.#start - wholeBytes, this.#start);
    }
    if (this.#start === this.#end && !await this.#hold(1)) return undefined;
    return this.#piece();
  }

  #beginFragment(): void {
    const itemBytes = this.#view.getUint32(this.#start);
    this.#contextId = this.#buffer[this.#start + 4] ?? 0;
    this.#control = this.#buffer[this.#start + 5] ?? 0;
    this.#start += PDV_HEADER_BYTES;
    this.#pduLeft -= PDV_HEADER_BYTES;
    this.#fragmentLeft = itemBytes - 2;
    if (this.#fragmentLeft < 0 || this.#fragmentLeft > this.#pduLeft) {
      throw new RangeError(`a PDV of ${itemBytes} bytes`);
    }
  }

  #piece(): Pdv {
    const lengthBytes = Math.min(this.#fragmentLeft, this.#end - this.#start);
    const fragment = this.#buffer.subarray(this.#start, this.#start + lengthBytes);
    this.#start += lengthBytes;
    this.#fragmentLeft -= lengthBytes;
    this.#pduLeft -= lengthBytes;
    return {
      contextId: this.#contextId,
      isCommand: (this.#control & MESSAGE_CONTROL.command) !== 0,
      isLast: (this.#control & MESSAGE_CONTROL.last) !== 0 && this.#fragmentLeft === 0,
      fragment,
    };
  }

  /** Reads until that many bytes are held; false when the stream ends before. */
  async #hold(lengthBytes: number): Promise<boolean> {
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    } else if (this.#start + lengthBytes > BUFFER_BYTES) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    while (this.#end - this.#start < lengthBytes) {
      const gotBytes = await this.#read(this.#end === 0 ? this.#buffer : this.#buffer.subarray(this.#end));
      if (gotBytes === null) return false;
      this.#end += gotBytes;
    }
    return true;
  }
}
