/**
 * The calls to the operating system that every file of a run takes: what is there, open, read, close.
 *
 * How this works: Deno looks at each part of a path before it opens it, about twenty system calls a file; a small file costs
 * less than that. So on Linux the C library is called itself (`libc_files.ts`), and Deno wherever that cannot be had, or
 * says no to what must be explained: then Deno's own call tells why.
 */

import { libcFiles } from "./libc_files.ts";
import type { FileFacts, OpenFile } from "./open_file.ts";

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

/** True when it is certain, and cheap to say, that there is just nothing of that name. */
export function isAbsent(path: string): boolean {
  return libcFiles?.isAbsent(path) ?? false;
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
