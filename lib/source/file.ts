/**
 * A regular file: read at any offset to be surveyed, then passed through as one stream of bytes.
 *
 * How this works: the beginning is read once and kept, so that a small file costs one read, and a large one no seek,
 * between survey and sending. Reads are synchronous, because a file in the page cache is copied faster than a promise is made.
 * A ReadPace watches how long they take; on a slow disk or share the rest of the file is read ahead in promises instead
 * (`read_ahead.ts`), so that other associations and signals do not stand still meanwhile; and while files come from the disk
 * rather than from memory, the next ones are asked of it beforehand (`prefetch.ts`).
 */
import type { SeekableBytes } from "../bytes/seekable.ts";
import type { ByteSource } from "../bytes/source.ts";
import { SpareBuffers } from "../bytes/spare_buffers.ts";
import { Fault } from "../errors.ts";
import { factsOf, openToRead } from "./file_calls.ts";
import type { FileFacts, FileVersion, OpenFile } from "./open_file.ts";
import { cannotRead } from "./reading_faults.ts";
import { STANDARD_INPUT } from "./pipe.ts";
import { ReadAhead } from "./read_ahead.ts";
import { ReadPace } from "./read_pace.ts";

/**
 * Opens a regular file; undefined for what can only be read from front to back, such as a FIFO (see pipe.ts).
 * @param isFile it is known to be a regular file
 * @throws Fault "input" when it does not exist, may not be read, or is a directory
 */
export function openFile(path: string, pace: ReadPace, isFile = false): InputFile | undefined {
  if (path === STANDARD_INPUT) return undefined;
  let file: OpenFile | undefined;
  try {
    // Before it is opened, because opening a FIFO may wait for somebody to write to it.
    const before = isFile ? undefined : factsOf(path);
    if (before?.isDirectory) throw new Fault("input", "cannot read it: it is a directory", { file: path });
    if (before?.isFile === false) return undefined;
    file = openToRead(path);
    const facts = file.facts();
    if (facts.isFile) return new InputFile(path, file, facts, pace);
    // Something else has taken its place since it was seen.
    file.close();
    return undefined;
  } catch (caught) {
    file?.close();
    throw cannotRead(path, caught);
  }
}

/** Enough for the headers of a plain image, and for the whole of a small object. */
const HEAD_BYTES = 16 * 1024;
/** More are not open at the same time with all associations at work. */
const heads = new SpareBuffers(HEAD_BYTES, 128);

export class InputFile implements SeekableBytes {
  readonly path: string;
  /** When it was opened. */
  readonly version: FileVersion;
  readonly #file: OpenFile;
  readonly #pace: ReadPace;
  /** The first bytes of the file, once they were asked for. */
  #head: Uint8Array | undefined;
  #headBytes = 0;
  /** Where the stream goes on, unless it is read ahead. */
  #next = 0;
  #ahead: ReadAhead | undefined;
  #closed = false;

  constructor(path: string, file: OpenFile, { sizeBytes, modifiedMs }: FileFacts, pace: ReadPace) {
    this.path = path;
    this.version = { sizeBytes, modifiedMs };
    this.#file = file;
    this.#pace = pace;
  }

  /** When it was opened. */
  get lengthBytes(): number {
    return this.version.sizeBytes;
  }

  readAt(offset: number, into: Uint8Array): number {
    try {
      const known = this.#copyHead(offset, into);
      return known === into.length ? known : known + this.#read(offset + known, into, known);
    } catch (caught) {
      throw cannotRead(this.path, caught);
    }
  }

  /**
   * The bytes from `offset` on, `lengthBytes` of them, as one stream. One at a time; closing it closes the file.
   * Its fill() throws Fault "input" when the file has become shorter or has otherwise changed since it was opened.
   */
  passThrough(offset: number, lengthBytes: number): ByteSource {
    this.#next = offset;
    return new PassThrough(this, lengthBytes);
  }

  /** Reads on from where the last call ended: fewer bytes than `into` holds only at the end of the file. */
  readOn(into: Uint8Array): number | Promise<number> {
    try {
      if (this.#ahead !== undefined) return this.#ahead.fill(into, 0);
      const known = this.#copyHead(this.#next, into);
      this.#next += known;
      if (known === into.length) return known;
      if (this.#pace.slow) return this.#readAhead().fill(into, known);
      const started = performance.now();
      const filled = this.#read(this.#next, into, known);
      this.#next += filled;
      this.#pace.note(filled, performance.now() - started);
      return known + filled;
    } catch (caught) {
      throw cannotRead(this.path, caught);
    }
  }

  /** From here on to the end of the file. */
  #readAhead(): ReadAhead {
    const note = (bytes: number, milliseconds: number) => this.#pace.note(bytes, milliseconds);
    this.#ahead = new ReadAhead(this.#file, this.path, this.#next, note);
    return this.#ahead;
  }

  /** Puts what of the head belongs at `offset`; answers how many bytes. */
  #copyHead(offset: number, into: Uint8Array): number {
    if (offset >= HEAD_BYTES) return 0;
    const head = this.#head ?? this.#readHead();
    const known = Math.min(this.#headBytes - offset, into.length);
    if (known <= 0) return 0;
    into.set(head.subarray(offset, offset + known));
    return known;
  }

  #readHead(): Uint8Array {
    const head = heads.take();
    this.#head = head;
    const wanted = Math.min(HEAD_BYTES, this.lengthBytes);
    const started = performance.now();
    this.#headBytes = this.#read(0, wanted < HEAD_BYTES ? head.subarray(0, wanted) : head, 0);
    this.#pace.noteFirst(performance.now() - started);
    return head;
  }

  /** Reads into `into` from `filled` on; answers how many bytes came. */
  #read(offset: number, into: Uint8Array, filled: number): number {
    const from = filled;
    while (filled < into.length) {
      const got = this.#file.readAt(offset + filled - from, filled === 0 ? into : into.subarray(filled));
      if (got === 0) break;
      filled += got;
    }
    return filled - from;
  }

  /** @throws Fault "input" when the file is not the one that was surveyed any more */
  checkUnchanged(): void {
    if (isSameVersion(this.#file.facts(), this.version)) return;
    throw new Fault("input", "it was changed while it was being sent", {
      file: this.path,
      remedy: "send files only when nothing writes to them any more",
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Closed while it is read from, its descriptor could be another file's by then.
    if (this.#ahead === undefined) this.#file.close();
    else void this.#ahead.close().finally(() => this.#file.close());
    if (this.#head !== undefined) heads.give(this.#head);
    this.#head = undefined;
  }
}

/** False when it has been written to, or another file has taken its place. */
export function isSameVersion(one: FileVersion, other: FileVersion): boolean {
  return one.sizeBytes === other.sizeBytes && one.modifiedMs === other.modifiedMs;
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
      throw new Fault("input", `it shrank while it was being sent (${this.#leftBytes} bytes short)`, {
        file: this.#file.path,
        remedy: "send files only when nothing writes to them any more",
      });
    }
    if (this.#leftBytes === 0) this.#file.checkUnchanged();
    return filled;
  }

  close(): void {
    this.#file.close();
  }
}
