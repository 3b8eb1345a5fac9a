/** How long one thing may go on before others, signals above all, get a turn. */
const TURN_MILLISECONDS = 50;

/** For loops that hardly ever wait for anything: `const turn = turns.due(); if (turn !== undefined) await turn;`. */
export class Turns {
  #beganMs = performance.now();

  /** A promise when it is time to let others go first. */
  due(): Promise<void> | undefined {
    if (performance.now() - this.#beganMs < TURN_MILLISECONDS) return undefined;
    return othersFirst().then(() => {
      this.#beganMs = performance.now();
    });
  }
}

/** Once round the event loop. A timer of 0 ms would take two. */
export async function othersFirst(): Promise<void> {
  const { setImmediate } = await import("node:timers");
  await new Promise<void>((resolve) => void setImmediate(resolve));
}
