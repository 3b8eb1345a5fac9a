/** The files to be sent, handed out one by one in order to however many associations ask. */

import { Occasion } from "../bytes/occasion.ts";
import type { Work } from "./work.ts";

/** Invariant: every file that went in comes out exactly once, apart from what is put back. */
export class WorkList {
  readonly #source: AsyncIterator<Work>;
  /** Taken from the source, or put back, and next to be handed out. */
  readonly #waiting: Work[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #drained = false;
  /** The list has been empty once. */
  readonly empty = new Occasion();

  constructor(source: AsyncIterable<Work>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next file; undefined when there is none at the moment. */
  next(): Promise<Work | undefined> {
    const work = this.#waiting.shift();
    if (work !== undefined) return Promise.resolve(work);
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** How many files there are at the moment, counted no further than `most`. */
  available(most: number): Promise<number> {
    const turn = this.#turn.then(async () => {
      while (this.#waiting.length < most) {
        const work = await this.#fetch();
        if (work === undefined) break;
        this.#waiting.push(work);
      }
      return Math.min(this.#waiting.length, most);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #next(): Promise<Work | undefined> {
    const work = this.#waiting.shift() ?? await this.#fetch();
    if (work === undefined) this.empty.come();
    return work;
  }

  async #fetch(): Promise<Work | undefined> {
    if (this.#drained) return undefined;
    const { done, value } = await this.#source.next();
    if (done !== true) return value;
    this.#drained = true;
    return undefined;
  }

  /** Gives a file back that was taken but not answered: it comes before all that came behind it. */
  putBack(work: Work): void {
    const at = this.#waiting.findIndex(({ number }) => number > work.number);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, work);
  }

  /** Hands out all that is left, for counting what was not sent. */
  async *rest(): AsyncGenerator<Work> {
    for (let work = await this.next(); work !== undefined; work = await this.next()) yield work;
  }
}
