/**
 * One step of a conversion: what becomes of the next header of the input.
 *
 * How this works: `step` reads one header at the start of the window and states to the outlet what is to be written
 * for it. It either makes progress, or changes nothing and says how many bytes it must see first. Measuring runs the
 * same steps ahead over the window with an outlet that only adds up, and then goes back.
 */

import type { Dictionary } from "../dicom/dictionary.ts";
import { isPrivateCreator } from "../dicom/dictionary.ts";
import {
  isStandardVr,
  unitBytesOf,
  VR_OB,
  VR_OW,
  VR_SQ,
  VR_UI,
  VR_UL,
  VR_UN,
  vrCode,
  vrText,
} from "../dicom/vr.ts";
import { Fault } from "../errors.ts";
import { contextVr, TAG_PIXEL_REPRESENTATION, TAG_WAVEFORM_BITS_ALLOCATED } from "./context_vr.ts";
import { createItem, createSequence } from "./created.ts";
import { encodeValue, type ValueContext } from "./edit_value.ts";
import { type Action, actionIndexOf, type InsideAction, type LevelEdits } from "./edits.ts";
import {
  ElementHeader,
  type Encoding,
  HEADER_WINDOW_BYTES,
  readElementHeader,
  TAG_ITEM,
  TAG_ITEM_DELIMITATION,
  TAG_PIXEL_DATA,
  TAG_SEQUENCE_DELIMITATION,
  tagText,
  UNDEFINED_LENGTH,
} from "./element.ts";
import { type Target, writtenVr } from "./encode.ts";
import type { InputWindow } from "./input_window.ts";
import { Lengths } from "./lengths.ts";
import { ELEMENTS, FRAGMENTS, ITEMS, Level, UNTIL_DELIMITER } from "./level.ts";
import type { Outlet } from "./outlet.ts";
import { PrivateBlocks } from "./private_blocks.ts";
import { MAX_NESTING } from "./structure.ts";

/** Sequences, items and groups of up to so many bytes of input are written with their length. */
export const MEASURED_BYTES = 64 * 1024;

/** What the window must be able to hold: what is measured, and the last header and value looked at. */
export const WINDOW_BYTES = 2 * MEASURED_BYTES;

/** Values up to this length are looked at where they matter: UIDs, private creators, character sets. */
const MAX_NOTED_BYTES = 1024;

const TAG_SPECIFIC_CHARACTER_SET = 0x00080005;
const TAG_TRAILING_PADDING = 0xFFFCFFFC;
/** (FFFE,E000) as its four bytes stand in little endian. */
const ITEM_TAG_LITTLE = 0xFEFF00E0;
const VR_OX = vrCode("OX");
const AFTER_ALL_TAGS = 2 ** 32;

const TRUNCATED_REMEDY = "the file is truncated: copy or export it again";

/** What is to be done with a data set. */
export interface Task {
  /** For messages: "a.dcm". */
  readonly name: string;
  /** Where the data set starts in that file, so that messages give offsets in the file. */
  readonly startOffset: number;
  readonly encoding: Encoding;
  readonly target: Target;
  readonly dictionary: Dictionary;
  readonly edits: LevelEdits | undefined;
  /** (0028,0103) where it is known beforehand: for elements that come before it. */
  readonly pixelRepresentation: number;
  /** Fragments of encapsulated pixel data may pass. */
  readonly encapsulated: boolean;
  /** Spaces in UIDs are removed. */
  readonly repairUids: boolean;
}

type Measured = "measured" | "tooLong" | "needsMore";

export class Steps {
  /** Everything has been stated. */
  done = false;
  /** How many bytes a step that made no progress wants to see in the window. */
  wantedBytes = 0;

  readonly #task: Task;
  readonly #window: InputWindow;
  readonly #outlet: Outlet;
  readonly #header = new ElementHeader();
  readonly #root = new Level(undefined);
  readonly #blocks: PrivateBlocks;
  readonly #lengths = new Lengths();
  #level = this.#root;
  /** The group length that is being measured has been found. */
  #groupMeasured = false;

  constructor(task: Task, window: InputWindow, outlet: Outlet) {
    this.#task = task;
    this.#window = window;
    this.#outlet = outlet;
    this.#blocks = new PrivateBlocks(task.dictionary);
    this.#root.begin(ELEMENTS, task.encoding, 0, UNTIL_DELIMITER);
    this.#root.pixelRepresentation = task.pixelRepresentation;
    this.#root.edits = task.edits;
  }

