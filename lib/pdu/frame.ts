/** An incoming byte stream, cut into whole PDUs wherever the reads happened to end. */

import { PDU_HEADER_BYTES, PDU_TYPE } from "./types.ts";

/** Why the stream cannot be cut any further. */
export type FramingError =
  /** `start` are the octets that should have been a PDU head. */
  | { readonly kind: "unrecognizedType"; readonly pduType: number; readonly start: Uint8Array }
  | {
    readonly kind: "tooLong";
    readonly pduType: number;
    readonly lengthBytes: number;
    readonly limitBytes: number;
  };

const BUFFER_BYTES = 16 * 1024;

/**
 * Holds the bytes between reads. Reads go straight into `space()`; whole PDUs come out of `next()` as views that are
 * valid until the next call of `space()`. Memory: one buffer, growing to the longest PDU allowed only when one arrives.
 */
export class PduFramer {
  readonly #limitBytes: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;

  /**
   * @param limitBytes longest PDU body taken; a peer may send more only by mistake or malice
   * @param bufferBytes what one read may bring
   */
  constructor(limitBytes: number, bufferBytes: number = BUFFER_BYTES) {
    this.#limitBytes = limitBytes;
    this.#buffer = new Uint8Array(bufferBytes);
  }

  /** Free space for the next read, never empty. Moves what is left of earlier reads to the front. */
  space(): Uint8Array {
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    } else if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (this.#end === this.#buffer.length) {
      const larger = new Uint8Array(
        Math.min(this.#buffer.length * 2, this.#limitBytes + PDU_HEADER_BYTES + BUFFER_BYTES),
      );
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Says how many bytes were read into `space()`. */
  filled(lengthBytes: number): void {
    this.#end += lengthBytes;
  }

  /** Takes bytes that were read elsewhere. */
  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const space = this.space();
      const part = bytes.subarray(at, at + space.length);
      space.set(part);
      this.filled(part.length);
      at += part.length;
    }
  }

  /** True when part of a PDU is waiting for the rest. */
  get inMiddle(): boolean {
    return this.#end > this.#start;
  }

  /** The bytes of the next whole PDU; undefined when more must be read first. */
  next(): Uint8Array | FramingError | undefined {
    const held = this.#end - this.#start;
    // Not judged by its first octet alone: the next ones tell who speaks, however the stream was split.
    if (held < PDU_HEADER_BYTES) return undefined;
    const pduType = this.#buffer[this.#start] ?? 0;
    if (pduType < PDU_TYPE.associateRq || pduType > PDU_TYPE.abort) {
      const start = this.#buffer.slice(this.#start, this.#start + PDU_HEADER_BYTES);
      return { kind: "unrecognizedType", pduType, start };
    }
    const lengthBytes = this.#u32(this.#start + 2);
    if (lengthBytes > this.#limitBytes) {
      return { kind: "tooLong", pduType, lengthBytes, limitBytes: this.#limitBytes };
    }
    if (held < PDU_HEADER_BYTES + lengthBytes) return undefined;
    const from = this.#start;
    this.#start += PDU_HEADER_BYTES + lengthBytes;
    return this.#buffer.subarray(from, this.#start);
  }

  #u32(at: number): number {
    let value = 0;
    for (let i = at; i < at + 4; i++) value = value * 256 + (this.#buffer[i] ?? 0);
    return value;
  }
}
