/** More are not kept: a data set in no order at all must not fill the memory. */
const MAX_KEPT = 4096;

/**
 * The elements that come behind one of their own level with the same or a higher tag, so that who goes through the level in
 * tag order would think that they are missing. Most data sets have none.
 */
export class LateElements {
  readonly #tags = new Map<number, Set<number>>();
  #kept = 0;

  /** @param levelStart offset of the data set, or of the header of the item, that the element stands in */
  add(levelStart: number, tag: number): void {
    if (this.#kept === MAX_KEPT) return;
    this.#kept++;
    const tags = this.#tags.get(levelStart);
    if (tags === undefined) this.#tags.set(levelStart, new Set([tag]));
    else tags.add(tag);
  }

  has(levelStart: number, tag: number): boolean {
    return this.#tags.get(levelStart)?.has(tag) === true;
  }
}
