/** Reads that come at this rate or faster are never in anybody's way: bytes per millisecond. */
const BRISK_BYTES_PER_MILLISECOND = 200_000;

/** So many milliseconds lost are put down to a busy machine; more, to the disk. */
const PATIENCE_MILLISECONDS = 25;

/** The most that is remembered: about as many brisk reads later waiting is taken back. */
const MEMORY_MILLISECONDS = 50;

/** The first bytes of a file that take longer come from the disk and not from memory. */
const COLD_MILLISECONDS = 0.1;
/** So many such files in succession are not the doing of a busy machine ... */
const COLD_FILES = 3;
/** ... and the next ones, so many, will be no different. */
const FILES_EXPECTED_COLD = 256;

/**
 * How fast reading has been of late, as a leaky bucket of lost time. Shared by the files of a run, so that a slow share is
 * recognised once and not with every file again.
 */
export class ReadPace {
  #lostMilliseconds = 0;
  #coldFiles = 0;
  #expectedCold = 0;

  /** Reads should wait in promises, so that nobody else stands still. */
  get slow(): boolean {
    return this.#lostMilliseconds > PATIENCE_MILLISECONDS;
  }

  /** A read of so many bytes took so long. */
  note(bytes: number, milliseconds: number): void {
    const lost = milliseconds - bytes / BRISK_BYTES_PER_MILLISECOND;
    const remembered = this.#lostMilliseconds + (lost > 1 ? lost : -1);
    this.#lostMilliseconds = Math.min(Math.max(remembered, 0), MEMORY_MILLISECONDS);
  }

  /** The next files will have to be waited for, unless somebody asks the disk for them beforehand. */
  get cold(): boolean {
    return this.#expectedCold > 0;
  }

  /** The first bytes of another file took so long. */
  noteFirst(milliseconds: number): void {
    this.#coldFiles = milliseconds > COLD_MILLISECONDS ? this.#coldFiles + 1 : 0;
    this.#expectedCold = this.#coldFiles >= COLD_FILES
      ? FILES_EXPECTED_COLD
      : Math.max(0, this.#expectedCold - 1);
  }
}
