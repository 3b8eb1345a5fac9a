/**
 * The structure of a data set: a walk from header to header that skips the values (PS3.5 7).
 *
 * How this works: a StructureWalk knows the offset of the next header it must see. Whoever drives it brings a window of
 * bytes that covers this offset; the walk goes on as far as the window reaches, jumps over values by adding their
 * lengths, and says where it wants to look next. A file is driven through jumps (survey.ts), a stream by the
 * bytes as they pass (structure_feed.ts); both find the same faults at the same offsets.
 *
 * The nesting is a chain of Container objects that are made once and used again, so that a walk leaves no garbage.
 */
import { isStandardVr, VR_SQ, vrText } from "../dicom/vr.ts";
import { Fault } from "../errors.ts";
import { canBeginByChance } from "./chance.ts";
import { Container, DATA_SET, FRAGMENTS, ITEM, SEQUENCE, textOf, UNTIL_DELIMITER } from "./container.ts";
import {
  ElementHeader,
  type Encoding,
  HEADER_WINDOW_BYTES,
  ITEM_TAG_LITTLE,
  readElementHeader,
  TAG_ITEM,
  TAG_ITEM_DELIMITATION,
  TAG_PIXEL_DATA,
  TAG_SEQUENCE_DELIMITATION,
  tagText,
  UNDEFINED_LENGTH,
} from "./element.ts";
import { LateElements } from "./late_elements.ts";
import {
  broken,
  endsInside,
  headerEndsEarly,
  offsetText,
  type Place,
  valueEndsEarly,
} from "./structure_faults.ts";
import { isNoted, TopLevelFacts } from "./top_level.ts";
import { undefinedLengthKind } from "./undefined_length.ts";
import { Warnings } from "./warnings.ts";

/** How many sequences may be nested in each other. */
export const MAX_NESTING = 256;

export class StructureWalk {
  /** Offset of the next byte the walk must see. */
  next = 0;
  /** How many bytes from there on it wants, fewer only where the data end. */
  needBytes = HEADER_WINDOW_BYTES;
  facts = new TopLevelFacts();
  warnings = new Warnings();
  /** An element, or a fragment, has an odd length. */
  oddLengths = false;
  /** Something began like a sequence, and was none. */
  deceived = false;
  /** Undefined while all elements come in tag order. */
  late: LateElements | undefined;
  /** Offset where the data set ends and nothing but zeros follow; -1 if it goes on to the end. */
  paddingFrom = -1;

  readonly #root = new Container(undefined);
  readonly #header = new ElementHeader();
  #here = this.#root;
  #start = 0;
  #name = "";
  #inflated = false;
  /** Offset of the header whose value has been skipped last. */
  #skippedFrom = 0;

  /**
   * Starts a walk over the data set that begins at offset `start` and ends at offset `end` (Infinity: not known yet).
   * `name` of the file, and whether these are the bytes that its data set inflates to, are for messages.
   */
  begin(name: string, encoding: Encoding, start: number, end: number, inflated = false): void {
    this.#name = name;
    this.#inflated = inflated;
    this.#start = start;
    this.next = start;
    this.needBytes = HEADER_WINDOW_BYTES;
    this.facts = new TopLevelFacts();
    this.warnings = new Warnings();
    this.oddLengths = false;
    this.deceived = false;
    this.late = undefined;
    this.paddingFrom = -1;
    this.#skippedFrom = start;
    const root = this.#root;
    root.encoding = encoding;
    root.start = start;
    root.limit = end;
    root.lastTag = 0;
    this.#here = root;
  }

  /** The highest tag seen at the top level; 0 before the first. */
  get lastTag(): number {
    return this.#root.lastTag;
  }

