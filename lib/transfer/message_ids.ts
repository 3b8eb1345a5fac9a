const LAST = 65535;

/**
 * Message IDs of one association (PS3.7 9.1.1.1.1): 1 to 65535 and again from 1, leaving out those under way. Of these
 * there must always be fewer than there are IDs.
 */
export class MessageIds {
  #last = 0;
  readonly #underway = new Set<number>();

  /** The next one, under way from now on. */
  take(): number {
    do this.#last = this.#last === LAST ? 1 : this.#last + 1; while (this.#underway.has(this.#last));
    this.#underway.add(this.#last);
    return this.#last;
  }

  /** Its message is over. */
  giveBack(messageId: number): void {
    this.#underway.delete(messageId);
  }
}
