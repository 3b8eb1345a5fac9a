/**
 * Finding lengths before they are written.
 *
 * How this works: what a header begins - a sequence, an item, or with a group length a group - is measured by letting the
 * steps of the conversion run ahead over the window, with an outlet that only adds up. Then everything goes back to where
 * it was. The lengths of all sequences, items and groups inside are found on the way; they are kept in the order
 * in which their headers will be written.
 */

import { Fault } from "../errors.ts";
import { readElementHeader, UNDEFINED_LENGTH } from "./element.ts";
import { Lengths } from "./lengths.ts";
import type { Level } from "./level.ts";
import type { Walk } from "./walk.ts";

/** Sequences, items and groups of up to so many bytes of input are written with their length. */
export const MEASURED_BYTES = 64 * 1024;

/** What the window must be able to hold: what is measured, and the last header and value looked at. */
export const WINDOW_BYTES = 2 * MEASURED_BYTES;

type Outcome = "measured" | "tooLong" | "needsMore";

export class Measuring {
  readonly #walk: Walk;
  readonly #step: () => boolean;
  readonly #lengths = new Lengths();
  /** The group that measuring began with is complete. */
  #groupComplete = false;

  /** @param step one step of the conversion; false when it must see more */
  constructor(walk: Walk, step: () => boolean) {
    this.#walk = walk;
    this.#step = step;
  }

  /** A place for the length of what begins now; to be called while measuring only. */
  reserve(): number {
    return this.#lengths.reserve();
  }

  /** What has the place `level.record` is complete. */
  record(level: Level): void {
    this.#lengths.record(level.record, this.#walk.outlet.measuredBytes - level.measuredAtStart);
  }

  /**
   * The length to write for the sequence or item whose header has been read, UNDEFINED_LENGTH for one that is too
   * long; undefined when more must be in the window first.
   * @param edited something inside may be changed
   */
  lengthOfContainer(edited: boolean): number | undefined {
    if (this.#lengths.known) return this.#lengths.take();
    if (this.#walk.header.lengthBytes === 0 && !edited) return 0;
    if (this.#lengths.isLong(this.#walk.position)) return UNDEFINED_LENGTH;
    const outcome = this.#measure(-1, -1);
    if (outcome === "needsMore") return undefined;
    return outcome === "measured" ? this.#lengths.take() : UNDEFINED_LENGTH;
  }

  /** The same for a group length, whose value must be in the window. */
  lengthOfGroup(group: number): number | undefined {
    if (this.#lengths.known) return this.#lengths.take();
    const outcome = this.#measure(group, this.#statedGroupEnd());
    if (outcome === "needsMore") return undefined;
    return outcome === "measured" ? this.#lengths.take() : UNDEFINED_LENGTH;
  }

  /** The header of a group length has been measured: what follows belongs to its group. */
  openGroup(level: Level, group: number): void {
    level.group = group;
    level.groupRecord = this.#lengths.reserve();
    level.groupMeasuredAtStart = this.#walk.outlet.measuredBytes;
  }

  /** The group being written here is complete. True when that was all that was to be measured: nothing more may be done. */
  closeGroup(level: Level): boolean {
    if (level.groupRecord < 0) return false;
    this.#lengths.record(level.groupRecord, this.#walk.outlet.measuredBytes - level.groupMeasuredAtStart);
    this.#groupComplete = level.groupRecord === 0;
    level.groupRecord = -1;
    return this.#groupComplete;
  }

  /** Measures a group, or with -1 the sequence or item whose header has been read. Only the lengths are different then. */
  #measure(group: number, statedEnd: number): Outcome {
    const { window, level, header, outlet, blocks } = this.#walk;
    const { nextAction, added, items, group: lastGroup, pixelRepresentation, waveformBits, characterSet } =
      level;
    const { start } = window;
    const reserved = blocks.count;
    const position = this.#walk.position;
    this.#lengths.forget();
    this.#groupComplete = false;
    outlet.measuring = true;
    outlet.measuredBytes = 0;
    if (group >= 0) {
      window.start += header.headerBytes + 4;
      this.openGroup(level, group);
    }
    const outcome = this.#runAhead(level, position, start, statedEnd);
    if (outcome !== "measured") this.#lengths.forget();
    outlet.measuring = false;
    blocks.drop(reserved);
    window.start = start;
    this.#walk.level = level;
    level.nextAction = nextAction;
    level.added = added;
    level.items = items;
    level.group = lastGroup;
    level.groupRecord = -1;
    level.pixelRepresentation = pixelRepresentation;
    level.waveformBits = waveformBits;
    level.characterSet = characterSet;
    readElementHeader(window.view, start, window.end, level.encoding, header);
    return outcome;
  }

  #runAhead(level: Level, position: number, start: number, statedEnd: number): Outcome {
    const walk = this.#walk;
    try {
      for (;;) {
        if (!this.#step()) {
          walk.wantedBytes += walk.window.start - start;
          return "needsMore";
        }
        if (statedEnd < 0 ? walk.level === level : this.#groupComplete) return "measured";
        // A big value is no hindrance where it is the last one: what has a length ends without a look.
        if (walk.position - position > MEASURED_BYTES && walk.position !== walk.level.end) break;
      }
    } catch (caught) {
      // Whatever is wrong will be met again, with nothing measured.
      if (!(caught instanceof Fault)) throw caught;
      return "tooLong";
    }
    // A big last value, such as Pixel Data: the group ends where the file says it does.
    if (walk.level === level && walk.position === statedEnd) {
      this.closeGroup(level);
      return "measured";
    }
    this.#noteLong(level, position);
    return "tooLong";
  }

  /** Where the group ends by the value of the group length just read. */
  #statedGroupEnd(): number {
    const { header, level, window, position } = this.#walk;
    const valueStart = window.start + header.headerBytes;
    return position + header.headerBytes + 4 +
      window.view.getUint32(valueStart, level.encoding !== "explicitBig");
  }

  /**
   * What is still open where measuring gave up, and began in the first half, is at least half as long as what can be
   * measured: it is not measured again, so that all measuring together reads the input a few times at most.
   */
  #noteLong(level: Level, position: number): void {
    const starts: number[] = [];
    for (let at = this.#walk.level; at !== level && at.outer !== undefined; at = at.outer) {
      if (at.start > position && at.start - position < MEASURED_BYTES / 2) starts.push(at.start);
    }
    this.#lengths.startLong();
    for (const start of starts.reverse()) this.#lengths.addLong(start);
  }
}
