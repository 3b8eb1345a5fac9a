/** Further warnings about one data set are counted, not kept. */
const MAX_WARNINGS = 20;

/** Warnings in the order found, so many that a person can still read them. */
export class Warnings {
  readonly #texts: string[] = [];
  #leftOut = 0;

  /** `text` is made only if it is kept. */
  add(text: () => string): void {
    if (this.#texts.length < MAX_WARNINGS) this.#texts.push(text());
    else this.#leftOut++;
  }

  /** All of them; the last says how many have been left out. */
  get texts(): readonly string[] {
    return this.#leftOut === 0
      ? this.#texts
      : [...this.#texts, `${this.#leftOut} more warnings of this kind`];
  }
}
