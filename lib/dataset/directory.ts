/**
 * The files that a DICOMDIR refers to (PS3.3 F.3, PS3.10 8.6).
 *
 * How this works: the items of the Directory Record Sequence are gone through as they stand in the file. The offsets
 * that link them into a tree are not followed: they are often wrong, and say nothing about which files there are.
 */

import type { SeekableBytes } from "../bytes/seekable.ts";
import { ByteWindow } from "../bytes/window.ts";
import { Fault } from "../errors.ts";
import { readBeginning } from "./beginning.ts";
import { isDicomdir } from "./conclude.ts";
import {
  ElementHeader,
  type Encoding,
  HEADER_WINDOW_BYTES,
  readElementHeader,
  TAG_ITEM,
  TAG_ITEM_DELIMITATION,
  TAG_SEQUENCE_DELIMITATION,
  tagText,
  UNDEFINED_LENGTH,
} from "./element.ts";
import { MAX_NESTING } from "./structure.ts";

const TAG_DIRECTORY_RECORD_SEQUENCE = 0x00041220;
const TAG_RECORD_IN_USE_FLAG = 0x00041410;
const TAG_REFERENCED_FILE_ID = 0x00041500;

/** Eight components of eight characters; some slack for those who do not keep to it. */
const MAX_FILE_ID_BYTES = 4096;

/** Components of a path, from the folder of the DICOMDIR down. */
export type FileId = readonly string[];

/** Whether this is a DICOMDIR. */
export function isDirectory(bytes: SeekableBytes, name: string): boolean {
  const window = new ByteWindow(64 * 1024);
  window.open(bytes, name);
  try {
    return isDicomdir(readBeginning(window, name, "auto", bytes.lengthBytes));
  } catch (caught) {
    if (caught instanceof Fault) return false;
    throw caught;
  }
}

/**
 * The Referenced File IDs of the records in use, in the order in which they stand there.
 * @throws Fault "input" where the DICOMDIR cannot be understood: the files behind that place are not known
 */
export function* referencedFileIds(bytes: SeekableBytes, name: string): Generator<FileId> {
  const window = new ByteWindow(64 * 1024);
  window.open(bytes, name);
  const { meta, encoding } = readBeginning(window, name, "auto", bytes.lengthBytes);
  const reader = new Reader(window, name, encoding);
  for (let offset = meta.dataSetOffset; offset < bytes.lengthBytes; offset = reader.after(offset, 0)) {
    if (reader.read(offset) !== TAG_DIRECTORY_RECORD_SEQUENCE) continue;
    yield* records(reader, reader.contentOf(offset));
    return;
  }
}

interface Extent {
  readonly start: number;
  /** Infinity: until a delimitation item. */
  readonly end: number;
}

function* records(reader: Reader, { start, end }: Extent): Generator<FileId> {
  let offset = start;
  while (offset < end) {
    const tag = reader.read(offset);
    if (tag === TAG_SEQUENCE_DELIMITATION) return;
    if (tag !== TAG_ITEM) throw reader.fault(offset, "a directory record should be here");
    const record = reader.contentOf(offset);
    let fileId: string | undefined;
    let inUse = true;
    for (offset = record.start; offset < record.end; offset = reader.after(offset, 0)) {
      const tag = reader.read(offset);
      if (tag === TAG_ITEM_DELIMITATION) break;
      if (tag === TAG_RECORD_IN_USE_FLAG) inUse = reader.bytesAt(offset).some((byte) => byte !== 0);
      if (tag === TAG_REFERENCED_FILE_ID) fileId = new TextDecoder().decode(reader.bytesAt(offset));
    }
    if (record.end === Infinity) offset += reader.header.headerBytes;
    const components = fileId?.replace(/[ \0]+$/, "").split("\\").map((component) => component.trim()) ?? [];
    if (inUse && components.join("") !== "") yield components;
  }
}

/** Reads headers and passes over values. */
class Reader {
  readonly header = new ElementHeader();
  readonly #window: ByteWindow;
  readonly #name: string;
  readonly #encoding: Encoding;

  constructor(window: ByteWindow, name: string, encoding: Encoding) {
    this.#window = window;
    this.#name = name;
    this.#encoding = encoding;
  }

  /** Reads the header at `offset`, and answers its tag. */
  read(offset: number): number {
    const window = this.#window;
    window.cover(offset, HEADER_WINDOW_BYTES);
    const at = offset - window.offset;
    if (!readElementHeader(window.view, at, window.lengthBytes, this.#encoding, this.header)) {
      throw this.fault(offset, "it ends there");
    }
    return this.header.tag;
  }

  /** Where the value of the element just read is. */
  contentOf(offset: number): Extent {
    const { headerBytes, lengthBytes } = this.header;
    const start = offset + headerBytes;
    if (lengthBytes === UNDEFINED_LENGTH) return { start, end: Infinity };
    if (start + lengthBytes > this.#window.totalBytes) throw this.fault(offset, "it ends inside this value");
    return { start, end: start + lengthBytes };
  }

  /** The value of the element just read, if it is short enough to be one of those looked for. */
  bytesAt(offset: number): Uint8Array {
    const { start, end } = this.contentOf(offset);
    if (end - start > MAX_FILE_ID_BYTES) {
      throw this.fault(offset, `its value of ${end - start} bytes is too long`);
    }
    const window = this.#window;
    window.cover(start, end - start);
    return new Uint8Array(window.view.buffer, start - window.offset, end - start);
  }

  /** Where the next element begins; the one at `offset` has just been read. */
  after(offset: number, depth: number): number {
    const { start, end } = this.contentOf(offset);
    if (end !== Infinity) return end;
    if (depth > MAX_NESTING) throw this.fault(offset, `sequences are nested more than ${MAX_NESTING} deep`);
    for (let at = start;;) {
      const tag = this.read(at);
      if (tag === TAG_SEQUENCE_DELIMITATION || tag === TAG_ITEM_DELIMITATION) {
        return at + this.header.headerBytes;
      }
      at = this.after(at, depth + 1);
    }
  }

  fault(offset: number, why: string): Fault {
    const { tag } = this.header;
    return new Fault("input", `cannot read the DICOMDIR at offset ${offset}, ${tagText(tag)}: ${why}`, {
      file: this.#name,
      remedy: "name the files or their folder (with +sd +r) instead of the DICOMDIR",
    });
  }
}
