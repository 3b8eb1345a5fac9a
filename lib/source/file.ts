/**
 * A regular file: read at any offset to be surveyed, then passed through as one stream of bytes.
 *
 * How this works: reads are synchronous, because a file in the page cache is copied faster than a promise is made.
 * A ReadPace watches how long they take; on a slow disk or share it makes the stream wait in promises instead, so that
 * other associations and signals do not stand still meanwhile.
 */
import type { SeekableBytes } from "../bytes/seekable.ts";
import type { ByteSource } from "../bytes/source.ts";
import { Fault } from "../errors.ts";
import { cannotRead } from "./reading_faults.ts";
import { ReadPace } from "./read_pace.ts";

/**
 * Opens a regular file; undefined for what can only be read from front to back, such as a FIFO (see pipe.ts).
 * @throws Fault "input" when it does not exist, may not be read, or is a directory
 */
export function openFile(path: string, pace: ReadPace): InputFile | undefined {
  try {
    // Before it is opened, because opening a FIFO waits for somebody to write to it.
    const info = Deno.statSync(path);
    if (info.isDirectory) throw new Fault("input", `cannot read ${path}: it is a directory`);
    if (!info.isFile) return undefined;
    return new InputFile(path, Deno.openSync(path), info.size, info.mtime?.getTime() ?? 0, pace);
  } catch (caught) {
    throw cannotRead(path, caught);
  }
}

export class InputFile implements SeekableBytes {
  readonly path: string;
  /** When it was opened. */
  readonly lengthBytes: number;
  readonly #file: Deno.FsFile;
  readonly #modified: number;
  readonly #pace: ReadPace;
  /** Where the next read happens if nobody seeks. */
  #position = 0;
  #closed = false;

  constructor(path: string, file: Deno.FsFile, lengthBytes: number, modified: number, pace: ReadPace) {
    this.path = path;
    this.lengthBytes = lengthBytes;
    this.#file = file;
    this.#modified = modified;
    this.#pace = pace;
  }

  readAt(offset: number, into: Uint8Array): number {
    let filled = 0;
    try {
      this.#seek(offset);
      while (filled < into.length) {
        const got = this.#file.readSync(filled === 0 ? into : into.subarray(filled));
        if (got === null || got === 0) break;
        filled += got;
        this.#position += got;
      }
    } catch (caught) {
      throw cannotRead(this.path, caught);
    }
    return filled;
  }

  /**
   * The bytes from `offset` on, `lengthBytes` of them, as one stream. One at a time; closing it closes the file.
   * Its fill() throws Fault "input" when the file has become shorter or has otherwise changed since it was opened.
   */
  passThrough(offset: number, lengthBytes: number): ByteSource {
    this.#seek(offset);
    return new PassThrough(this, lengthBytes);
  }

  /** Reads on from where the last read ended: fewer bytes than `into` holds only at the end of the file. */
  readOn(into: Uint8Array): number | Promise<number> {
    try {
      if (this.#pace.slow) return this.#readOnSlowly(into);
      const started = performance.now();
      const filled = this.readAt(this.#position, into);
      this.#pace.note(filled, performance.now() - started);
      return filled;
    } catch (caught) {
      throw cannotRead(this.path, caught);
    }
  }

  async #readOnSlowly(into: Uint8Array): Promise<number> {
    const started = performance.now();
    let filled = 0;
    try {
      while (filled < into.length) {
        const got = await this.#file.read(into.subarray(filled));
        if (got === null || got === 0) break;
        filled += got;
        this.#position += got;
      }
    } catch (caught) {
      throw cannotRead(this.path, caught);
    }
    this.#pace.note(filled, performance.now() - started);
    return filled;
  }

  /** @throws Fault "input" when the file is not the one that was surveyed any more */
  checkUnchanged(): void {
    const info = this.#file.statSync();
    if (info.size === this.lengthBytes && (info.mtime?.getTime() ?? 0) === this.#modified) return;
    throw new Fault("input", `${this.path} was changed while it was being sent`, {
      remedy: "send files only when nothing writes to them any more",
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file.close();
  }

  #seek(offset: number): void {
    if (offset === this.#position) return;
    this.#position = this.#file.seekSync(offset, Deno.SeekMode.Start);
  }
}

/** Counts down the bytes that are still to come. */
class PassThrough implements ByteSource {
  readonly #file: InputFile;
  #leftBytes: number;

  constructor(file: InputFile, lengthBytes: number) {
    this.#file = file;
    this.#leftBytes = lengthBytes;
  }

  get ended(): boolean {
    return this.#leftBytes === 0;
  }

  fill(into: Uint8Array): number | Promise<number> {
    const view = into.length > this.#leftBytes ? into.subarray(0, this.#leftBytes) : into;
    if (view.length === 0) return 0;
    const filled = this.#file.readOn(view);
    return typeof filled === "number"
      ? this.#count(filled, view.length)
      : filled.then((n) => this.#count(n, view.length));
  }

  #count(filled: number, expected: number): number {
    this.#leftBytes -= filled;
    if (filled < expected) {
      throw new Fault(
        "input",
        `${this.#file.path} shrank while it was being sent (${this.#leftBytes} bytes short)`,
        { remedy: "send files only when nothing writes to them any more" },
      );
    }
    if (this.#leftBytes === 0) this.#file.checkUnchanged();
    return filled;
  }

  close(): void {
    this.#file.close();
  }
}
