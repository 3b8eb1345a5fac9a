/** Ends waits that may last: once it is thrown, whoever waits goes on without what was waited for. */
export class StopSwitch {
  #stopped = false;
  /** Of those who wait now. A promise that everybody races with would keep every wait there has ever been. */
  readonly #waiting = new Set<() => void>();

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    for (const goOn of this.#waiting) goOn();
  }

  /** What `promise` comes to; undefined when it has not come yet and the switch is thrown: then nobody hears of it any more. */
  async until<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    const goOn = () => resolve(undefined);
    if (this.#stopped) goOn();
    this.#waiting.add(goOn);
    try {
      return await Promise.race([promise, stopped]);
    } finally {
      this.#waiting.delete(goOn);
    }
  }
}
