import type { ByteSource } from "./source.ts";

/** Knows how many bytes a source held, once they have all been read. */
export class CountedSource implements ByteSource {
  readonly #source: ByteSource;
  #countedBytes = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Undefined before the end. */
  get lengthBytes(): number | undefined {
    return this.#source.ended ? this.#countedBytes : undefined;
  }

  get ended(): boolean {
    return this.#source.ended;
  }

  fill(into: Uint8Array): number | Promise<number> {
    const filled = this.#source.fill(into);
    return typeof filled === "number" ? this.#count(filled) : filled.then((n) => this.#count(n));
  }

  #count(lengthBytes: number): number {
    this.#countedBytes += lengthBytes;
    return lengthBytes;
  }

  close(): void {
    this.#source.close();
  }
}
