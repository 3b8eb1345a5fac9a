import { builtInDictionary } from "../dicom/dictionary.ts";
import { VR_SQ } from "../dicom/vr.ts";

/**
 * Without a VR, a value that begins like an item is a sequence. Only the binary values of private elements, of documents and
 * of bulk data can begin so by chance, and are left alone if they turn out to be none.
 */
export function canBeginByChance(tag: number): boolean {
  const group = tag >>> 16;
  if (group % 2 === 1) return true;
  return (group === 0x0042 || group >= 0x5000) && builtInDictionary().vrOf(tag) !== VR_SQ;
}
