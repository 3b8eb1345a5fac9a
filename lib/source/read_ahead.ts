import { SpareBuffers } from "../bytes/spare_buffers.ts";
import type { OpenFile } from "./open_file.ts";
import { cannotRead } from "./reading_faults.ts";

/** Large, so that handing the wait over to another thread is paid for seldom. */
const PIECE_BYTES = 512 * 1024;
/** What is left of a piece, when that is not worth another read. */
const LEAST_READ_BYTES = 4096;
const pieces = new SpareBuffers(PIECE_BYTES, 16);

/**
 * A file on a slow disk, read from one place to its end: in large pieces, and one piece ahead of whoever takes the
 * bytes, so that disk and network work at the same time.
 */
export class ReadAhead {
  readonly #file: OpenFile;
  readonly #path: string;
  /** Where the next piece begins. */
  #offset: number;
  /** Told how long a piece had to be waited for. */
  readonly #waited: (bytes: number, milliseconds: number) => void;
  /** What has come and has not been taken. */
  #piece: Uint8Array = new Uint8Array(0);
  /** They take turns: what is being taken lies in the first, what is coming goes to the second. */
  readonly #buffers: [Uint8Array, Uint8Array];
  #coming: Promise<Uint8Array>;
  #isClosed = false;

  constructor(
    file: OpenFile,
    path: string,
    offset: number,
    waited: (bytes: number, milliseconds: number) => void,
  ) {
    this.#file = file;
    this.#path = path;
    this.#offset = offset;
    this.#waited = waited;
    this.#buffers = [pieces.take(), pieces.take()];
    this.#coming = this.#read();
  }

  /** Gives its memory back; nothing may be asked of it any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const [taken, coming] = this.#buffers;
    pieces.give(taken);
    await this.#coming.catch(() => {}); // until then somebody writes to the other one
    pieces.give(coming);
  }

  /**
   * Fills `into` from `filled` on; answers how much of it is full then: fewer bytes than it holds only at the end of the
   * file. @throws Fault "input"
   */
  fill(into: Uint8Array, filled: number): number | Promise<number> {
    const now = filled + this.#take(into, filled);
    return now === into.length ? now : this.#fillLater(into, now);
  }

  async #fillLater(into: Uint8Array, filled: number): Promise<number> {
    for (let now = filled;;) {
      const startedMs = performance.now();
      const piece = await this.#coming;
      // Whoever asked does not want it any more, and what the next piece would go to may be another file's by now.
      if (this.#isClosed) throw cannotRead(this.#path, new Error("it was closed"));
      this.#waited(piece.length, performance.now() - startedMs);
      if (piece.length === 0) return now;
      this.#piece = piece;
      this.#buffers.reverse();
      this.#coming = this.#read();
      now += this.#take(into, now);
      if (now === into.length) return now;
    }
  }

  #take(into: Uint8Array, filled: number): number {
    const taken = this.#piece.subarray(0, into.length - filled);
    into.set(taken, filled);
    this.#piece = this.#piece.subarray(taken.length);
    return taken.length;
  }

  /** The next piece; empty at the end of the file. */
  #read(): Promise<Uint8Array> {
    const piece = this.#readFully(this.#buffers[1]).catch((caught) => {
      throw cannotRead(this.#path, caught);
    });
    piece.catch(() => {}); // whoever takes it sees the fault; if nobody does, it does not matter
    return piece;
  }

  async #readFully(buffer: Uint8Array): Promise<Uint8Array> {
    let filled = 0;
    while (buffer.length - filled >= LEAST_READ_BYTES) {
      const got = await this.#file.readAtLater(this.#offset, filled === 0 ? buffer : buffer.subarray(filled));
      if (got === 0) break;
      filled += got;
      this.#offset += got;
    }
    return buffer.subarray(0, filled);
  }
}
