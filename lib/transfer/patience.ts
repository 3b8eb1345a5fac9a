/** A peer that answers within this time is one that will do so again. */
const SOON_MS = 0.5;
/** How long the next answer of such a peer is asked for. */
const PATIENCE_MS = 0.3;

/**
 * How long it pays to keep asking for an answer instead of sleeping until it comes. Being woken takes a tenth of a
 * millisecond on many machines; most peers take much longer than that, and are not asked twice.
 */
export class Patience {
  #patienceMs = PATIENCE_MS;

  get milliseconds(): number {
    return this.#patienceMs;
  }

  /** An answer had to be waited for so long. */
  note(milliseconds: number): void {
    this.#patienceMs = milliseconds <= SOON_MS ? PATIENCE_MS : 0;
  }
}
