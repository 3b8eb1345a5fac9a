/** The VR of an element of the input, where it does not say so itself. */

import { isPrivateCreator } from "../dicom/dictionary.ts";
import { isStandardVr, unitBytesOf, VR_OW, VR_UN, vrCode } from "../dicom/vr.ts";
import { contextVr } from "./context_vr.ts";
import { TAG_PIXEL_DATA } from "./element.ts";
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
