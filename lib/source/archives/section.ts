import { Fault } from "../../errors.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { type InputFile, openFile } from "../file.ts";
import type { ReadPace } from "../read_pace.ts";
import type { FileBytes } from "./member.ts";

/** Opens an archive. @throws Fault "input" when it is no regular file */
export function openArchiveFile(path: string, pace: ReadPace): InputFile {
  const file = openFile(path, pace);
  if (file === undefined) throw new Fault("input", `cannot read ${path}: it is not a regular file`);
  return file;
}

/** A part of a file, as if it were a file of its own. */
export class FileSection implements FileBytes {
  readonly lengthBytes: number;
  readonly #file: InputFile;
  readonly #start: number;

  /** Takes possession of `file`. */
  constructor(file: InputFile, start: number, lengthBytes: number) {
    this.#file = file;
    this.#start = start;
    this.lengthBytes = lengthBytes;
  }

  readAt(offset: number, into: Uint8Array): number {
    const left = this.lengthBytes - offset;
    if (left <= 0) return 0;
    return this.#file.readAt(this.#start + offset, into.length > left ? into.subarray(0, left) : into);
  }

  passThrough(offset: number, lengthBytes: number): ByteSource {
    return this.#file.passThrough(this.#start + offset, lengthBytes);
  }

  close(): void {
    this.#file.close();
  }
}
