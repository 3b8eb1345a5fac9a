import type { Gunzip, InflateRaw } from "node:zlib";
import type { ByteSource } from "../bytes/source.ts";
import { Turns } from "../bytes/turns.ts";
import { Fault } from "../errors.ts";

/** What is read and inflated at a time. Some 64 MB could come of it at most; zlib hands them out in pieces. */
const READ_BYTES = 16 * 1024;
const PIECE_BYTES = 64 * 1024;

/** "raw": RFC 1951, as in a deflated data set (PS3.5 A.5) or a zip file; "gzip": RFC 1952. */
export type Wrapping = "raw" | "gzip";

/** What is inside a deflate stream. Nothing is inflated before it is asked for, so that one that would fill the memory cannot. */
export class InflatedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #what: string;
  readonly #wrapping: Wrapping;
  #pieces: AsyncIterator<Uint8Array> | undefined;
  #inflate: InflateRaw | Gunzip | undefined;
  readonly #turns = new Turns();
  #ready: Uint8Array = new Uint8Array(0);
  #finished: boolean;

  /** @param what for messages: "the data set of a.dcm" */
  constructor(source: ByteSource, what: string, wrapping: Wrapping = "raw") {
    this.#source = source;
    this.#what = what;
    this.#wrapping = wrapping;
    this.#finished = source.ended;
  }

  get ended(): boolean {
    return this.#finished && this.#ready.length === 0;
  }

  close(): void {
    this.#inflate?.destroy();
    this.#source.close();
  }

  fill(into: Uint8Array): number | Promise<number> {
    // One piece is always ready, so that the end is known when the last byte has gone.
    if (into.length < this.#ready.length || this.#finished) return this.#take(into, 0);
    return this.#fillFrom(into);
  }

  async #fillFrom(into: Uint8Array): Promise<number> {
    this.#pieces ??= await this.#start();
    let at = 0;
    for (;;) {
      at += this.#take(into, at);
      if (this.#ready.length > 0 || this.#finished) return at;
      await this.#next(this.#pieces);
    }
  }

  #take(into: Uint8Array, at: number): number {
    const part = this.#ready.subarray(0, into.length - at);
    into.set(part, at);
    this.#ready = this.#ready.subarray(part.length);
    return part.length;
  }

  async #next(pieces: AsyncIterator<Uint8Array>): Promise<void> {
    // zlib's promises are kept at once: much that is inflated and thrown away would keep everybody else waiting.
    await this.#turns.due();
    try {
      const { done, value } = await pieces.next();
      if (done) this.#finished = true;
      else this.#ready = value;
    } catch (caught) {
      if (caught instanceof Fault) throw caught;
      const why = caught instanceof Error ? caught.message : String(caught);
      throw new Fault("input", `cannot inflate ${this.#what}: ${why}`, {
        code: "0001:000a",
        remedy: "the file is truncated or damaged: copy or export it again",
        cause: caught,
      });
    }
  }

  /** Loads zlib, which most runs never need, and begins to feed it. */
  async #start(): Promise<AsyncIterator<Uint8Array>> {
    const { createGunzip, createInflateRaw } = await import("node:zlib");
    const create = this.#wrapping === "gzip" ? createGunzip : createInflateRaw;
    const inflate = create({ chunkSize: PIECE_BYTES });
    this.#inflate = inflate;
    this.#feed(inflate).catch((caught) => inflate.destroy(caught instanceof Error ? caught : undefined));
    return inflate[Symbol.asyncIterator]();
  }

  /** Gives the compressed bytes, waiting each time until they have been used. */
  async #feed(inflate: InflateRaw | Gunzip): Promise<void> {
    while (!this.#source.ended) {
      const read = new Uint8Array(READ_BYTES);
      const lengthBytes = await this.#source.fill(read);
      await new Promise<void>((resolve, reject) =>
        inflate.write(read.subarray(0, lengthBytes), (error) => error ? reject(error) : resolve())
      );
    }
    inflate.end();
  }
}
