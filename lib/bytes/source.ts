/**
 * Where the bytes of a data set come from, on their way into the PDUs.
 *
 * How this room works: bytes are asked for either in order, from a ByteSource (here), or at any offset, from
 * SeekableBytes (`seekable.ts`), mostly through a ByteWindow that moves forward over them (`window.ts`); both exist over
 * memory, too. Whoever has files and pipes makes them, and whoever reads does not see the difference. `spare_buffers.ts`,
 * `turns.ts` and `occasion.ts` keep long runs small and answerable to signals; `characters.ts` is text of one octet a character.
 *
 * Why no web stream here: a byte stream hands out one promise and one transferred buffer for each read. Filling 16 KiB
 * PDUs from a cached file of 800 MB took 0.16 s with plain calls and 0.5 s through a BYOB reader (Deno 2.7.11, same
 * run); the whole transfer takes less than that. The shape is the same, though: whoever consumes asks, and back-pressure
 * is the only flow control.
 */

/**
 * A pull source of bytes. The consumer owns the memory: a file is read straight behind the PDV headers of the send
 * buffer, so a byte that is not converted is copied exactly once in user space.
 */
export interface ByteSource {
  /**
   * Fills the whole of `into`, unless the end comes first; answers how many bytes were put (0 only at the end). The
   * answer is a plain number whenever the bytes are at hand, so that the hot path needs no await per PDU, and a
   * promise where waiting is real (slow disk, pipe, archive).
   * @throws Fault "input" when the bytes end too early, cannot be read, or cannot be converted.
   */
  fill(into: Uint8Array): number | Promise<number>;
  /** True as soon as the last byte has been delivered (also for an empty source before the first fill). */
  readonly ended: boolean;
  /** Gives back what the source holds (a file). May be called twice. */
  close(): void;
}
