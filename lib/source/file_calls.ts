/**
 * The calls to the operating system that every file of a run takes: what is there, open, read, close.
 *
 * How this works: Deno looks at each part of a path before it opens it, about twenty system calls a file; a small file costs
 * less than that. So on Linux the C library is called itself (`libc_files.ts`), and Deno wherever that cannot be had, or
 * says no to what must be explained: then Deno's own call tells why.
 */

import { libcFiles } from "./libc_files.ts";

/** What the operating system knows of a file. */
export interface FileFacts {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, with fractions where they are known; 0 when nothing is. */
  readonly modifiedMs: number;
}

/** A file that is open for reading. Its calls throw what Deno throws. */
export interface OpenFile {
  facts(): FileFacts;
  /** One read at `offset`; answers how many bytes came, 0 at the end of the file. */
  readAt(offset: number, into: Uint8Array): number;
  /** The same without making others wait; one at a time. `into` is at least 64 bytes long, and nobody else's till then. */
  readAtLater(offset: number, into: Uint8Array): Promise<number>;
  close(): void;
}

/** Undefined when nothing can be seen there. Follows symbolic links. */
export function factsOf(path: string): FileFacts | undefined {
  const facts = libcFiles?.factsOf(path);
  if (facts !== undefined) return facts === "nothing" ? undefined : facts;
  try {
    return factsFrom(Deno.statSync(path));
  } catch {
    return undefined;
  }
}

/** Of a FIFO, Deno's own call waits for a writer: look before. @throws what Deno throws */
export function openToRead(path: string): OpenFile {
  return libcFiles?.open(path) ?? new DenoFile(Deno.openSync(path));
}

/** Lets the disk read the beginning of a regular file that will be opened soon, as far as that can be asked for. */
export function fetchSoon(path: string): void {
  libcFiles?.fetchSoon(path);
}

function factsFrom({ isFile, isDirectory, size, mtime }: Deno.FileInfo): FileFacts {
  return { isFile, isDirectory, sizeBytes: size, modifiedMs: mtime?.getTime() ?? 0 };
}

class DenoFile implements OpenFile {
  readonly #file: Deno.FsFile;
  /** Where the operating system reads next. */
  #position = 0;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  facts(): FileFacts {
    return factsFrom(this.#file.statSync());
  }

  readAt(offset: number, into: Uint8Array): number {
    this.#seek(offset);
    return this.#moved(this.#file.readSync(into));
  }

  async readAtLater(offset: number, into: Uint8Array): Promise<number> {
    this.#seek(offset);
    return this.#moved(await this.#file.read(into));
  }

  close(): void {
    this.#file.close();
  }

  #seek(offset: number): void {
    if (offset === this.#position) return;
    this.#position = this.#file.seekSync(offset, Deno.SeekMode.Start);
  }

  #moved(bytes: number | null): number {
    this.#position += bytes ?? 0;
    return bytes ?? 0;
  }
}
