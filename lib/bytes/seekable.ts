/** Bytes that can be read at any offset: a regular file, or memory. */
export interface SeekableBytes {
  /** As known when they were opened. */
  readonly lengthBytes: number;
  /**
   * Reads into the whole of `into` from `offset` on and answers how many bytes came: fewer only at the end.
   * @throws Fault "input" when they cannot be read
   */
  readAt(offset: number, into: Uint8Array): number;
  /** May be called twice. */
  close(): void;
}

/** Bytes in memory, read like a file. */
export function seekableMemory(bytes: Uint8Array): SeekableBytes {
  return {
    lengthBytes: bytes.length,
    readAt(offset, into) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return part.length;
    },
    close() {},
  };
}
