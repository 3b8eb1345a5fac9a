import { Fault } from "../../errors.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { type InputFile, isSameVersion, openFile } from "../file.ts";
import type { FileVersion } from "../open_file.ts";
import type { ReadPace } from "../read_pace.ts";
import type { FileBytes } from "./member.ts";

/** An archive as it is when it is first looked at. It is opened again and again, and must not become another one meanwhile. */
export class ArchiveFile {
  readonly path: string;
  readonly version: FileVersion;
  readonly #pace: ReadPace;

  /** @throws Fault "input" when it cannot be opened, or is no regular file */
  constructor(path: string, pace: ReadPace) {
    const file = openRegularFile(path, pace);
    this.path = path;
    this.version = file.version;
    this.#pace = pace;
    file.close();
  }

  /** @throws Fault "input" when it cannot be opened, or has changed */
  open(): InputFile {
    const file = openRegularFile(this.path, this.#pace);
    if (isSameVersion(file.version, this.version)) return file;
    file.close();
    throw new Fault("input", "cannot read it: it was changed since this run looked at it first", {
      file: this.path,
      remedy: "send archives only when nothing writes to them any more",
    });
  }
}

function openRegularFile(path: string, pace: ReadPace): InputFile {
  const file = openFile(path, pace);
  if (file === undefined) {
    throw new Fault("input", "cannot read it: it is not a regular file", { file: path });
  }
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
