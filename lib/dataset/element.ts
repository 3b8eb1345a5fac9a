/**
 * Reading the header of one data element: tag, VR, value length (PS3.5 7.1).
 *
 * How this works: the caller keeps a window of bytes and one ElementHeader that is filled again and again, so a walk
 * over a data set allocates nothing. The reader never goes past the window; a header that does not fit is answered
 * with `false`, and the caller comes back with more bytes.
 *
 * Everybody who walks a data set (the survey, the converter) reads headers here, so that all of them see
 * the same elements in a file that bends the rules.
 */
import { hasShortLength, isStandardVr, looksLikeVr } from "../dicom/vr.ts";

/** How the headers of a data set are encoded, PS3.5 Annex A. Deflated is explicit little endian once inflated. */
export type Encoding = "implicitLittle" | "explicitLittle" | "explicitBig";

/** The length that says "until the delimitation item". */
export const UNDEFINED_LENGTH = 0xFFFFFFFF;

/**
 * How many bytes the window should hold from the start of a header, unless the data end before: the header itself
 * and a look at what follows an empty value. With fewer, a rare malformed header could be read differently.
 */
export const HEADER_WINDOW_BYTES = 16;

/** Tags without a VR in every encoding, PS3.5 7.5. */
export const TAG_ITEM = 0xFFFEE000;
export const TAG_ITEM_DELIMITATION = 0xFFFEE00D;
export const TAG_SEQUENCE_DELIMITATION = 0xFFFEE0DD;
/** TAG_ITEM as its four bytes stand in little endian. */
export const ITEM_TAG_LITTLE = 0xFEFF00E0;
export const TAG_PIXEL_DATA = 0x7FE00010;

/** "(7FE0,0010)". */
export function tagText(tag: number): string {
  const hex = tag.toString(16).toUpperCase().padStart(8, "0");
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

/** One data element header; reused, so copy what must outlive the next read. */
export class ElementHeader {
  /** Group in the upper, element in the lower 16 bits, as an unsigned number. */
  tag = 0;
  /** As in dicom/vr.ts; 0 where there is none: implicit VR, items, delimiters. */
  vr = 0;
  /** Length of the value, or UNDEFINED_LENGTH. */
  lengthBytes = 0;
  /** Length of the header itself: 8 or 12. */
  headerBytes = 0;
}

/**
 * Reads the header at `offset` of `window`, looking no further than `end`; false when it does not fit in there.
 *
 * In the explicit encodings three deviations are read as what they are:
 * - a VR of two capital letters that PS3.5 does not know has a 32-bit length, as all new VRs will;
 * - an element without a VR (its place holds what can only be a 32-bit length) is taken as implicitly encoded;
 * - a VR with a 16-bit length that was written with the 32-bit form: its 16 bits are 0 and what follows is not the
 *   start of another element.
 */
export function readElementHeader(
  window: DataView,
  offset: number,
  end: number,
  encoding: Encoding,
  into: ElementHeader,
): boolean {
  if (end - offset < 8) return false;
  const little = encoding !== "explicitBig";
  const group = window.getUint16(offset, little);
  into.tag = (group << 16 | window.getUint16(offset + 2, little)) >>> 0;
  into.headerBytes = 8;
  into.vr = 0;
  if (encoding === "implicitLittle" || group === 0xFFFE) {
    into.lengthBytes = window.getUint32(offset + 4, little);
    return true;
  }
  const code = window.getUint16(offset + 4);
  const letters = looksLikeVr(code);
  if (!letters && isImplicitForm(window, offset, little)) {
    into.lengthBytes = window.getUint32(offset + 4, little);
    return true;
  }
  into.vr = code;
  if (!letters || hasShortLength(code)) {
    into.lengthBytes = window.getUint16(offset + 6, little);
    if (into.lengthBytes === 0 && letters) readLongForm(window, offset, end, little, into);
    return true;
  }
  if (end - offset < 12) return false;
  into.headerBytes = 12;
  into.lengthBytes = window.getUint32(offset + 8, little);
  return true;
}

/** No VR there: its bytes cannot be letters of any kind, or they are the low half of a length below 65536. */
function isImplicitForm(window: DataView, offset: number, little: boolean): boolean {
  if (little && window.getUint16(offset + 6, true) === 0) return true;
  if (!little && window.getUint16(offset + 4) === 0) return true;
  return !isPrintable(window.getUint8(offset + 4)) || !isPrintable(window.getUint8(offset + 5));
}

const QUESTION_MARKS = 0x3F3F;
/** A longer step would rather be the low half of a length. */
const NEAR_GROUPS = 16;

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7F;
}

/**
 * The two bytes are what some writers put in the place of a VR they do not know, such as DCMTK's "??", rather than text that
 * begins so: an element that could come next stands before them.
 * @param groupsOn how many groups that would be behind this element
 */
function isStrangeVr(window: DataView, offset: number, groupsOn: number): boolean {
  if (window.getUint16(offset) === QUESTION_MARKS) return groupsOn >= 0;
  const printable = isPrintable(window.getUint8(offset)) && isPrintable(window.getUint8(offset + 1));
  return printable && groupsOn >= 0 && groupsOn <= NEAR_GROUPS;
}

/** An empty value in a VR of 16-bit length: is it really empty, or are these the reserved bytes of the long form? */
function readLongForm(
  window: DataView,
  offset: number,
  end: number,
  little: boolean,
  into: ElementHeader,
): void {
  if (end - offset < HEADER_WINDOW_BYTES) return;
  const nextGroup = window.getUint16(offset + 8, little);
  if (nextGroup === 0xFFFE || isStandardVr(window.getUint16(offset + 12))) return;
  // Two zeros there would rather be the upper half of the length of an implicitly encoded element.
  if (window.getUint16(offset + 14) === 0) return;
  const lengthBytes = window.getUint32(offset + 8, little);
  if (lengthBytes === 0 || lengthBytes === UNDEFINED_LENGTH) return;
  if (lengthBytes > 0xFFFF && isStrangeVr(window, offset + 12, nextGroup - (into.tag >>> 16))) return;
  into.headerBytes = 12;
  into.lengthBytes = lengthBytes;
}
