/**
 * Bytes that go through a stream of node:zlib on their way, in memory that does not depend on how many they are.
 *
 * How this works: zlib works on a thread of its own, 16 KiB of input at a time, and hands out pieces of a buffer. It is paused
 * with every piece until the next is asked for. A buffer that has been used up is given back at once (zlib_output.ts):
 * left to the garbage collector, they would come to a hundred megabytes.
 */
import type * as Zlib from "node:zlib";
import type { ByteSource } from "../bytes/source.ts";
import { SpareBuffers } from "../bytes/spare_buffers.ts";
import { Turns } from "../bytes/turns.ts";
import { Fault } from "../errors.ts";
import { discard, release } from "./zlib_output.ts";

/** What is read and given to zlib at a time. Inflated, some 16 MB could come of it at most, in pieces. */
const READ_BYTES = 16 * 1024;
const inputs = new SpareBuffers(READ_BYTES, 16);

const NOTHING: Uint8Array = new Uint8Array(0);

export type ZlibStream = Zlib.InflateRaw | Zlib.Gunzip | Zlib.DeflateRaw;

export interface ZlibTask {
  open(zlib: typeof Zlib): ZlibStream;
  /** What to throw when zlib complains. */
  explain(error: Error): Fault;
  /** A zero is added to what would be of odd length. */
  readonly padded: boolean;
}

/** Nothing is done before it is asked for, so that a stream that would fill the memory cannot. */
export class ZlibSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #task: ZlibTask;
  readonly #turns = new Turns();
  #stream: ZlibStream | undefined;
  /** What zlib has handed out last, and what is left of it. */
  #piece = NOTHING;
  #ready = NOTHING;
  #isOdd = false;
  #finished = false;
  #broken: Error | undefined;
  #wake: () => void = () => {};

  constructor(source: ByteSource, task: ZlibTask) {
    this.#source = source;
    this.#task = task;
  }

  get ended(): boolean {
    return this.#finished && this.#ready.length === 0;
  }

  close(): void {
    if (this.ended && this.#piece !== NOTHING) {
      discard(this.#piece);
      this.#ready = this.#piece = NOTHING;
    }
    this.#stream?.destroy();
    this.#source.close();
  }

  fill(into: Uint8Array): number | Promise<number> {
    // One piece is always ready, so that the end is known when the last byte has gone.
    if (into.length < this.#ready.length || this.#finished) return this.#take(into, 0);
    return this.#fillFrom(into);
  }

  async #fillFrom(into: Uint8Array): Promise<number> {
    const stream = this.#stream ??= await this.#start();
    let at = 0;
    for (;;) {
      at += this.#take(into, at);
      if (this.#ready.length > 0 || this.#finished) return at;
      await this.#next(stream);
    }
  }

  #take(into: Uint8Array, at: number): number {
    const part = this.#ready.subarray(0, into.length - at);
    into.set(part, at);
    this.#ready = this.#ready.subarray(part.length);
    return part.length;
  }

  /** Waits for a piece, or for the end. */
  async #next(stream: ZlibStream): Promise<void> {
    release(this.#piece);
    this.#piece = NOTHING;
    // zlib's promises are kept at once: much that is inflated and thrown away would keep everybody else waiting.
    await this.#turns.due();
    if (this.#broken === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        stream.resume();
      });
    }
    const caught = this.#broken;
    if (caught !== undefined) throw caught instanceof Fault ? caught : this.#task.explain(caught);
  }

  /** Loads zlib, which most runs never need, and begins to feed it. */
  async #start(): Promise<ZlibStream> {
    const stream = this.#task.open(await import("node:zlib"));
    stream.on("data", (piece: Uint8Array) => {
      // One by one: read in any other way, what has come together would be joined, and the parts left lying about.
      stream.pause();
      this.#ready = this.#piece = piece;
      this.#isOdd = this.#isOdd !== (piece.length % 2 !== 0);
      this.#wake();
    });
    stream.on("end", () => {
      // This may come before the last piece has been taken.
      if (this.#task.padded && this.#isOdd) this.#ready = withPad(this.#ready);
      this.#finished = true;
      this.#wake();
    });
    const breakOff = (error: Error) => {
      this.#broken ??= error;
      this.#wake();
    };
    stream.on("error", breakOff);
    stream.on("close", () => this.#finished || breakOff(new Error("it was closed")));
    stream.pause();
    this.#feed(stream).catch((caught) => stream.destroy(caught instanceof Error ? caught : undefined));
    return stream;
  }

  /** Gives the bytes to zlib, waiting each time until they have been used. */
  async #feed(stream: ZlibStream): Promise<void> {
    const read = inputs.take();
    while (!this.#source.ended) {
      const lengthBytes = await this.#source.fill(read);
      await new Promise<void>((resolve, reject) =>
        stream.write(read.subarray(0, lengthBytes), (error) => error ? reject(error) : resolve())
      );
    }
    stream.end();
    inputs.give(read);
  }
}

function withPad(bytes: Uint8Array): Uint8Array {
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  return even;
}
