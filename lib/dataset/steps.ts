/**
 * One step of a conversion: what becomes of the next header of the input.
 *
 * How this works: `step` reads one header at the start of the window and states to the outlet what is to be written
 * for it. It either makes progress, or changes nothing and says how many bytes it must see first. Measuring runs the
 * same steps ahead over the window, see measuring.ts.
 */

import { isPrivateCreator } from "../dicom/dictionary.ts";
import { unitBytesOf, VR_OB, VR_SQ, VR_UI, VR_UL, VR_UN, vrText } from "../dicom/vr.ts";
import type { Fault } from "../errors.ts";
import { canBeginByChance } from "./chance.ts";
import { TAG_PIXEL_REPRESENTATION, TAG_WAVEFORM_BITS_ALLOCATED } from "./context_vr.ts";
import { AFTER_ALL_TAGS, Editing, TAG_SPECIFIC_CHARACTER_SET } from "./editing.ts";
import type { InsideAction } from "./edits.ts";
import {
  type Encoding,
  ITEM_TAG_LITTLE,
  TAG_ITEM,
  TAG_ITEM_DELIMITATION,
  TAG_PIXEL_DATA,
  TAG_SEQUENCE_DELIMITATION,
  UNDEFINED_LENGTH,
} from "./element.ts";
import { writtenVr } from "./encode.ts";
import { ELEMENTS, FRAGMENTS, ITEMS, type Level, UNTIL_DELIMITER } from "./level.ts";
import { Measuring } from "./measuring.ts";
import { sourceVr } from "./source_vr.ts";
import { MAX_NESTING } from "./structure.ts";
import { withoutBlanks } from "./uid_value.ts";
import { undefinedLengthKind } from "./undefined_length.ts";
import { MAX_NOTED_BYTES, textOf, type Walk } from "./walk.ts";

const TAG_TRAILING_PADDING = 0xFFFCFFFC;