  /**
   * Goes on as far as the window reaches: `view` holds `lengthBytes` bytes from offset `base` on, and with `ended` they
   * are the last. Answers true when the data set has been walked to its end.
   * @throws Fault "input" where the structure is broken
   */
  advance(view: DataView, base: number, lengthBytes: number, ended: boolean): boolean {
    for (;;) {
      try {
        return this.#advance(view, base, lengthBytes, ended);
      } catch (caught) {
        if (!(caught instanceof Fault) || !this.#giveUpPresumed()) throw caught;
      }
    }
  }

  #advance(view: DataView, base: number, lengthBytes: number, ended: boolean): boolean {
    const windowEnd = base + lengthBytes;
    for (;;) {
      while (this.next === this.#here.end) this.#leave();
      const available = windowEnd - this.next;
      if (available <= 0) {
        if (ended) this.#checkClosed(-available);
        return ended;
      }
      if (this.paddingFrom >= 0) {
        this.#passPadding(view, this.next - base, lengthBytes);
        continue;
      }
      if (available < this.needBytes && !ended) return false;
      this.#step(view, this.next - base, lengthBytes);
    }
  }

  /** Reads one header and moves on to the next, or asks for more bytes. */
  #step(view: DataView, at: number, windowBytes: number): void {
    const header = this.#header;
    const here = this.#here;
    if (here === this.#root && this.next > this.#start && startsWithZeros(view, at, windowBytes)) {
      this.paddingFrom = this.next;
      return;
    }
    if (!readElementHeader(view, at, windowBytes, here.encoding, header)) {
      throw headerEndsEarly(header, this.#place, windowBytes - at);
    }
    if (this.next + header.headerBytes > here.limit) {
      throw this.#broken("0001:001b", `its header goes past the end of ${textOf(here)}`);
    }
    if (here.kind >= SEQUENCE) this.#stepInSequence(here);
    else if (header.tag >>> 16 === 0xFFFE) this.#stepAtDelimiter(here);
    else this.#stepInElements(here, view, at, windowBytes);
  }

  /** In a sequence or a list of fragments: an item, or the end. */
  #stepInSequence(here: Container): void {
    const { tag, lengthBytes } = this.#header;
    if (tag === TAG_SEQUENCE_DELIMITATION) return this.#delimit(here);
    if (tag !== TAG_ITEM) {
      throw this.#broken("0001:0022", `an item or the end of ${textOf(here)} should be here`);
    }
    if (here.kind === SEQUENCE) return this.#enter(ITEM, here.encoding, lengthBytes);
    if (lengthBytes === UNDEFINED_LENGTH) throw this.#broken("0001:0022", "a fragment must have a length");
    if (here.outer === this.#root) this.facts.noteFragment(this.next + 8, lengthBytes);
    this.#skip(here, lengthBytes);
  }

  /** In a data set or an item: among the tags without a VR only the end of the item may come. */
  #stepAtDelimiter(here: Container): void {
    if (here.kind === DATA_SET) {
      throw this.#broken("0001:0001", "there is no sequence that it could belong to");
    }
    if (this.#header.tag === TAG_ITEM_DELIMITATION) return this.#delimit(here);
    throw this.#broken("0001:0026", "the end of the item around it is missing");
  }

  /** A delimitation item: ends what has no length, and is tolerated at the very end of what has one. */
  #delimit(here: Container): void {
    const { lengthBytes, tag } = this.#header;
    const place = this.#place;
    const where = () => `${tagText(tag)} in ${place.name} at ${offsetText(place)}`;
    if (lengthBytes !== 0) this.warnings.add(() => `${where()} should have the length 0, not ${lengthBytes}`);
    const next = this.next + 8;
    if (here.end === UNTIL_DELIMITER) this.#leave();
    else if (next === here.end) this.warnings.add(() => `${where()} ends what has a length already`);
    else throw this.#broken("0001:0001", `by its length ${textOf(here)} ends elsewhere`);
    this.next = next;
  }

