import { charactersOf } from "../bytes/characters.ts";
import type { Dictionary } from "../dicom/dictionary.ts";
import { Fault } from "../errors.ts";
import type { LevelEdits } from "./edits.ts";
import {
  ElementHeader,
  type Encoding,
  HEADER_WINDOW_BYTES,
  readElementHeader,
  tagText,
  UNDEFINED_LENGTH,
} from "./element.ts";
import type { Target } from "./encode.ts";
import type { InputWindow } from "./input_window.ts";
import type { LateElements } from "./late_elements.ts";
import { ELEMENTS, ITEMS, Level, UNTIL_DELIMITER } from "./level.ts";
import type { Outlet } from "./outlet.ts";
import { PrivateBlocks } from "./private_blocks.ts";
import { offsetText } from "./structure_faults.ts";

/** Values up to this length are looked at where they matter: UIDs, private creators, character sets. */
export const MAX_NOTED_BYTES = 1024;

const CODE = "0001:000a";
const TRUNCATED_REMEDY = "the file is truncated: copy or export it again";

/** What is to be done with a data set. */
export interface Task {
  /** Of the file, for messages. */
  readonly name: string;
  /** What comes has been inflated: messages give offsets in that. */
  readonly inflated: boolean;
  /** Where the data set starts in the file, so that messages give offsets in the file. */
  readonly startOffset: number;
  readonly encoding: Encoding;
  readonly target: Target;
  readonly dictionary: Dictionary;
  readonly edits: LevelEdits | undefined;
  /** (0028,0103) where it is known beforehand: for elements that come before it. */
  readonly pixelRepresentation: number;
  /** Fragments of encapsulated pixel data may pass. */
  readonly encapsulated: boolean;
  /** What can begin like a sequence by chance is none. */
  readonly deceptive: boolean;
  /** Elements that are not in tag order, by the offset in the file of the level they stand in. */
  readonly late: LateElements | undefined;
  /** Pixel Data change their byte order, whatever becomes of the rest. */
  readonly swapsPixels: boolean;
  /** Blanks are taken out of UIDs. */
  readonly repairUids: boolean;
}

/** Where a conversion stands: the window over the input, the header read last, and the levels that are open. */
export class Walk {
  readonly task: Task;
  readonly window: InputWindow;
  readonly outlet: Outlet;
  readonly header = new ElementHeader();
  readonly blocks: PrivateBlocks;
  readonly root = new Level(undefined);
  level = this.root;
  /** Everything has been stated to the outlet. */
  done = false;
  /** How many bytes must be in the window before the walk can go on. */
  wantedBytes = 0;

  constructor(task: Task, window: InputWindow, outlet: Outlet) {
    this.task = task;
    this.window = window;
    this.outlet = outlet;
    this.blocks = new PrivateBlocks(task.dictionary);
    this.root.begin(ELEMENTS, task.encoding, 0, UNTIL_DELIMITER);
    this.root.pixelRepresentation = task.pixelRepresentation;
    this.root.edits = task.edits;
  }

  /** How many bytes of the input come before the start of the window. */
  get position(): number {
    return this.window.base + this.window.start;
  }

  /** True when the input has been used up. */
  get atEnd(): boolean {
    return this.window.availableBytes === 0 && this.window.sourceEnded;
  }

  /** True, and noted, when fewer than `wantedBytes` are in the window although the input has more. */
  lacks(wantedBytes: number): boolean {
    if (this.window.availableBytes >= wantedBytes || this.window.sourceEnded) return false;
    this.wantedBytes = wantedBytes;
    return true;
  }

  /**
   * True when the first `valueBytes` of the value are still to be read.
   * @throws Fault "input" when the input ends before
   */
  lacksValue(valueBytes: number): boolean {
    const wantedBytes = this.header.headerBytes + valueBytes;
    if (this.lacks(wantedBytes)) return true;
    if (this.window.availableBytes < wantedBytes) throw this.valueEndsEarly();
    return false;
  }

