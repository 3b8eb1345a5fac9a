/**
 * Where converted elements go: the consumer's buffer, or, when only their length is wanted, nowhere.
 *
 * How this works: the converter states what comes next - a header, some bytes of its own, a value from the input -
 * and `drain` moves as much of it as the consumer's buffer holds. A header that meets the end of the buffer waits in a
 * small staging area. A big value is read straight into the consumer's buffer and swapped there.
 */

import { swapUnits } from "./byte_order.ts";
import { headerBytesOf, put32, putHeader, type Target } from "./encode.ts";
import type { InputWindow } from "./input_window.ts";

/** Everything stated has been delivered. */
const DRAINED = 0;
/** The consumer's buffer is full, and something is still to be delivered. */
export const FULL = 1;
/** The window must be filled first, with at least `wantedBytes`. */
export const NEEDS_WINDOW = 2;
/** The source should be read into `gap`, past the empty window. */
export const NEEDS_PAST = 3;

/** Values that have at least so much left, and buffers with that much room, are read past the window. */
const PAST_WINDOW_BYTES = 8 * 1024;

const NOTHING: Uint8Array = new Uint8Array(0);

export class Outlet {
  /** Only adds up lengths; nothing is delivered. */
  measuring = false;
  measuredBytes = 0;
  /** What `drain` wants to see in the window. */
  wantedBytes = 0;

  readonly #target: Target;
  #into = NOTHING;
  #at = 0;
  readonly #staged = new Uint8Array(64);
  #stagedAt = 0;
  #stagedEnd = 0;
  #literal = NOTHING;
  #literalAt = 0;
  #valueBytes = 0;
  #unitBytes = 1;
  /** The value is to be passed over. */
  #dropped = false;
  #padded = false;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Delivers to `into` from now on. */
  deliverTo(into: Uint8Array): void {
    this.#into = into;
    this.#at = 0;
  }

  /** How many bytes have been delivered to the buffer, which is given back. */
  giveBack(): number {
    this.#into = NOTHING;
    return this.#at;
  }

  /** How many bytes of the value in hand are still to come; 0 between values. */
  get valueBytesLeft(): number {
    return this.#valueBytes;
  }

  /** True when nothing stated is left to deliver. */
  get idle(): boolean {
    return this.#stagedEnd === 0 && this.#literal.length === 0 && this.#valueBytes === 0;
  }