  /** A data element proper. */
  #stepInElements(here: Container, view: DataView, at: number, windowBytes: number): void {
    const header = this.#header;
    const { tag, vr, lengthBytes, headerBytes } = header;
    const valueAt = at + headerBytes;
    const noted = here === this.#root && isNoted(tag);
    if (lengthBytes === UNDEFINED_LENGTH) {
      if (noted && tag === TAG_PIXEL_DATA) this.facts.note(header, view, valueAt, true);
      this.#noteHeader(here);
      this.#enterUndefined(here);
      return;
    }
    this.#checkFits(here, lengthBytes);
    const looksInside = vr === 0 && lengthBytes >= 8 && tag !== TAG_PIXEL_DATA;
    const wantedBytes = headerBytes + Math.max(looksInside ? 8 : 0, noted ? this.facts.wants(header) : 0);
    if (windowBytes - at < wantedBytes) {
      // If they have been asked for already, the data have ended before them.
      if (this.needBytes >= wantedBytes) {
        throw valueEndsEarly(header, this.#place, headerBytes + lengthBytes - (windowBytes - at));
      }
      this.needBytes = wantedBytes;
      return;
    }
    this.needBytes = HEADER_WINDOW_BYTES;
    if (noted) this.facts.note(header, view, valueAt, here.encoding !== "explicitBig");
    this.#noteHeader(here);
    if (vr === VR_SQ && lengthBytes > 0) {
      this.#enter(SEQUENCE, here.encoding, lengthBytes);
    } else if (looksInside && view.getUint32(valueAt) === ITEM_TAG_LITTLE) {
      this.#enter(SEQUENCE, "implicitLittle", lengthBytes);
      this.#here.presumed = true;
    } else {
      if (vr === 0 && lengthBytes > 0 && !canBeginByChance(tag)) this.#warnOfNoItems();
      this.#skip(here, lengthBytes);
    }
  }

