import type { Dictionary } from "../dicom/dictionary.ts";

/** No data set reserves nearly as many at a time; what goes beyond has no known VR. */
const MAX_BLOCKS = 4096;

/**
 * Which private creator reserved which block (PS3.5 7.8.1), in the item that is being read and those around it. A
 * reservation counts in its own item only, so that leaving one drops what was reserved there.
 */
export class PrivateBlocks {
  /** Group and block of each reservation: the upper bits of the elements that it covers. */
  readonly #blocks: number[] = [];
  readonly #creators: string[] = [];
  #count = 0;
  readonly #dictionary: Dictionary;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** How many reservations there are; `drop` goes back to such a number. */
  get count(): number {
    return this.#count;
  }

  drop(toCount: number): void {
    this.#count = toCount;
  }

  /** The creator element `tag` holds `creator`. */
  reserve(tag: number, creator: string): void {
    if (this.#count === MAX_BLOCKS) return;
    this.#blocks[this.#count] = blockOf((tag & 0xFFFF0000) >>> 0 | (tag & 0xFF) << 8);
    this.#creators[this.#count++] = creator;
  }

  /** The VR that the dictionary gives to a private element of the item whose reservations begin at `from`, or 0. */
  vrOf(tag: number, from: number): number {
    const block = blockOf(tag);
    for (let i = this.#count - 1; i >= from; i--) {
      if (this.#blocks[i] === block) return this.#dictionary.privateVrOf(this.#creators[i] ?? "", tag);
    }
    return 0;
  }
}

function blockOf(tag: number): number {
  return tag >>> 8;
}
