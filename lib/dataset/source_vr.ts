/** What an element of the input is, where it does not say so itself: its VR, and what an undefined length stands for. */

import { isPrivateCreator } from "../dicom/dictionary.ts";
import { isStandardVr, unitBytesOf, VR_OB, VR_OW, VR_SQ, VR_UN, vrCode } from "../dicom/vr.ts";
import { contextVr } from "./context_vr.ts";
import { type ElementHeader, type Encoding, TAG_PIXEL_DATA } from "./element.ts";
import type { Level } from "./level.ts";
import type { Walk } from "./walk.ts";

/** Some writers have it for "OB or OW". */
const VR_OX = vrCode("OX");

/** The VR of the element just read: as it says, or where it does not, as the dictionary and the context say. */
export function sourceVr(walk: Walk, level: Level): number {
  const { tag, vr, lengthBytes } = walk.header;
  if (vr !== 0) return isStandardVr(vr) ? vr : vr === VR_OX && tag === TAG_PIXEL_DATA ? VR_OW : VR_UN;
  const { pixelRepresentation, waveformBits } = level;
  if ((tag & 0x10000) === 0 || isPrivateCreator(tag)) {
    return contextVr(walk.task.dictionary.vrOf(tag), tag, pixelRepresentation, waveformBits) || VR_UN;
  }
  const known = walk.blocks.vrOf(tag, level.blocksFrom);
  const found = contextVr(known, tag, pixelRepresentation, waveformBits);
  // Private dictionaries are hearsay: a value that cannot be of that VR is none of it.
  return found === 0 || lengthBytes % unitBytesOf(found) !== 0 ? VR_UN : found;
}

/** Whether an undefined length is that of fragments or of a sequence, and how its items are encoded; undefined: neither. */
export function undefinedLengthKind(
  { tag, vr }: ElementHeader,
  encoding: Encoding,
): Encoding | "fragments" | undefined {
  if (tag === TAG_PIXEL_DATA || vr === VR_OB || vr === VR_OW) return "fragments";
  if (vr === VR_SQ) return encoding;
  // PS3.5 6.2.2 note 4: what is inside is implicit little endian, whatever is around it.
  return vr === VR_UN || vr === 0 ? "implicitLittle" : undefined;
}
