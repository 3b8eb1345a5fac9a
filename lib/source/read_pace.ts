/** Reads that come at this rate or faster are never in anybody's way: bytes per millisecond. */
const BRISK_BYTES_PER_MILLISECOND = 200_000;

/** So many milliseconds lost are put down to a busy machine; more, to the disk. */
const PATIENCE_MILLISECONDS = 25;

/** The most that is remembered: about as many brisk reads later waiting is taken back. */
const MEMORY_MILLISECONDS = 50;

/**
 * How fast reading has been of late, as a leaky bucket of lost time. Shared by the files of a run, so that a slow share is
 * recognised once and not with every file again.
 */
export class ReadPace {
  #lostMilliseconds = 0;

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
}
