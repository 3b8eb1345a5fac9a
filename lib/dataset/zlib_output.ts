/** The memory that zlib writes to: given back at once, rather than when hundreds of megabytes of it lie about. */

/** zlib's streams take a fresh buffer of this size whenever the last one is full. */
export const OUTPUT_BYTES = 64 * 1024;

/** Gives a buffer back after `piece`, the last part of it; nothing in it must be looked at any more. */
export function release(piece: Uint8Array): void {
  const { buffer, byteOffset, length } = piece;
  const isFull = buffer.byteLength === OUTPUT_BYTES && byteOffset + length === OUTPUT_BYTES;
  if (isFull) discard(piece);
}

/** Gives back the buffer that `piece` is a part of; nothing in it must be looked at, or written to, any more. */
export function discard({ buffer }: Uint8Array): void {
  try {
    if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
  } catch {
    // It belongs to somebody else's pool: the garbage collector sees to it.
  }
}