  header(tag: number, vr: number, lengthBytes: number): void {
    if (this.measuring) this.measuredBytes += headerBytesOf(vr, this.#target);
    else if (this.#into.length - this.#at >= 12 && this.#stagedEnd === 0) {
      this.#at = putHeader(this.#into, this.#at, tag, vr, lengthBytes, this.#target);
    } else {
      this.#stagedEnd = putHeader(this.#staged, this.#stagedEnd, tag, vr, lengthBytes, this.#target);
    }
  }

  /** A value of 32 bits. */
  number32(value: number): void {
    if (this.measuring) this.measuredBytes += 4;
    else this.#stagedEnd = put32(this.#staged, this.#stagedEnd, value, this.#target.bigEndian);
  }

  /** Bytes of the converter's own, of even length; they must stay as they are until they are delivered. */
  literal(bytes: Uint8Array): void {
    if (this.measuring) this.measuredBytes += bytes.length;
    else this.#literal = bytes;
  }

  /** The next `lengthBytes` of the input as units of `unitBytes` that are swapped, padded to an even length. */
  value(window: InputWindow, lengthBytes: number, unitBytes: number): void {
    if (this.measuring) {
      this.measuredBytes += lengthBytes + lengthBytes % 2;
      window.start += lengthBytes;
      return;
    }
    this.#valueBytes = lengthBytes;
    this.#unitBytes = unitBytes;
    this.#dropped = false;
    this.#padded = lengthBytes % 2 !== 0;
  }

  /** Passes over the next `lengthBytes` of the input. */
  drop(window: InputWindow, lengthBytes: number): void {
    if (this.measuring || lengthBytes <= window.availableBytes) {
      window.start += lengthBytes;
      return;
    }
    this.#valueBytes = lengthBytes;
    this.#dropped = true;
    this.#padded = false;
  }

  /** Delivers what has been stated, as far as it goes; answers what stops it. */
  drain(window: InputWindow): number {
    for (;;) {
      if (this.#stagedEnd > 0 && !this.#drainStaged()) return FULL;
      if (this.#literal.length > 0 && !this.#drainLiteral()) return FULL;
      if (this.#valueBytes === 0) return DRAINED;
      const state = this.#dropped ? this.#passOver(window) : this.#drainValue(window);
      if (state !== DRAINED) return state;
    }
  }

  /** The part of the consumer's buffer that a value goes to past the window. */
  get gap(): Uint8Array {
    return this.#into.subarray(this.#at, this.#at + this.wantedBytes);
  }

  /** `lengthBytes` of the value have been read into `gap`. */
  filled(lengthBytes: number): void {
    swapUnits(this.#into, this.#at, this.#at + lengthBytes - lengthBytes % this.#unitBytes, this.#unitBytes);
    this.#at += lengthBytes;
    this.#advanceValue(lengthBytes);
  }

  #drainStaged(): boolean {
    const room = this.#into.length - this.#at;
    const lengthBytes = Math.min(this.#stagedEnd - this.#stagedAt, room);
    for (let i = 0; i < lengthBytes; i++) this.#into[this.#at++] = this.#staged[this.#stagedAt++] ?? 0;
    if (this.#stagedAt < this.#stagedEnd) return false;
    this.#stagedAt = this.#stagedEnd = 0;
    return true;
  }

  #drainLiteral(): boolean {
    const lengthBytes = Math.min(this.#literal.length - this.#literalAt, this.#into.length - this.#at);
    this.#into.set(this.#literal.subarray(this.#literalAt, this.#literalAt + lengthBytes), this.#at);
    this.#at += lengthBytes;
    this.#literalAt += lengthBytes;
    if (this.#literalAt < this.#literal.length) return false;
    this.#literal = NOTHING;
    this.#literalAt = 0;
    return true;
  }

  #passOver(window: InputWindow): number {
    if (window.availableBytes === 0) {
      this.wantedBytes = 1;
      return NEEDS_WINDOW;
    }
    const lengthBytes = Math.min(window.availableBytes, this.#valueBytes);
    window.start += lengthBytes;
    this.#advanceValue(lengthBytes);
    return DRAINED;
  }

  #drainValue(window: InputWindow): number {
    const room = this.#into.length - this.#at;
    if (room === 0) return FULL;
    const available = window.availableBytes;
    const unitBytes = this.#unitBytes;
    if (available === 0 && Math.min(room, this.#valueBytes) >= PAST_WINDOW_BYTES) {
      const lengthBytes = Math.min(room, this.#valueBytes);
      this.wantedBytes = lengthBytes - lengthBytes % unitBytes;
      return NEEDS_PAST;
    }
    const copied = Math.min(room, available, this.#valueBytes);
    const lengthBytes = copied - copied % unitBytes;
    if (lengthBytes === 0) return this.#drainUnit(window);
    const into = this.#into;
    const at = this.#at;
    copyBytes(window.bytes, window.start, into, at, lengthBytes);
    swapUnits(into, at, at + lengthBytes, unitBytes);
    window.start += lengthBytes;
    this.#at += lengthBytes;
    this.#advanceValue(lengthBytes);
    return DRAINED;
  }

  /** Stages one unit that the buffer has no room for, or what is left of a value whose length is not a multiple of it. */
  #drainUnit(window: InputWindow): number {
    const unitBytes = this.#unitBytes;
    const lengthBytes = Math.min(unitBytes, this.#valueBytes);
    if (window.availableBytes < lengthBytes) {
      this.wantedBytes = lengthBytes;
      return NEEDS_WINDOW;
    }
    const staged = this.#staged;
    copyBytes(window.bytes, window.start, staged, 0, lengthBytes);
    window.start += lengthBytes;
    this.#stagedEnd = lengthBytes;
    const padded = this.#padded && lengthBytes === this.#valueBytes;
    this.#advanceValue(lengthBytes);
    if (padded ? lengthBytes + 1 === unitBytes : lengthBytes === unitBytes) {
      swapUnits(staged, 0, unitBytes, unitBytes);
    }
    return DRAINED;
  }

  #advanceValue(lengthBytes: number): void {
    this.#valueBytes -= lengthBytes;
    if (this.#valueBytes > 0 || !this.#padded) return;
    this.#padded = false;
    this.#staged[this.#stagedEnd++] = 0;
  }
}

/** Short values are too many for a call into the runtime each. */
function copyBytes(from: Uint8Array, start: number, into: Uint8Array, at: number, lengthBytes: number): void {
  if (lengthBytes > 64) {
    into.set(from.subarray(start, start + lengthBytes), at);
    return;
  }
  for (let i = 0; i < lengthBytes; i++) into[at + i] = from[start + i] ?? 0;
}
