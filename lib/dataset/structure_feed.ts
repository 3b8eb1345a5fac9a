import type { StructureWalk } from "./structure.ts";

/** More than a walk ever wants to see at once. */
const CARRY_BYTES = 512;

/**
 * Drives a StructureWalk with the bytes of a data set as they pass by. Values are skipped without a look; a
 * header that lies across two pieces is put together in a small buffer of its own.
 */
export class StructureFeed {
  readonly #walk: StructureWalk;
  readonly #carry = new Uint8Array(CARRY_BYTES);
  readonly #carryView = new DataView(this.#carry.buffer);
  /** The bytes in #carry end at #offset, where the next piece starts. */
  #carriedBytes = 0;
  #offset: number;

  /** The walk has just begun; its next offset is that of the first byte that will be pushed. */
  constructor(walk: StructureWalk) {
    this.#walk = walk;
    this.#offset = walk.next;
  }

  /** @throws Fault "input" where the structure is broken */
  push(piece: Uint8Array): void {
    const walk = this.#walk;
    const start = this.#offset;
    const end = start + piece.length;
    this.#offset = end;
    let used = 0;
    while (this.#carriedBytes > 0) {
      const wanted = walk.needBytes - this.#carriedBytes;
      const added = piece.subarray(used, used + wanted);
      this.#carry.set(added, this.#carriedBytes);
      used += added.length;
      this.#carriedBytes += added.length;
      if (added.length < wanted) return;
      const base = start + used - this.#carriedBytes;
      walk.advance(this.#carryView, base, this.#carriedBytes, false);
      const passed = Math.min(walk.next - base, this.#carriedBytes);
      this.#carry.copyWithin(0, passed, this.#carriedBytes);
      this.#carriedBytes -= passed;
    }
    if (walk.next >= end) return;
    walk.advance(new DataView(piece.buffer, piece.byteOffset, piece.length), start, piece.length, false);
    if (walk.next >= end) return;
    const rest = piece.subarray(walk.next - start);
    this.#carry.set(rest);
    this.#carriedBytes = rest.length;
  }

  /**
   * The last byte has been pushed.
   * @throws Fault "input" when something is missing
   */
  end(): void {
    this.#walk.advance(this.#carryView, this.#offset - this.#carriedBytes, this.#carriedBytes, true);
  }
}