  /** Reads the header at the start of the window; false when it must see more. @throws Fault "input" */
  readHeader(): boolean {
    const { window, level, header } = this;
    if (this.lacks(HEADER_WINDOW_BYTES)) return false;
    if (window.availableBytes <= 0) throw this.#endsInside(level);
    if (!readElementHeader(window.view, window.start, window.end, level.encoding, header)) {
      throw this.#headerEndsEarly();
    }
    if (this.position + header.headerBytes > level.limit) {
      throw this.broken(`its header goes past the end of ${textOf(level)}`);
    }
    return true;
  }

  /** Goes behind the header, into a level of its own. */
  open(kind: number, encoding: Encoding): Level {
    const { level, header, window } = this;
    const start = this.position;
    window.start += header.headerBytes;
    const inner = level.open(kind, encoding, start, this.position, header.lengthBytes);
    if (kind !== ELEMENTS) inner.tag = header.tag;
    inner.blocksFrom = this.blocks.count;
    return this.level = inner;
  }

  /** Back to the level around this one. */
  close(): void {
    this.blocks.drop(this.level.blocksFrom);
    this.level = this.level.outer ?? this.root;
  }

  /** The value, an octet a character, without NUL at its end; it must be in the window. */
  valueText(): string {
    const start = this.window.start + this.header.headerBytes;
    const end = start + this.header.lengthBytes;
    return charactersOf(this.window.bytes.subarray(start, end)).replace(/\0+$/, "");
  }

  /** @throws Fault "input" when the value does not end where it must */
  checkFits(): void {
    const { lengthBytes, headerBytes } = this.header;
    if (lengthBytes === UNDEFINED_LENGTH) return;
    const excess = this.position + headerBytes + lengthBytes - this.level.limit;
    if (excess > 0) throw this.broken(`value goes ${excess} bytes past the end of ${textOf(this.level)}`);
  }

  /** The element is known to come in this level, but not at its place in tag order. */
  comesLate(level: Level, tag: number): boolean {
    return this.task.late?.has(this.#offset(level.start), tag) === true;
  }

  /** What is wrong with the element at the start of the window. */
  broken(why: string): Fault {
    return this.#fault(this.position, why, undefined);
  }

  /**
   * The input has ended within the value of the element just read.
   * @param undelivered of the value; without it nothing of the element has been passed yet
   */
  valueEndsEarly(undelivered?: number): Fault {
    const { lengthBytes, headerBytes } = this.header;
    const { availableBytes } = this.window;
    const passed = undelivered === undefined ? 0 : headerBytes + lengthBytes - undelivered;
    const missing = headerBytes + lengthBytes - passed - availableBytes;
    return this.#fault(this.position - passed, `value is ${missing} bytes short`, TRUNCATED_REMEDY);
  }

  #headerEndsEarly(): Fault {
    return this.#cutOff("within the header of a data element");
  }

  #endsInside(level: Level): Fault {
    return this.#cutOff(`inside ${textOf(level)}`);
  }

  #cutOff(where: string): Fault {
    return new Fault("input", `cannot convert it: it ends ${where} at ${this.#offsetText(this.position)}`, {
      file: this.task.name,
      code: CODE,
      remedy: TRUNCATED_REMEDY,
    });
  }

  #fault(position: number, why: string, remedy: string | undefined): Fault {
    const where = `${tagText(this.header.tag)} at ${this.#offsetText(position)}`;
    return new Fault("input", `cannot convert data element ${where}: ${why}`, {
      file: this.task.name,
      code: CODE,
      remedy,
    });
  }

  #offsetText(position: number): string {
    const { name, inflated } = this.task;
    return offsetText({ name, inflated, offset: this.#offset(position) });
  }

  #offset(position: number): number {
    return this.task.startOffset + position;
  }
}

/** A level as messages call it. */
export function textOf(level: Level): string {
  if (level.outer === undefined) return "the data set";
  if (level.kind === ELEMENTS) return `an item of sequence ${tagText(level.outer.tag)}`;
  return level.kind === ITEMS ? `sequence ${tagText(level.tag)}` : `the fragments of ${tagText(level.tag)}`;
}
