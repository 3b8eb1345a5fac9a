/** The sequences that PS3.6 has in groups of documents and bulk data; a test holds them against the dictionary. */
const BULK_SEQUENCES: ReadonlySet<number> = new Set([
  0x00420013, // Source Instance Sequence
  0x52009229, // Shared Functional Groups Sequence
  0x52009230, // Per-Frame Functional Groups Sequence
  0x54000100, // Waveform Sequence
  0xFFFAFFFA, // Digital Signatures Sequence
]);
/** (50xx,2600) Curve Referenced Overlay Sequence. */
const CURVE_SEQUENCE = 0x50002600;

/**
 * Without a VR, a value that begins like an item is a sequence. Only the binary values of private elements, of documents and
 * of bulk data can begin so by chance, and are left alone if they turn out to be none. Every survey asks this, and so it
 * does without the dictionary, which takes milliseconds to load.
 */
export function canBeginByChance(tag: number): boolean {
  const group = tag >>> 16;
  if (group % 2 === 1) return true;
  if (group !== 0x0042 && group < 0x5000) return false;
  return !BULK_SEQUENCES.has(tag) && (tag & 0xFF00FFFF) >>> 0 !== CURVE_SEQUENCE;
}
