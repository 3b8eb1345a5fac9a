import type * as Zlib from "node:zlib";
import type { ByteSource } from "../bytes/source.ts";

/** What is compressed at a time: long enough to lose nothing, short enough (4 ms) not to stall other associations. */
const BLOCK_BYTES = 256 * 1024;

/** Room for the outcome in one piece: bytes that do not compress become a little longer. */
const OUTPUT_BYTES = BLOCK_BYTES + 1024;

const NOTHING: Uint8Array = new Uint8Array(0);

/** How far back a deflate stream may refer, RFC 1951. */
const HISTORY_BYTES = 32 * 1024;

/**
 * A data set as a raw deflate stream, padded to an even length (PS3.5 A.5).
 *
 * Block after block is compressed at once, each with the end of the one before as its dictionary and ended at an octet
 * boundary, so that the blocks put together are one stream. That keeps no more in memory than a block.
 */
export class DeflatedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #level: number;
  readonly #block = new Uint8Array(HISTORY_BYTES + BLOCK_BYTES);
  #historyBytes = 0;
  #zlib: typeof Zlib | undefined;
  #ready = NOTHING;
  #odd = false;
  #finished = false;

  /** @param level 0 (stored) to 9, undefined for zlib's own choice */
  constructor(source: ByteSource, level: number | undefined) {
    this.#source = source;
    this.#level = level ?? -1;
  }

  get ended(): boolean {
    return this.#finished && this.#ready.length === 0;
  }

  close(): void {
    this.#source.close();
  }

  fill(into: Uint8Array): number | Promise<number> {
    return this.#zlib === undefined ? this.#load(into) : this.#fillFrom(into, 0, this.#zlib);
  }

  /** Loads zlib, which most runs never need. */
  async #load(into: Uint8Array): Promise<number> {
    this.#zlib = await import("node:zlib");
    return this.#fillFrom(into, 0, this.#zlib);
  }

  #fillFrom(into: Uint8Array, start: number, zlib: typeof Zlib): number | Promise<number> {
    let at = start;
    for (;;) {
      at += this.#take(into, at);
      if (this.#finished || this.#ready.length > 0) return at;
      const read = this.#source.fill(
        this.#block.subarray(this.#historyBytes, this.#historyBytes + BLOCK_BYTES),
      );
      if (typeof read !== "number") {
        return read.then((n) => {
          this.#compress(n, zlib);
          return this.#fillFrom(into, at, zlib);
        });
      }
      this.#compress(read, zlib);
    }
  }

  #take(into: Uint8Array, at: number): number {
    const part = this.#ready.subarray(0, into.length - at);
    into.set(part, at);
    const lengthBytes = part.length;
    this.#ready = this.#ready.subarray(lengthBytes);
    if (this.#ready.length > 0) return lengthBytes;
    release(this.#ready);
    this.#ready = NOTHING;
    return lengthBytes;
  }

  #compress(lengthBytes: number, { constants, deflateRawSync }: typeof Zlib): void {
    const end = this.#historyBytes + lengthBytes;
    const history = this.#block.subarray(0, this.#historyBytes);
    this.#finished = this.#source.ended;
    const compressed = deflateRawSync(this.#block.subarray(this.#historyBytes, end), {
      level: this.#level,
      chunkSize: OUTPUT_BYTES,
      finishFlush: this.#finished ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(history.length > 0 ? { dictionary: history } : {}),
    });
    this.#odd = this.#odd !== (compressed.length % 2 !== 0);
    this.#ready = this.#finished && this.#odd ? padded(compressed) : compressed;
    this.#historyBytes = Math.min(HISTORY_BYTES, end);
    this.#block.copyWithin(0, end - this.#historyBytes, end);
  }
}

/** Gives the memory of a compressed block back at once, rather than when a hundred of them lie about. */
function release({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === OUTPUT_BYTES) buffer.transfer(0);
}

function padded(bytes: Uint8Array): Uint8Array {
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  return even;
}
