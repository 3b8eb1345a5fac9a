import type { Operand } from "./operands.ts";
import { fetchSoon } from "./file_calls.ts";
import type { ReadPace } from "./read_pace.ts";

/** So many files are asked of the disk at the same time: with twice as many it is hardly any faster. */
const MOST_AHEAD = 8;

/**
 * Files on their way to whoever opens them. As long as they come from a cold disk, some are held back and asked of it
 * beforehand, so that it works while others are being sent.
 */
export class Prefetch<T extends Operand> {
  readonly #pace: ReadPace;
  readonly #held: T[] = [];
  #mostHeld = 0;

  constructor(pace: ReadPace) {
    this.#pace = pace;
  }

  /** The next file goes in; take out what is due now, and then again until nothing is. */
  put(file: T): T | undefined {
    // Of a member of an archive, or of a FIFO, there is nothing to be asked beforehand.
    const worthwhile = this.#pace.cold && file.member === undefined && file.seen === "file";
    if (worthwhile) fetchSoon(file.path);
    this.#mostHeld = worthwhile ? MOST_AHEAD : 0;
    this.#held.push(file);
    return this.take();
  }

  take(): T | undefined {
    return this.#held.length > this.#mostHeld ? this.#held.shift() : undefined;
  }

  /** No further files come: all are due. */
  end(): T | undefined {
    this.#mostHeld = 0;
    return this.take();
  }
}
