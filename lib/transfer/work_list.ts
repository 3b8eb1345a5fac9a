/** The files to be sent, handed out one by one in order to however many associations ask. */

import type { Input } from "../source/instance.ts";

/** One sending of one file. */
export interface Work extends Input {
  /** No further round of the same file follows (--repeat). */
  readonly isLastRound: boolean;
  /** Tries so far that ended without an answer. */
  readonly attempts: number;
}

/** Invariant: every file that went in comes out exactly once, apart from what is put back. */
export class WorkList {
  readonly #source: AsyncIterator<Work>;
  readonly #putBack: Work[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #drained = false;

  constructor(source: AsyncIterable<Work>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next file; undefined when there is none at the moment. */
  next(): Promise<Work | undefined> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #next(): Promise<Work | undefined> {
    const again = this.#putBack.shift();
    if (again !== undefined || this.#drained) return again;
    const { done, value } = await this.#source.next();
    if (done !== true) return value;
    this.#drained = true;
    return undefined;
  }

  /** Gives a file back that was taken but not answered; it is the next one handed out. */
  putBack(work: Work): void {
    this.#putBack.unshift(work);
  }

  /** Hands out all that is left, for counting what was not sent. */
  async *rest(): AsyncGenerator<Work> {
    for (let work = await this.next(); work !== undefined; work = await this.next()) yield work;
  }
}
