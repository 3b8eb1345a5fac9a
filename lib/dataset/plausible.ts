/**
 * Which encoding a data set really has, judged by its first elements (PS3.5 7.1, Annex A).
 *
 * How this works: each of the three encodings reads a short chain of headers. An element that makes sense (a VR that
 * exists, a tag that comes after the last, a length that fits into what is left) counts one. The longest chain wins, and what
 * the meta header declares wins a tie. A wrong encoding seldom survives its first element.
 */
import { isStandardVr } from "../dicom/vr.ts";
import {
  ElementHeader,
  type Encoding,
  HEADER_WINDOW_BYTES,
  readElementHeader,
  UNDEFINED_LENGTH,
} from "./element.ts";

/** How many elements are looked at. */
const CHAIN = 6;

const ENCODINGS: readonly Encoding[] = ["explicitLittle", "implicitLittle", "explicitBig"];

const header = new ElementHeader();

/** An encoding and how many elements in a row make sense in it; 0: none does. */
export interface Guess {
  readonly encoding: Encoding;
  readonly elements: number;
  /** Group of the first element. */
  readonly firstGroup: number;
}

/**
 * Looks at the data set that starts at `offset` of `view`, of which `end` - offset bytes can be seen and `remaining`
 * bytes exist. With nothing to look at the answer is what is declared, or explicit little endian.
 */
export function guessEncoding(
  view: DataView,
  offset: number,
  end: number,
  remaining: number,
  declared?: Encoding,
): Guess {
  let best: Guess = measure(view, offset, end, remaining, declared ?? "explicitLittle");
  for (const encoding of ENCODINGS) {
    if (best.elements === CHAIN) break;
    const guess = measure(view, offset, end, remaining, encoding);
    if (guess.elements > best.elements) best = guess;
  }
  return best;
}

function measure(view: DataView, offset: number, end: number, remaining: number, encoding: Encoding): Guess {
  let elements = 0;
  let firstGroup = 0;
  let lastTag = 0;
  let at = offset;
  while (
    elements < CHAIN && end - at >= 8 && (end - at >= HEADER_WINDOW_BYTES || end - offset === remaining)
  ) {
    if (!readElementHeader(view, at, end, encoding, header)) break;
    const { tag, vr, lengthBytes, headerBytes } = header;
    if (elements === 0) {
      firstGroup = tag >>> 16;
      if (isSwapped(firstGroup)) break;
    }
    const group = tag >>> 16;
    if (group === 0 || group === 0xFFFE || tag <= lastTag) break;
    if (encoding !== "implicitLittle" && !isStandardVr(vr)) break;
    if (lengthBytes === UNDEFINED_LENGTH) {
      elements++;
      break;
    }
    at += headerBytes + lengthBytes;
    if (at - offset > remaining) break;
    elements++;
    lastTag = tag;
  }
  return { encoding, elements, firstGroup };
}

/** A first group that would be smaller in the other byte order: 0x0800 is 0x0008 read the wrong way round. */
function isSwapped(group: number): boolean {
  return (group >> 8 | (group & 0xFF) << 8) < group;
}