export class Steps {
  readonly #walk: Walk;
  readonly #measuring: Measuring;
  readonly #editing: Editing;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#measuring = new Measuring(walk, () => this.step());
    this.#editing = new Editing(walk, this.#measuring);
  }

  /**
   * Deals with the next header; false when it must see more of the input first.
   * @throws Fault "input" when the input is not a whole data set, or cannot be converted
   */
  step(): boolean {
    const walk = this.#walk;
    const { level } = walk;
    if (walk.position === level.end) return this.#leave(level);
    if (level === walk.root && walk.atEnd) return this.#finish();
    if (!walk.readHeader()) return false;
    if (level.kind !== ELEMENTS) return this.#stepInSequence(level);
    if (walk.header.tag >>> 16 === 0xFFFE) return this.#stepAtDelimiter(level);
    return this.#stepAtElement(level);
  }

  // Items and fragments

  #stepInSequence(level: Level): boolean {
    const { tag, lengthBytes } = this.#walk.header;
    if (tag === TAG_SEQUENCE_DELIMITATION) return this.#delimit(level);
    if (tag !== TAG_ITEM) throw this.#walk.broken(`an item or the end of ${textOf(level)} should be here`);
    if (level.kind === ITEMS) return this.#enterItem(level);
    if (lengthBytes === UNDEFINED_LENGTH) throw this.#walk.broken("a fragment must have a length");
    this.#walk.checkFits();
    this.#copyValue(level, 0, 1);
    return true;
  }

  #stepAtDelimiter(level: Level): boolean {
    if (level === this.#walk.root) throw this.#walk.broken("there is no sequence that it could belong to");
    if (this.#walk.header.tag === TAG_ITEM_DELIMITATION) return this.#delimit(level);
    throw this.#walk.broken("the end of the item around it is missing");
  }

  /** A delimitation item: ends what has no length, and is tolerated at the very end of what has one. */
  #delimit(level: Level): boolean {
    const walk = this.#walk;
    if (level.end === UNTIL_DELIMITER) {
      this.#leave(level);
      if (walk.level !== level) walk.window.start += 8;
      return true;
    }
    if (walk.position + 8 !== level.end) throw walk.broken(`by its length ${textOf(level)} ends elsewhere`);
    walk.window.start += 8;
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
   * Writes the header just read as one of a sequence, item or fragments, and goes inside. Undefined when it must first
   * see more.
   * @param edited something inside may be changed
   */
  #enter(level: Level, kind: number, vr: number, encoding: Encoding, edited: boolean): Level | undefined {
    const walk = this.#walk;
    if (level.depth >= 2 * MAX_NESTING) {
      throw walk.broken(`sequences are nested more than ${MAX_NESTING} deep`);
    }
    walk.checkFits();
    let record = -1;
    let lengthBytes = kind === FRAGMENTS ? UNDEFINED_LENGTH : 0;
    if (!level.muted) {
      if (kind !== FRAGMENTS) {
        if (walk.outlet.measuring) record = this.#measuring.reserve();
        else {
          const measured = this.#measuring.lengthOfContainer(edited);
          if (measured === undefined) return undefined;
          lengthBytes = measured;
        }
      }
      walk.outlet.header(walk.header.tag, vr, lengthBytes);
    }
    const inner = walk.open(kind, encoding);
    inner.delimited = lengthBytes === UNDEFINED_LENGTH;
    inner.record = record;
    inner.measuredAtStart = walk.outlet.measuredBytes;
    return inner;
  }

  /** Goes one level up, unless something is to be added here before; progress in either case. */
  #leave(level: Level): true {
    const { outlet } = this.#walk;
    if (!level.muted) {
      if (level.edits !== undefined && this.#editing.addBefore(level, AFTER_ALL_TAGS)) return true;
      if (level.inside !== undefined && this.#editing.addItem(level, level.inside)) return true;
      if (this.#measuring.closeGroup(level)) return true;
      if (level.record >= 0) this.#measuring.record(level);
      if (level.delimited) {
        outlet.header(level.kind === ELEMENTS ? TAG_ITEM_DELIMITATION : TAG_SEQUENCE_DELIMITATION, 0, 0);
      }
    }
    this.#walk.close();
    return true;
  }

  #finish(): true {
    const { root } = this.#walk;
    if (root.edits !== undefined && this.#editing.addBefore(root, AFTER_ALL_TAGS)) return true;
    if (!this.#measuring.closeGroup(root)) this.#walk.done = true;
    return true;
  }

  // Elements

  #stepAtElement(level: Level): boolean {
    const { tag, lengthBytes } = this.#walk.header;
    this.#walk.checkFits();
    if (level.muted) return this.#dropElement(level);
    if (level.edits !== undefined && this.#editing.addBefore(level, tag)) return true;
    const group = tag >>> 16;
    const repeated = level.group === group;
    const groupLength = (tag & 0xFFFF) === 0;
    const meaningless = groupLength && (repeated || lengthBytes !== 4);
    if (meaningless || tag === TAG_TRAILING_PADDING) return this.#dropElement(level);
    if (!repeated && this.#measuring.closeGroup(level)) return true;
    if (groupLength) return this.#stepAtGroupLength(level);
    level.group = group;
    const change = this.#editing.change(level);
    if (change === "replaced") return this.#dropElement(level);
    if (!this.#note(level)) return false;
    return this.#convertElement(level, change === "none" ? undefined : change);
  }

  #stepAtGroupLength(level: Level): boolean {
    const { header: { tag, headerBytes }, outlet, window } = this.#walk;
    const group = tag >>> 16;
    let lengthBytes: number | undefined = 0;
    if (!outlet.measuring) {
      if (this.#walk.lacksValue(4)) return false;
      lengthBytes = this.#measuring.lengthOfGroup(group);
      if (lengthBytes === undefined) return false;
      level.group = group;
      if (lengthBytes === UNDEFINED_LENGTH) return this.#dropElement(level);
    }
    outlet.header(tag, VR_UL, 4);
    outlet.number32(lengthBytes);
    window.start += headerBytes + 4;
    if (outlet.measuring) this.#measuring.openGroup(level, group);
    return true;
  }

  /** @param inside what is to be changed in the items of the element */
  #convertElement(level: Level, inside: InsideAction | undefined): boolean {
    const { header } = this.#walk;
    if (header.lengthBytes === UNDEFINED_LENGTH) {
      const kind = this.#undefinedKind(level);
      if (kind !== "fragments") return this.#enterSequence(level, kind, inside);
      if (inside !== undefined) throw this.#noSequence();
      return this.#enterFragments(level);
    }
    const vr = sourceVr(this.#walk, level);
    // Of what states no VR, and the dictionary does not know, its content tells whether anything is inside.
    if (vr === VR_SQ || inside !== undefined && vr === VR_UN && header.vr === 0) {
      const encoding = this.#sequenceEncoding(level);
      if (encoding === undefined) return false;
      if (encoding !== "none") return this.#enterSequence(level, encoding, inside);
    }
    if (inside !== undefined) throw this.#noSequence();
    return this.#convertValue(level, vr === VR_SQ ? VR_UN : vr);
  }

  #noSequence(): Fault {
    return this.#walk.broken("it is not a sequence, so nothing inside it can be changed");
  }

  #undefinedKind(level: Level): Encoding | "fragments" {
    const { header } = this.#walk;
    const kind = undefinedLengthKind(header, level.encoding);
    if (kind !== undefined) return kind;
    throw this.#walk.broken(`VR ${vrText(header.vr)} cannot have an undefined length`);
  }

  #enterSequence(level: Level, encoding: Encoding, inside: InsideAction | undefined): boolean {
    const inner = this.#enter(level, ITEMS, VR_SQ, encoding, inside !== undefined);
    if (inner === undefined) return false;
    inner.inside = inside;
    if (inside !== undefined) this.#editing.passed(level, inside);
    return true;
  }

  #enterFragments(level: Level): boolean {
    const { task, header } = this.#walk;
    if (!task.encapsulated) {
      throw this.#walk.broken("it is compressed, which only its own transfer syntax can express");
    }
    return this.#enter(level, FRAGMENTS, header.vr || VR_OB, level.encoding, false) !== undefined;
  }

  /** How the items of the sequence with a length are encoded; "none" if it has none, undefined when it must see more. */
  #sequenceEncoding(level: Level): Encoding | "none" | undefined {
    const { header: { tag, vr, lengthBytes, headerBytes }, window, task } = this.#walk;
    if (vr === VR_SQ || lengthBytes === 0) return level.encoding;
    // Only the dictionary says so: what does not look like an item stays what it is.
    if (lengthBytes < 8 || level.encoding === "explicitBig") return "none";
    if (task.deceptive && canBeginByChance(tag)) return "none";
    if (this.#walk.lacksValue(8)) return undefined;
    return window.view.getUint32(window.start + headerBytes) === ITEM_TAG_LITTLE ? "implicitLittle" : "none";
  }

  #convertValue(level: Level, vr: number): boolean {
    const { task: { target, repairUids, swapsPixels }, header: { tag, lengthBytes } } = this.#walk;
    if (repairUids && vr === VR_UI && lengthBytes <= MAX_NOTED_BYTES) {
      if (this.#walk.lacksValue(lengthBytes)) return false;
      if (this.#repairUid()) return true;
    }
    const written = writtenVr(vr, lengthBytes, target);
    const bigInput = level.encoding === "explicitBig";
    // UN, and OB in its place, hold little endian whatever is around them.
    const bigOutput = target.bigEndian && written === vr;
    const swapped = (bigInput !== bigOutput) !== (swapsPixels && tag === TAG_PIXEL_DATA);
    this.#copyValue(level, written, swapped ? unitBytesOf(vr) : 1);
    return true;
  }

  #copyValue(level: Level, vr: number, unitBytes: number): void {
    const { header: { tag, lengthBytes, headerBytes }, outlet, window } = this.#walk;
    if (level.muted) return outlet.drop(window, headerBytes + lengthBytes);
    outlet.header(tag, vr, lengthBytes + lengthBytes % 2);
    window.start += headerBytes;
    outlet.value(window, lengthBytes, unitBytes);
  }

  /** Writes the UID without its blanks; false if it has none. */
  #repairUid(): boolean {
    const { header: { tag, lengthBytes, headerBytes }, outlet, window } = this.#walk;
    const value = this.#walk.valueText();
    const repaired = withoutBlanks(value).replace(/\0+$/, "");
    if (repaired === value) return false;
    const bytes = new Uint8Array(repaired.length + repaired.length % 2);
    for (let i = 0; i < repaired.length; i++) bytes[i] = repaired.charCodeAt(i);
    outlet.header(tag, VR_UI, bytes.length);
    outlet.literal(bytes);
    window.start += headerBytes + lengthBytes;
    return true;
  }

  /** Passes over the element just read, whatever it holds. */
  #dropElement(level: Level): true {
    const { header: { lengthBytes, headerBytes }, outlet, window } = this.#walk;
    if (lengthBytes !== UNDEFINED_LENGTH) {
      outlet.drop(window, headerBytes + lengthBytes);
      return true;
    }
    const kind = this.#undefinedKind(level);
    const { muted } = level;
    level.muted = true;
    if (kind === "fragments") this.#enter(level, FRAGMENTS, 0, level.encoding, false);
    else this.#enter(level, ITEMS, 0, kind, false);
    level.muted = muted;
    return true;
  }

  /** Keeps what later elements depend on; false when it must see more of the input first. */
  #note(level: Level): boolean {
    const walk = this.#walk;
    const { tag, vr, lengthBytes, headerBytes } = walk.header;
    const creator = isPrivateCreator(tag);
    const noted = creator || tag === TAG_PIXEL_REPRESENTATION || tag === TAG_WAVEFORM_BITS_ALLOCATED ||
      tag === TAG_SPECIFIC_CHARACTER_SET;
    if (!noted || lengthBytes === 0 || lengthBytes > MAX_NOTED_BYTES) return true;
    if (walk.lacksValue(lengthBytes)) return false;
    if (creator) {
      if (vr !== VR_SQ) walk.blocks.reserve(tag, walk.valueText().trim());
    } else if (tag === TAG_SPECIFIC_CHARACTER_SET) {
      level.characterSet = walk.valueText().trim();
    } else if (lengthBytes === 2) {
      const little = level.encoding !== "explicitBig";
      const value = walk.window.view.getUint16(walk.window.start + headerBytes, little);
      if (tag === TAG_PIXEL_REPRESENTATION) level.pixelRepresentation = value;
      else level.waveformBits = value;
    }
    return true;
  }
}
