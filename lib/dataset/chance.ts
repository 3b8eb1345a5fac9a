import { isSequenceTag } from "./sequence_tags.ts";

/**
 * Without a VR, a value that begins like an item is a sequence. But bytes of any other value can begin so by chance, and are
 * left alone if they turn out to be none: those of private elements, of which nobody knows, and of all that PS3.6 does not
 * call a sequence.
 */
export function canBeginByChance(tag: number): boolean {
  return (tag & 0x10000) !== 0 || !isSequenceTag(tag);
}