  /** PS3.6 calls it a sequence: whoever reads it without a VR will look for items. */
  #warnOfNoItems(): void {
    const { tag, lengthBytes } = this.#header;
    this.warnings.add(() =>
      `data element ${
        tagText(tag)
      } in ${this.#name} should be a sequence, but its value of ${lengthBytes} bytes ` +
      "holds no items: the peer may refuse it"
    );
  }

  /** A sequence or fragments that go on until their delimiter. */
  #enterUndefined(here: Container): void {
    const { tag, vr } = this.#header;
    const kind = undefinedLengthKind(this.#header, here.encoding);
    if (kind === undefined) {
      throw this.#broken("0001:000a", `VR ${vrText(vr)} cannot have an undefined length`);
    }
    if (kind !== "fragments") return this.#enter(SEQUENCE, kind, UNDEFINED_LENGTH);
    if (here !== this.#root || tag !== TAG_PIXEL_DATA) this.facts.fragmentsElsewhere = true;
    this.#enter(FRAGMENTS, here.encoding, UNDEFINED_LENGTH);
  }

  /** Opens a container behind the header just read. */
  #enter(kind: number, encoding: Encoding, lengthBytes: number): void {
    const outer = this.#here;
    if (outer.depth >= 2 * MAX_NESTING) {
      throw this.#broken("0001:0006", `sequences are nested more than ${MAX_NESTING} deep`);
    }
    if (lengthBytes !== UNDEFINED_LENGTH) this.#checkFits(outer, lengthBytes);
    const inside = outer.inner ??= new Container(outer);
    const start = this.next + this.#header.headerBytes;
    inside.kind = kind;
    inside.encoding = encoding;
    inside.start = this.next;
    inside.lastTag = kind === ITEM ? 0 : this.#header.tag;
    inside.presumed = false;
    inside.end = lengthBytes === UNDEFINED_LENGTH ? UNTIL_DELIMITER : start + lengthBytes;
    inside.limit = lengthBytes === UNDEFINED_LENGTH ? outer.limit : inside.end;
    this.next = start;
    this.#here = inside;
  }

  #leave(): void {
    this.#here = this.#here.outer ?? this.#root;
  }

  /** Goes on behind the value of the header just read. */
  #skip(here: Container, lengthBytes: number): void {
    this.#checkFits(here, lengthBytes);
    if (lengthBytes % 2 !== 0) {
      const { tag } = this.#header;
      this.oddLengths = true;
      this.warnings.add(() => `DcmItem: Length of element ${tagText(tag).toLowerCase()} is odd`);
    }
    this.#skippedFrom = this.next;
    this.next += this.#header.headerBytes + lengthBytes;
  }

  #checkFits(here: Container, lengthBytes: number): void {
    const missing = this.next + this.#header.headerBytes + lengthBytes - here.limit;
    if (missing <= 0) return;
    if (here.limit === this.#root.limit) throw valueEndsEarly(this.#header, this.#place, missing);
    throw this.#broken("0001:001b", `value goes ${missing} bytes past the end of ${textOf(here)}`);
  }

  /** Warns of what is unusual about an element, but can be read. */
  #noteHeader(here: Container): void {
    const { tag, vr, lengthBytes } = this.#header;
    if (tag <= here.lastTag) {
      const what = () => tagText(tag).toLowerCase();
      (this.late ??= new LateElements()).add(here.start, tag);
      this.warnings.add(() => `DcmItem: Dataset not in ascending tag order, at element ${what()}`);
    } else {
      here.lastTag = tag;
    }
    if (here.encoding === "implicitLittle" || isStandardVr(vr)) return;
    this.warnings.add(() => {
      const has = vr === 0 ? "no VR, read as implicit VR" : `non-standard VR ${JSON.stringify(vrText(vr))}`;
      return `data element ${tagText(tag)} in ${this.#name} has ${has}, length ${lengthBytes}`;
    });
  }

  /** What only looked like a sequence was none: goes on behind its value. */
  #giveUpPresumed(): boolean {
    let presumed: Container | undefined;
    for (let at: Container | undefined = this.#here; at !== undefined; at = at.outer) {
      if (at.presumed && canBeginByChance(at.lastTag)) presumed = at;
    }
    if (presumed?.outer === undefined) return false;
    this.deceived = true;
    this.next = presumed.end;
    this.needBytes = HEADER_WINDOW_BYTES;
    this.#here = presumed.outer;
    return true;
  }

  /** Behind the data set only zeros may follow. */
  #passPadding(view: DataView, at: number, windowBytes: number): void {
    for (let offset = at; offset < windowBytes; offset++) {
      if (view.getUint8(offset) === 0) continue;
      const where = offsetText({ ...this.#place, offset: this.next + offset - at });
      const what = `cannot read it: something follows the zeros behind its data set at ${where}`;
      throw new Fault("input", what, { file: this.#name, code: "0001:0001" });
    }
    this.next += windowBytes - at;
  }

  /** At the end of the data nothing may be open, nor `missing` bytes of the last value be missing. */
  #checkClosed(missing: number): void {
    if (missing > 0) {
      this.next = this.#skippedFrom;
      throw valueEndsEarly(this.#header, this.#place, missing);
    }
    if (this.#here !== this.#root) throw endsInside(this.#here, this.#place);
    const paddingBytes = this.next - this.paddingFrom;
    if (this.paddingFrom < 0) return;
    this.warnings.add(() =>
      `${paddingBytes} bytes of zeros follow the data set of ${this.#name}, and are not part of it`
    );
  }

  get #place(): Place {
    return { name: this.#name, offset: this.next, inflated: this.#inflated };
  }

  #broken(code: string, why: string): Fault {
    return broken(this.#header, this.#place, code, why);
  }
}

/** At least two bytes, and all of the next eight that are there, are zero: no element starts like this. */
function startsWithZeros(view: DataView, at: number, end: number): boolean {
  if (end - at < 2 || view.getUint16(at) !== 0) return false;
  for (let offset = at + 2; offset < Math.min(at + 8, end); offset++) {
    if (view.getUint8(offset) !== 0) return false;
  }
  return true;
}