  /**
   * Deals with the next header; false when it must see more of the input first.
   * @throws Fault "input" when the input is not a whole data set, or cannot be converted
   */
  step(): boolean {
    const level = this.#level;
    if (this.#position === level.end) return this.#leave(level);
    const window = this.#window;
    if (this.#lacks(HEADER_WINDOW_BYTES)) return false;
    if (window.availableBytes <= 0) {
      if (level === this.#root && window.availableBytes === 0) return this.#finish();
      throw this.#endsInside(level);
    }
    if (!readElementHeader(window.view, window.start, window.end, level.encoding, this.#header)) {
      throw this.#headerEndsEarly();
    }
    if (this.#position + this.#header.headerBytes > level.limit) {
      throw this.#broken(`its header goes past the end of ${textOf(level)}`);
    }
    if (level.kind !== ELEMENTS) return this.#stepInSequence(level);
    if (this.#header.tag >>> 16 === 0xFFFE) return this.#stepAtDelimiter(level);
    return this.#stepAtElement(level);
  }

  /** How many bytes of the input come before the start of the window. */
  get #position(): number {
    return this.#window.base + this.#window.start;
  }

  /** True, and noted, when fewer than `wantedBytes` are in the window although the input has more. */
  #lacks(wantedBytes: number): boolean {
    if (this.#window.availableBytes >= wantedBytes || this.#window.sourceEnded) return false;
    this.wantedBytes = wantedBytes;
    return true;
  }

  // Items and fragments

  #stepInSequence(level: Level): boolean {
    const { tag, lengthBytes } = this.#header;
    if (tag === TAG_SEQUENCE_DELIMITATION) return this.#delimit(level);
    if (tag !== TAG_ITEM) throw this.#broken(`an item or the end of ${textOf(level)} should be here`);
    if (level.kind === ITEMS) return this.#enterItem(level);
    if (lengthBytes === UNDEFINED_LENGTH) throw this.#broken("a fragment must have a length");
    this.#checkFits(level);
    this.#copyValue(level, 0, 1);
    return true;
  }

  #stepAtDelimiter(level: Level): boolean {
    if (this.#header.tag === TAG_ITEM_DELIMITATION && level !== this.#root) return this.#delimit(level);
    if (level === this.#root) throw this.#broken("there is no sequence that it could belong to");
    throw this.#broken("the end of the item around it is missing");
  }

  /** A delimitation item: ends what has no length, and is tolerated at the very end of what has one. */
  #delimit(level: Level): boolean {
    if (level.end === UNTIL_DELIMITER) {
      if (this.#leave(level) && this.#level !== level) this.#window.start += 8;
      return true;
    }
    if (this.#position + 8 !== level.end) throw this.#broken(`by its length ${textOf(level)} ends elsewhere`);
    this.#window.start += 8;
    return true;
  }

  #enterItem(level: Level): boolean {
    const edits = level.muted ? undefined : level.inside?.items.of(level.items);
    const inner = this.#enter(level, ELEMENTS, 0, level.encoding, edits !== undefined);
    if (inner === undefined) return false;
    inner.edits = edits;
    level.items++;
    return true;
  }

  /**
   * Writes the header just read as one of a sequence or item, and goes inside. Undefined when it must first see more.
   * @param edited something inside may be changed
   */
  #enter(level: Level, kind: number, vr: number, encoding: Encoding, edited: boolean): Level | undefined {
    const { tag, lengthBytes, headerBytes } = this.#header;
    const outlet = this.#outlet;
    if (level.depth >= 2 * MAX_NESTING) {
      throw this.#broken(`sequences are nested more than ${MAX_NESTING} deep`);
    }
    if (lengthBytes !== UNDEFINED_LENGTH) this.#checkFits(level);
    const start = this.#position;
    let written = kind === FRAGMENTS ? UNDEFINED_LENGTH : 0;
    let record = -1;
    if (!level.muted && kind !== FRAGMENTS) {
      if (outlet.measuring) record = this.#lengths.reserve();
      else {
        const settled = this.#settleLength(lengthBytes, edited);
        if (settled === undefined) return undefined;
        written = settled;
      }
    }
    if (!level.muted) outlet.header(tag, vr, written);
    this.#window.start += headerBytes;
    const inner = level.open(kind, encoding, start, this.#position, lengthBytes);
    if (kind !== ELEMENTS) inner.tag = tag;
    inner.blocksFrom = this.#blocks.count;
    inner.delimited = written === UNDEFINED_LENGTH;
    inner.record = record;
    inner.measuredAtStart = outlet.measuredBytes;
    this.#level = inner;
    return inner;
  }

  /** The length to write for the sequence or item whose header has just been read; undefined when it must see more. */
  #settleLength(lengthBytes: number, edited: boolean): number | undefined {
    const lengths = this.#lengths;
    if (lengths.known) return lengths.take();
    if (lengthBytes === 0 && !edited) return 0;
    if (lengths.isLong(this.#position)) return UNDEFINED_LENGTH;
    const measured = this.#measure(-1);
    if (measured === "needsMore") return undefined;
    return measured === "measured" ? lengths.take() : UNDEFINED_LENGTH;
  }

  /** Goes one level up, unless something is to be added here before; true in either case. */
  #leave(level: Level): boolean {
    const outlet = this.#outlet;
    if (!level.muted) {
      if (level.edits !== undefined && this.#passActions(level, AFTER_ALL_TAGS)) return true;
      if (level.inside !== undefined && this.#addItem(level, level.inside)) return true;
      if (this.#closeGroup(level)) return true;
      if (level.record >= 0) this.#lengths.record(level.record, outlet.measuredBytes - level.measuredAtStart);
      if (level.delimited) {
        outlet.header(level.kind === ELEMENTS ? TAG_ITEM_DELIMITATION : TAG_SEQUENCE_DELIMITATION, 0, 0);
      }
    }
    this.#blocks.drop(level.blocksFrom);
    this.#level = level.outer ?? this.#root;
    return true;
  }

  #finish(): boolean {
    const root = this.#root;
    if (root.edits !== undefined && this.#passActions(root, AFTER_ALL_TAGS)) return true;
    if (!this.#closeGroup(root)) this.done = true;
    return true;
  }

  // Elements

  #stepAtElement(level: Level): boolean {
    const { tag } = this.#header;
    if (this.#header.lengthBytes !== UNDEFINED_LENGTH) this.#checkFits(level);
    if (level.muted) return this.#dropElement(level);
    if (level.edits !== undefined && this.#passActions(level, tag)) return true;
    const group = tag >>> 16;
    const repeated = level.group === group;
    const groupLength = (tag & 0xFFFF) === 0;
    const meaningless = groupLength && (repeated || this.#header.lengthBytes !== 4);
    if (meaningless || tag === TAG_TRAILING_PADDING) return this.#dropElement(level);
    if (!repeated && this.#closeGroup(level)) return true;
    if (groupLength) return this.#stepAtGroupLength(level);
    level.group = group;
    let inside: InsideAction | undefined;
    if (level.edits !== undefined) {
      const index = actionIndexOf(level.edits, tag);
      const action = level.edits.actions[index];
      if (action !== undefined) {
        if (action.kind !== "inside" || action.fresh) return this.#replace(level, action, index);
        if (index >= level.nextAction) inside = action;
      }
    }
    if (!this.#note(level)) return false;
    return this.#convertElement(level, inside);
  }

  #convertElement(level: Level, inside: InsideAction | undefined): boolean {
    const header = this.#header;
    if (header.lengthBytes === UNDEFINED_LENGTH) {
      return this.#enterSequence(level, this.#undefinedKind(), inside);
    }
    const vr = this.#vrOf(level);
    if (vr === VR_SQ) {
      const encoding = this.#sequenceEncoding(level);
      if (encoding === undefined) return false;
      if (encoding !== "none") return this.#enterSequence(level, encoding, inside);
    }
    if (inside !== undefined) throw this.#broken("it is not a sequence, so nothing inside it can be changed");
    return this.#convertValue(level, vr === VR_SQ ? VR_UN : vr);
  }

  /** Whether what has the undefined length is fragments or a sequence, and how that is encoded. */
  #undefinedKind(): Encoding | "fragments" {
    const { tag, vr } = this.#header;
    if (tag === TAG_PIXEL_DATA || vr === VR_OB || vr === VR_OW) return "fragments";
    if (vr === VR_SQ) return this.#level.encoding;
    // PS3.5 6.2.2 note 4: what is inside is implicit little endian, whatever is around it.
    if (vr === VR_UN || vr === 0) return "implicitLittle";
    throw this.#broken(`VR ${vrText(vr)} cannot have an undefined length`);
  }

  #enterSequence(level: Level, kind: Encoding | "fragments", inside: InsideAction | undefined): boolean {
    if (kind === "fragments") return this.#enterFragments(level);
    const inner = this.#enter(level, ITEMS, VR_SQ, kind, inside !== undefined);
    if (inner === undefined) return false;
    inner.inside = inside;
    if (inside !== undefined) level.nextAction++;
    return true;
  }

  #enterFragments(level: Level): boolean {
    if (!this.#task.encapsulated && !level.muted) {
      throw this.#broken("it is compressed, which only its own transfer syntax can express");
    }
    const { vr } = this.#header;
    return this.#enter(level, FRAGMENTS, vr === 0 ? VR_OB : vr, level.encoding, false) !== undefined;
  }

  /** How the items of the sequence with a length are encoded; "none" if it has none, undefined when it must see more. */
  #sequenceEncoding(level: Level): Encoding | "none" | undefined {
    const { vr, lengthBytes, headerBytes } = this.#header;
    if (vr === VR_SQ || lengthBytes === 0) return level.encoding;
    // Only the dictionary says so: what does not look like an item stays what it is.
    if (lengthBytes < 8 || level.encoding === "explicitBig") return "none";
    if (this.#lacks(headerBytes + 8)) return undefined;
    if (this.#window.availableBytes < headerBytes + 8) throw this.#valueEndsEarly();
    const first = this.#window.view.getUint32(this.#window.start + headerBytes);
    return first === ITEM_TAG_LITTLE ? "implicitLittle" : "none";
  }

  /** The VR of the element just read: as it says, or where it does not, as the dictionary and the context say. */
  #vrOf(level: Level): number {
    const { tag, vr, lengthBytes } = this.#header;
    if (vr !== 0) return isStandardVr(vr) ? vr : vr === VR_OX && tag === TAG_PIXEL_DATA ? VR_OW : VR_UN;
    if ((tag & 0x10000) !== 0 && !isPrivateCreator(tag)) {
      const known = this.#blocks.vrOf(tag, level.blocksFrom);
      const found = contextVr(known, tag, level.pixelRepresentation, level.waveformBits);
      return found === 0 || lengthBytes % unitBytesOf(found) !== 0 ? VR_UN : found;
    }
    const known = this.#task.dictionary.vrOf(tag);
    return contextVr(known, tag, level.pixelRepresentation, level.waveformBits) || VR_UN;
  }

  #convertValue(level: Level, vr: number): boolean {
    const { target, repairUids } = this.#task;
    const { lengthBytes, headerBytes } = this.#header;
    if (repairUids && vr === VR_UI && lengthBytes > 0 && lengthBytes <= MAX_NOTED_BYTES) {
      if (this.#lacks(headerBytes + lengthBytes)) return false;
      if (this.#window.availableBytes < headerBytes + lengthBytes) throw this.#valueEndsEarly();
      if (this.#repairUid()) return true;
    }
    const written = writtenVr(vr, lengthBytes, target);
    const bigInput = level.encoding === "explicitBig";
    // UN, and OB in its place, hold little endian whatever is around them.
    const bigOutput = target.bigEndian && written === vr;
    this.#copyValue(level, written, bigInput === bigOutput ? 1 : unitBytesOf(vr));
    return true;
  }

  #copyValue(level: Level, vr: number, unitBytes: number): void {
    const { tag, lengthBytes, headerBytes } = this.#header;
    if (level.muted) return this.#outlet.drop(this.#window, headerBytes + lengthBytes);
    this.#outlet.header(tag, vr, lengthBytes + lengthBytes % 2);
    this.#window.start += headerBytes;
    this.#outlet.value(this.#window, lengthBytes, unitBytes);
  }

  /** Writes the UID without its spaces; false if it has none. */
  #repairUid(): boolean {
    const { tag, lengthBytes, headerBytes } = this.#header;
    const value = this.#valueText();
    if (!value.includes(" ")) return false;
    const repaired = value.replace(/[ \0]/g, "");
    const bytes = new Uint8Array(repaired.length + repaired.length % 2);
    for (let i = 0; i < repaired.length; i++) bytes[i] = repaired.charCodeAt(i);
    this.#outlet.header(tag, VR_UI, bytes.length);
    this.#outlet.literal(bytes);
    this.#window.start += headerBytes + lengthBytes;
    return true;
  }

  /** Passes over the element just read, whatever it holds. */
  #dropElement(level: Level): boolean {
    const { lengthBytes, headerBytes } = this.#header;
    if (lengthBytes !== UNDEFINED_LENGTH) {
      this.#outlet.drop(this.#window, headerBytes + lengthBytes);
      return true;
    }
    const kind = this.#undefinedKind();
    const muted = level.muted;
    level.muted = true;
    this.#enter(
      level,
      kind === "fragments" ? FRAGMENTS : ITEMS,
      0,
      kind === "fragments" ? level.encoding : kind,
      false,
    );
    level.muted = muted;
    return true;
  }

  /** Keeps what later elements depend on; false when it must see more of the input first. */
  #note(level: Level): boolean {
    const { tag, vr, lengthBytes, headerBytes } = this.#header;
    const creator = isPrivateCreator(tag);
    const noted = creator || tag === TAG_PIXEL_REPRESENTATION || tag === TAG_WAVEFORM_BITS_ALLOCATED ||
      tag === TAG_SPECIFIC_CHARACTER_SET;
    if (!noted || lengthBytes === 0 || lengthBytes > MAX_NOTED_BYTES) return true;
    if (this.#lacks(headerBytes + lengthBytes)) return false;
    if (this.#window.availableBytes < headerBytes + lengthBytes) throw this.#valueEndsEarly();
    if (creator) {
      if (vr !== VR_SQ) this.#blocks.reserve(tag, this.#valueText().trim());
    } else if (tag === TAG_SPECIFIC_CHARACTER_SET) {
      level.characterSet = this.#valueText().trim();
    } else if (lengthBytes === 2) {
      const little = level.encoding !== "explicitBig";
      const value = this.#window.view.getUint16(this.#window.start + headerBytes, little);
      if (tag === TAG_PIXEL_REPRESENTATION) level.pixelRepresentation = value;
      else level.waveformBits = value;
    }
    return true;
  }

  /** The value just read, an octet a character, without NUL at its end; it must be in the window. */
  #valueText(): string {
    const { lengthBytes, headerBytes } = this.#header;
    const start = this.#window.start + headerBytes;
    let text = "";
    for (let i = start; i < start + lengthBytes; i++) text += String.fromCharCode(this.#window.bytes[i] ?? 0);
    return text.replace(/\0+$/, "");
  }

  // Group lengths

  #stepAtGroupLength(level: Level): boolean {
    const { tag, headerBytes } = this.#header;
    const outlet = this.#outlet;
    const group = tag >>> 16;
    if (outlet.measuring) {
      outlet.header(tag, VR_UL, 4);
      outlet.number32(0);
      this.#window.start += headerBytes + 4;
      this.#openGroup(level, group);
      return true;
    }
    if (!this.#lengths.known) {
      if (this.#lacks(headerBytes + 4)) return false;
      if (this.#window.availableBytes < headerBytes + 4) throw this.#valueEndsEarly();
      const measured = this.#measure(group);
      if (measured === "needsMore") return false;
      if (measured === "tooLong") {
        level.group = group;
        return this.#dropElement(level);
      }
    }
    level.group = group;
    outlet.header(tag, VR_UL, 4);
    outlet.number32(this.#lengths.take());
    this.#window.start += headerBytes + 4;
    return true;
  }

  #openGroup(level: Level, group: number): void {
    level.group = group;
    level.groupRecord = this.#lengths.reserve();
    level.groupMeasuredAtStart = this.#outlet.measuredBytes;
  }

  /** The group that was written here is complete. True when that is all that was to be measured. */
  #closeGroup(level: Level): boolean {
    if (level.groupRecord < 0) return false;
    this.#lengths.record(level.groupRecord, this.#outlet.measuredBytes - level.groupMeasuredAtStart);
    this.#groupMeasured = level.groupRecord === 0;
    level.groupRecord = -1;
    return this.#groupMeasured;
  }

  // Measuring

  /**
   * Measures what the header just read begins: the group `group`, or with -1 a sequence or item, and everything inside.
   * The lengths are then known; nothing else has changed.
   */
  #measure(group: number): Measured {
    const window = this.#window;
    const level = this.#level;
    const { headerBytes } = this.#header;
    const { nextAction, items, group: lastGroup, pixelRepresentation, waveformBits, characterSet } = level;
    const start = window.start;
    const position = this.#position;
    const blocks = this.#blocks.count;
    const statedEnd = group < 0 ? -1 : this.#statedGroupEnd(level);
    this.#lengths.forget();
    this.#groupMeasured = false;
    this.#outlet.measuring = true;
    this.#outlet.measuredBytes = 0;
    if (group >= 0) {
      window.start += headerBytes + 4;
      this.#openGroup(level, group);
    }
    const measured = this.#runAhead(level, position, start, statedEnd);
    if (measured !== "measured") this.#lengths.forget();
    this.#outlet.measuring = false;
    this.#blocks.drop(blocks);
    window.start = start;
    this.#level = level;
    level.nextAction = nextAction;
    level.items = items;
    level.group = lastGroup;
    level.groupRecord = -1;
    level.pixelRepresentation = pixelRepresentation;
    level.waveformBits = waveformBits;
    level.characterSet = characterSet;
    readElementHeader(window.view, start, window.end, level.encoding, this.#header);
    return measured;
  }

  #runAhead(level: Level, position: number, start: number, statedEnd: number): Measured {
    try {
      for (;;) {
        if (!this.step()) {
          this.wantedBytes += this.#window.start - start;
          return "needsMore";
        }
        if (statedEnd < 0 ? this.#level === level : this.#groupMeasured) return "measured";
        // A big value is no hindrance where it is the last one: what has a length ends without a look.
        if (this.#position - position > MEASURED_BYTES && this.#position !== this.#level.end) break;
      }
    } catch (caught) {
      // Whatever is wrong will be met again, with nothing measured.
      if (!(caught instanceof Fault)) throw caught;
      return "tooLong";
    }
    // A big last value, such as Pixel Data: the group ends where the file says it does.
    if (this.#level === level && this.#position === statedEnd) {
      this.#closeGroup(level);
      return "measured";
    }
    this.#noteLong(level, position);
    return "tooLong";
  }

  /** Where the group ends by the value of the group length just read. */
  #statedGroupEnd(level: Level): number {
    const { headerBytes } = this.#header;
    const little = level.encoding !== "explicitBig";
    const stated = this.#window.view.getUint32(this.#window.start + headerBytes, little);
    return this.#position + headerBytes + 4 + stated;
  }

  /**
   * What is still open where measuring gave up, and began in the first half, is at least half as long as what can be
   * measured: it is not measured again, so that all measuring together reads the input a few times at most.
   */
  #noteLong(level: Level, position: number): void {
    const open: Level[] = [];
    for (let at = this.#level; at !== level && at.outer !== undefined; at = at.outer) {
      if (at.start > position && at.start - position < MEASURED_BYTES / 2) open.push(at);
    }
    this.#lengths.startLong();
    for (const { start } of open.reverse()) this.#lengths.addLong(start);
  }

  // Edits

  /** Adds one element that comes before `tag` here; false when there is none left to add. */
  #passActions(level: Level, tag: number): boolean {
    for (;;) {
      const action = level.edits?.actions[level.nextAction];
      if (action === undefined || action.tag >= tag) return false;
      if (action.kind === "set" && !action.onlyIfPresent || action.kind === "inside") {
        if (level.group !== action.tag >>> 16) {
          if (this.#closeGroup(level)) return true;
          level.group = action.tag >>> 16;
        }
        level.nextAction++;
        if (this.#add(level, action)) return true;
      } else {
        level.nextAction++;
      }
    }
  }

  /** States the element that an action makes; false if that is none. */
  #add(level: Level, action: Action): boolean {
    const outlet = this.#outlet;
    if (action.kind === "inside") {
      const bytes = createSequence(action, this.#contextOf(level));
      if (bytes === undefined) return false;
      outlet.literal(bytes);
      return true;
    }
    if (action.kind === "unset") return false;
    const { vr, bytes } = encodeValue(action.tag, action.value, this.#contextOf(level));
    if (isPrivateCreator(action.tag)) this.#blocks.reserve(action.tag, action.value.text);
    if (action.tag === TAG_SPECIFIC_CHARACTER_SET) level.characterSet = action.value.text;
    if (action.tag === TAG_PIXEL_REPRESENTATION) level.pixelRepresentation = Number(action.value.text);
    outlet.header(action.tag, vr, bytes.length);
    outlet.literal(bytes);
    return true;
  }

  /** What an action puts in the place of the element just read. */
  #replace(level: Level, action: Action, index: number): boolean {
    const added = index < level.nextAction && !(action.kind === "set" && action.onlyIfPresent);
    if (!added) this.#add(level, action);
    level.nextAction = Math.max(level.nextAction, index + 1);
    return this.#dropElement(level);
  }

  /** Adds the next item that an edit asks for behind those of the data set. */
  #addItem(level: Level, inside: InsideAction): boolean {
    const item = inside.items.missingFrom(level.items)[0];
    if (item === undefined) return false;
    if (item > level.items) {
      throw new Fault(
        "input",
        `cannot change item ${item} of sequence ${tagText(level.tag)} in ${this.#task.name}: ` +
          `it has only ${level.items} items`,
        { remedy: `items count from 0; ${level.items} adds one` },
      );
    }
    this.#outlet.literal(createItem(inside.items.of(item), this.#contextOf(level)));
    level.items++;
    return true;
  }

  #contextOf(level: Level): ValueContext {
    const { name, target, dictionary } = this.#task;
    return {
      name,
      target,
      pixelRepresentation: level.pixelRepresentation,
      characterSet: level.characterSet,
      dictionaryVrOf: (tag) => {
        const isPrivate = (tag & 0x10000) !== 0 && !isPrivateCreator(tag);
        return isPrivate ? this.#blocks.vrOf(tag, level.blocksFrom) : dictionary.vrOf(tag);
      },
    };
  }

  // Faults

  #checkFits(level: Level): void {
    const { lengthBytes, headerBytes } = this.#header;
    const excess = this.#position + headerBytes + lengthBytes - level.limit;
    if (excess > 0) throw this.#broken(`value goes ${excess} bytes past the end of ${textOf(level)}`);
  }

  /** The input ended within the value of the element just read, of which `missing` bytes are still to come. */
  valueEndsEarly(missing: number): Fault {
    const { lengthBytes, headerBytes } = this.#header;
    const at = this.#position - (lengthBytes - missing) - headerBytes;
    return this.#fault(at, `value is ${missing - this.#window.availableBytes} bytes short`, TRUNCATED_REMEDY);
  }

  #valueEndsEarly(): Fault {
    const { lengthBytes, headerBytes } = this.#header;
    const missing = headerBytes + lengthBytes - this.#window.availableBytes;
    return this.#fault(this.#position, `value is ${missing} bytes short`, TRUNCATED_REMEDY);
  }

  #headerEndsEarly(): Fault {
    return new Fault(
      "input",
      `cannot convert ${this.#task.name}: it ends within the header of a data element at offset ` +
        `${this.#task.startOffset + this.#position}`,
      { code: "0001:000a", remedy: TRUNCATED_REMEDY },
    );
  }

  #endsInside(level: Level): Fault {
    const offset = this.#task.startOffset + this.#position;
    return new Fault(
      "input",
      `cannot convert ${this.#task.name}: it ends inside ${textOf(level)} at offset ${offset}`,
      { code: "0001:000a", remedy: TRUNCATED_REMEDY },
    );
  }

  #broken(why: string): Fault {
    return this.#fault(this.#position, why, undefined);
  }

  #fault(position: number, why: string, remedy: string | undefined): Fault {
    const where = `${this.#task.name} at offset ${this.#task.startOffset + position}`;
    const message = `cannot convert data element ${tagText(this.#header.tag)} in ${where}: ${why}`;
    return new Fault("input", message, { code: "0001:000a", ...(remedy === undefined ? {} : { remedy }) });
  }
}

function textOf(level: Level): string {
  if (level.outer === undefined) return "the data set";
  if (level.kind === ELEMENTS) return `an item of sequence ${tagText(level.outer.tag)}`;
  return level.kind === ITEMS ? `sequence ${tagText(level.tag)}` : `the fragments of ${tagText(level.tag)}`;
}
