/** What the rest of this room sees of a file in the file system, whoever makes the calls (`file_calls.ts`). */

/** What the operating system knows of a file. */
export interface FileFacts {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, with fractions where they are known; 0 when nothing is. */
  readonly modifiedMs: number;
}

/** What tells one state of a file from another. */
export type FileVersion = Pick<FileFacts, "sizeBytes" | "modifiedMs">;

/** A file that is open for reading. Its calls throw what Deno throws. */
export interface OpenFile {
  facts(): FileFacts;
  /** One read at `offset`; answers how many bytes came, 0 at the end of the file. */
  readAt(offset: number, into: Uint8Array): number;
  /** The same without making others wait; one at a time. `into` is at least 64 bytes long, and nobody else's till then. */
  readAtLater(offset: number, into: Uint8Array): Promise<number>;
  close(): void;
}
