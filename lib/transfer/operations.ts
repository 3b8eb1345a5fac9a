/** Operations under way at the same time on one association (PS3.7 D.3.3.3), and waiting for room among them. */

/** Invariant: what is added counts until it settles; the first failure is thrown to whoever waits. */
export class Operations {
  readonly #window: number;
  #open = 0;
  #failure: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  /** @param window how many may be under way, at least 1 */
  constructor(window: number) {
    this.#window = window;
  }

  add(operation: Promise<void>): void {
    this.#open++;
    operation.then(() => this.#close(), (reason) => {
      this.#failure ??= { reason };
      this.#close();
    });
  }

  /** True when no more may begin. */
  get full(): boolean {
    return this.#open >= this.#window;
  }

  /** Waits until one more may begin. */
  room(): Promise<void> {
    return this.#until(this.#window - 1);
  }

  /** Waits until all have ended. */
  end(): Promise<void> {
    return this.#until(0);
  }

  async #until(most: number): Promise<void> {
    while (this.#open > most && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  #close(): void {
    this.#open--;
    this.#wake?.();
  }
}
