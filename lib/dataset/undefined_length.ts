/** What a data element of undefined length holds, PS3.5 7.5 and A.4. */

import { VR_OB, VR_OW, VR_SQ, VR_UN } from "../dicom/vr.ts";
import { type ElementHeader, type Encoding, TAG_PIXEL_DATA } from "./element.ts";

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
