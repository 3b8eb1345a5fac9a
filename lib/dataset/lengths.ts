/**
 * What measuring has found out about the sequences, items and groups that are still to be written: their lengths, in
 * the order of their headers, and those that are too long to be measured.
 */
export class Lengths {
  readonly #records: number[] = [];
  #count = 0;
  #next = 0;
  /** Positions of headers, ascending; those before #passed are behind. */
  readonly #long: number[] = [];
  #longCount = 0;
  #passed = 0;

  /** Forgets the lengths. */
  forget(): void {
    this.#count = 0;
    this.#next = 0;
  }

  /** A place for the length of the next header that is met while measuring. */
  reserve(): number {
    this.#records[this.#count] = 0;
    return this.#count++;
  }

  record(place: number, lengthBytes: number): void {
    this.#records[place] = lengthBytes;
  }

  /** True while lengths are known: the next header that is written has one. */
  get known(): boolean {
    return this.#next < this.#count;
  }

  /** The length for the next header. */
  take(): number {
    return this.#records[this.#next++] ?? 0;
  }

  /** Starts the list of headers that are known to be of something long; `addLong` follows in ascending order. */
  startLong(): void {
    this.#longCount = 0;
    this.#passed = 0;
  }

  addLong(position: number): void {
    this.#long[this.#longCount++] = position;
  }

  /** Is what begins at `position` known to be too long? Must be asked in ascending order. */
  isLong(position: number): boolean {
    while (this.#passed < this.#longCount && (this.#long[this.#passed] ?? 0) < position) this.#passed++;
    return this.#passed < this.#longCount && this.#long[this.#passed] === position;
  }
}
