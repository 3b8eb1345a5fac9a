import { UNDEFINED_LENGTH } from "./element.ts";
import type { Encoding } from "./element.ts";
import type { InsideAction, LevelEdits } from "./edits.ts";

/** What a level holds: elements (a data set or an item), items (a sequence), or fragments of encapsulated pixel data. */
export const ELEMENTS = 0;
export const ITEMS = 1;
export const FRAGMENTS = 2;

/** The end of a level that is closed by a delimitation item. */
export const UNTIL_DELIMITER = -1;

const NONE: readonly number[] = [];

/** One open data set, item, sequence or list of fragments. Made once for each depth and used again. */
export class Level {
  readonly outer: Level | undefined;
  readonly depth: number;
  kind = ELEMENTS;
  encoding: Encoding = "explicitLittle";
  /** Of the sequence, for messages. */
  tag = 0;
  /** Position of its header in the input. */
  start = 0;
  /** Position of its end in the input, or UNTIL_DELIMITER. */
  end = UNTIL_DELIMITER;
  /** The nearest end that is known, its own or that of a level around it. */
  limit = Infinity;
  /** It is written with an undefined length. */
  delimited = false;
  /** Nothing of it is written. */
  muted = false;
  /** Where its length, while it is measured, goes; and what had been measured at its beginning. */
  record = -1;
  measuredAtStart = 0;

  /** The group of the element written last; -1 before the first. */
  group = -1;
  /** Like `record`, for the group length of that group. */
  groupRecord = -1;
  groupMeasuredAtStart = 0;

  /** (0028,0103) here or around it. */
  pixelRepresentation = 0;
  /** (5400,1004) */
  waveformBits = 0;
  /** (0008,0005) here or around it. */
  characterSet = "";
  /** The first of its reservations of private blocks. */
  blocksFrom = 0;

  /** What is to be changed here, and the first action that has not yet been passed. */
  edits: LevelEdits | undefined;
  nextAction = 0;
  /** Tags of the sequences that have been added here because they were not there. */
  added: readonly number[] = NONE;
  /** Of a sequence: what is to be changed in its items, and how many there have been. */
  inside: InsideAction | undefined;
  items = 0;

  #inner: Level | undefined;

  constructor(outer: Level | undefined) {
    this.outer = outer;
    this.depth = outer === undefined ? 0 : outer.depth + 1;
  }

  /** The level inside this one: its header is at `start`, its content at `contentStart`. */
  open(kind: number, encoding: Encoding, start: number, contentStart: number, lengthBytes: number): Level {
    const inner = this.#inner ??= new Level(this);
    const defined = lengthBytes !== UNDEFINED_LENGTH;
    inner.begin(kind, encoding, start, defined ? contentStart + lengthBytes : UNTIL_DELIMITER);
    inner.limit = defined ? inner.end : this.limit;
    inner.muted = this.muted;
    inner.tag = this.tag;
    inner.pixelRepresentation = this.pixelRepresentation;
    inner.waveformBits = this.waveformBits;
    inner.characterSet = this.characterSet;
    return inner;
  }

  /** Starts over. */
  begin(kind: number, encoding: Encoding, start: number, end: number): void {
    this.kind = kind;
    this.encoding = encoding;
    this.start = start;
    this.end = end;
    this.limit = end === UNTIL_DELIMITER ? Infinity : end;
    this.delimited = false;
    this.muted = false;
    this.record = -1;
    this.group = -1;
    this.groupRecord = -1;
    this.pixelRepresentation = 0;
    this.waveformBits = 0;
    this.characterSet = "";
    this.blocksFrom = 0;
    this.edits = undefined;
    this.nextAction = 0;
    this.added = NONE;
    this.inside = undefined;
    this.items = 0;
  }
}
