/**
 * Something that happens once. Unlike with a promise, who waits for it beside something else can stop waiting: of a race
 * against a promise that lives as long as the run, the winner would be kept as long.
 */
export class Occasion {
  #hasCome = false;
  readonly #waiting = new Set<() => void>();

  /** Comes when the first of these does. */
  static either(...occasions: readonly Occasion[]): Occasion {
    const either = new Occasion();
    for (const occasion of occasions) occasion.listen(() => either.come());
    return either;
  }

  get hasCome(): boolean {
    return this.#hasCome;
  }

  come(): void {
    this.#hasCome = true;
    for (const tell of this.#waiting) tell();
    this.#waiting.clear();
  }

  /** Calls `tell` when it comes, at once if it has; answers how to take that back. */
  listen(tell: () => void): () => void {
    if (this.#hasCome) tell();
    else this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }

  /** What `promise` gives, or undefined if this comes first. */
  before<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    return new Promise((resolve, reject) => {
      const ignore = this.listen(() => resolve(undefined));
      promise.then(resolve, reject).finally(ignore);
    });
  }
}
