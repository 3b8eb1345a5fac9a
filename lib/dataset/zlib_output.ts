/** The memory that zlib writes to: given back at once, rather than when hundreds of megabytes of it lie about. */

/** zlib's streams take a fresh buffer of this size whenever the last one is full. */
export const OUTPUT_BYTES = 64 * 1024;

/** Gives a buffer back after `piece`, the last part of it; nothing in it must be looked at any more. */
export function release(piece: Uint8Array): void {
  const { buffer, byteOffset, length } = piece;
  const isFull = buffer.byteLength === OUTPUT_BYTES && byteOffset + length === OUTPUT_BYTES;
  if (isFull && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
