/** How long one thing may go on before others, signals above all, get a turn. */
const TURN_MILLISECONDS = 50;

/** For loops that hardly ever wait for anything: `const turn = turns.due(); if (turn) await turn;`. */
export class Turns {
  #beganMs = performance.now();

  /** A promise when it is time to let others go first. */
  due(): Promise<void> | undefined {
    if (performance.now() - this.#beganMs < TURN_MILLISECONDS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        this.#beganMs = performance.now();
        resolve();
      }, 0)
    );
  }
}
