/**
 * Buffers that go from one user to the next: those of very many files, left to the garbage collector, would come to a
 * hundred megabytes before it looked at them.
 */
export class SpareBuffers {
  readonly #leastBytes: number;
  readonly #mostKept: number;
  readonly #kept: Uint8Array[] = [];

  /** @param mostKept as many as are in use at the same time, or a few */
  constructor(leastBytes: number, mostKept: number) {
    this.#leastBytes = leastBytes;
    this.#mostKept = mostKept;
  }

  /** A buffer of at least so many bytes, with anything in it. */
  take(): Uint8Array {
    return this.#kept.pop() ?? new Uint8Array(this.#leastBytes);
  }

  /** Gives a buffer to the next; whoever does must not use it, or any part of it, any more. */
  give(buffer: Uint8Array): void {
    if (this.#kept.length < this.#mostKept && buffer.length >= this.#leastBytes) this.#kept.push(buffer);
  }
}
