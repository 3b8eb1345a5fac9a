import type { ByteSource } from "../bytes/source.ts";

/** What a window reads first; each further read doubles it, for data sets that are all headers. */
const FIRST_READ_BYTES = 16 * 1024;

/**
 * A window that slides forward over a ByteSource. Its user reads at `start`, moves `start` on, and asks for more; a big
 * value can go from the source straight into the consumer's buffer, past the window.
 */
export class InputWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The bytes that have been read and not yet been used are bytes[start, end). */
  start = 0;
  end = 0;
  /** How many bytes of the source come before bytes[0]. */
  base = 0;

  #source: ByteSource | undefined;
  #nextReadBytes = FIRST_READ_BYTES;

  constructor(capacityBytes: number) {
    this.bytes = new Uint8Array(capacityBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Starts over with another source, or with none. */
  open(source: ByteSource | undefined): void {
    this.#source = source;
    this.#nextReadBytes = FIRST_READ_BYTES;
    this.start = 0;
    this.end = 0;
    this.base = 0;
  }

  /** How many bytes are there to be used. */
  get availableBytes(): number {
    return this.end - this.start;
  }

  /** True when the source holds nothing beyond the window. */
  get sourceEnded(): boolean {
    return this.#source === undefined || this.#source.ended;
  }

  /**
   * Reads on until `wantedBytes` are available, which the window must be able to hold, or the source ends. Answers
   * undefined when that is done, or a promise where the source makes it wait.
   */
  read(wantedBytes: number): undefined | Promise<undefined> {
    while (this.availableBytes < wantedBytes && this.#source !== undefined && !this.#source.ended) {
      const got = this.#readOnce(this.#source, wantedBytes - this.availableBytes);
      if (typeof got !== "number") {
        return got.then((n) => {
          this.end += n;
          return this.read(wantedBytes);
        });
      }
      this.end += got;
    }
    return undefined;
  }

  #readOnce(source: ByteSource, missingBytes: number): number | Promise<number> {
    if (this.start === this.end || this.bytes.length - this.end < missingBytes) {
      this.bytes.copyWithin(0, this.start, this.end);
      this.base += this.start;
      this.end -= this.start;
      this.start = 0;
    }
    const lengthBytes = Math.min(
      Math.max(this.#nextReadBytes, missingBytes),
      this.bytes.length - this.end,
    );
    this.#nextReadBytes = Math.min(2 * this.#nextReadBytes, this.bytes.length);
    return source.fill(this.bytes.subarray(this.end, this.end + lengthBytes));
  }

  /** Reads past the empty window into `into`; `passed` must be told how many bytes came. */
  readPast(into: Uint8Array): number | Promise<number> {
    this.#nextReadBytes = FIRST_READ_BYTES;
    return this.#source === undefined ? 0 : this.#source.fill(into);
  }

  /** `lengthBytes` have been read past the empty window. */
  passed(lengthBytes: number): void {
    this.base += lengthBytes;
  }
}
