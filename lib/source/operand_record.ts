/**
 * The operands of a run as they were found, some ten bytes for each: so a run keeps to the files that it has counted,
 * whatever comes and goes in their folders meanwhile.
 *
 * How this works: they stand one behind the other in pages. Each has a kind (1 byte), how many bytes its path has in common
 * with the path before it (2) and how many it has for itself (2), where it is known the size, or of a member the place in its
 * archive (8), and those bytes. What is rare, or does not fit, is kept as the object it is, and has only its kind in the page.
 */
import { Fault } from "../errors.ts";
import type { FileVersion } from "./open_file.ts";
import type { Operand } from "./operands.ts";

/** What a kind is made of. */
const FILE = 1;
const NOTHING = 2;
const SCANNED = 4;
const SIZED = 8;
const MEMBER = 16;
const AS_IT_IS = 32;

const HEAD_BYTES = 5;
const NUMBER_BYTES = 8;
const LONGEST_PATH_BYTES = 0xFFFF;
const PAGE_BYTES = 128 * 1024;

class Page {
  readonly bytes = new Uint8Array(PAGE_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  lengthBytes = 0;

  /** Reserves so many bytes and tells where; undefined when there are not as many left. */
  take(lengthBytes: number): number | undefined {
    const at = this.lengthBytes;
    if (at + lengthBytes > PAGE_BYTES) return undefined;
    this.lengthBytes += lengthBytes;
    return at;
  }
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

export class OperandRecord {
  readonly #pages: Page[] = [];
  readonly #asTheyAre: Operand[] = [];
  /** The path that was added last, and room for the next one. */
  #last = new Uint8Array(LONGEST_PATH_BYTES);
  #lastBytes = 0;
  #next = new Uint8Array(LONGEST_PATH_BYTES);
  #count = 0;

  /** How many there are; archives do not count, their members do. */
  get count(): number {
    return this.#count;
  }

  add(operand: Operand): void {
    if (operand.archive === undefined) this.#count++;
    if (isPlain(operand) && this.#addPlain(operand)) return;
    this.#asTheyAre.push(operand);
    const { page, at } = this.#take(1);
    page.bytes[at] = AS_IT_IS;
  }

  /** False when its path is too long. */
  #addPlain(operand: Operand): boolean {
    const { path, member } = operand;
    const { read, written } = ENCODER.encodeInto(path, this.#next);
    if (read < path.length) return false;
    let shared = 0;
    const most = Math.min(written, this.#lastBytes);
    while (shared < most && this.#next[shared] === this.#last[shared]) shared++;
    const kind = kindOf(operand);
    const number = member?.offset ?? operand.sizeBytes;
    const numberBytes = number === undefined ? 0 : NUMBER_BYTES;
    const { page: { bytes, view }, at } = this.#take(HEAD_BYTES + numberBytes + written - shared);
    view.setUint8(at, kind);
    view.setUint16(at + 1, shared);
    view.setUint16(at + 3, written - shared);
    if (number !== undefined) view.setFloat64(at + HEAD_BYTES, number);
    bytes.set(this.#next.subarray(shared, written), at + HEAD_BYTES + numberBytes);
    [this.#last, this.#next] = [this.#next, this.#last];
    this.#lastBytes = written;
    return true;
  }

  #take(lengthBytes: number): { readonly page: Page; readonly at: number } {
    let page = this.#pages.at(-1);
    let at = page?.take(lengthBytes);
    if (page === undefined || at === undefined) {
      page = new Page();
      this.#pages.push(page);
      at = page.take(lengthBytes) ?? 0;
    }
    return { page, at };
  }

  /** Reads it from the beginning. */
  reader(): RecordReader {
    return new RecordReader(this.#pages, this.#asTheyAre);
  }
}

/** Follows a record that may still grow. */
class RecordReader {
  readonly #pages: readonly Page[];
  readonly #asTheyAre: readonly Operand[];
  #page = 0;
  #at = 0;
  #next = 0;
  readonly #path = new Uint8Array(LONGEST_PATH_BYTES);
  /** Whose members come. */
  #archive: { readonly path: string; readonly version: FileVersion } | undefined;

  constructor(pages: readonly Page[], asTheyAre: readonly Operand[]) {
    this.#pages = pages;
    this.#asTheyAre = asTheyAre;
  }

  /** The next one; undefined when no further one has been added yet. Members are without their bytes. */
  next(): Operand | undefined {
    let page = this.#pages[this.#page];
    if (page !== undefined && this.#at === page.lengthBytes && this.#page < this.#pages.length - 1) {
      page = this.#pages[++this.#page];
      this.#at = 0;
    }
    if (page === undefined || this.#at === page.lengthBytes) return undefined;
    const kind = page.view.getUint8(this.#at);
    return kind === AS_IT_IS ? this.#asItIs() : this.#plain(page, kind);
  }

  #asItIs(): Operand | undefined {
    this.#at++;
    const operand = this.#asTheyAre[this.#next++];
    if (operand?.archive !== undefined) this.#archive = { path: operand.path, version: operand.archive };
    return operand;
  }

  #plain({ bytes, view }: Page, kind: number): Operand {
    const shared = view.getUint16(this.#at + 1);
    const ownBytes = view.getUint16(this.#at + 3);
    this.#at += HEAD_BYTES;
    let number = 0;
    if ((kind & (SIZED | MEMBER)) !== 0) {
      number = view.getFloat64(this.#at);
      this.#at += NUMBER_BYTES;
    }
    this.#path.set(bytes.subarray(this.#at, this.#at + ownBytes), shared);
    this.#at += ownBytes;
    const path = DECODER.decode(this.#path.subarray(0, shared + ownBytes));
    const scanned = (kind & SCANNED) !== 0;
    if ((kind & MEMBER) !== 0) return this.#member(path, number);
    return {
      path,
      scanned,
      ...((kind & FILE) !== 0 ? { seen: "file" } : (kind & NOTHING) !== 0 ? { seen: "nothing" } : {}),
      ...((kind & SIZED) !== 0 ? { sizeBytes: number } : {}),
    };
  }

  /** Enough of it to be told, and for the journal to know it. */
  #member(path: string, offset: number): Operand {
    if (this.#archive === undefined) throw new Fault("bug", `${path} is a member of no archive`);
    const { path: archivePath, version } = this.#archive;
    const open = () => {
      throw new Fault("bug", `the archive of ${path} has not been asked for it`);
    };
    const name = path.slice(archivePath.length + 1);
    return {
      path,
      scanned: true,
      member: { archivePath, version, name, offset, sizeBytes: undefined, open },
    };
  }
}

function isPlain({ archive, fault, skipped }: Operand): boolean {
  return archive === undefined && fault === undefined && skipped === undefined;
}

function kindOf({ scanned, seen, member, sizeBytes }: Operand): number {
  if (member !== undefined) return MEMBER;
  return (scanned ? SCANNED : 0) | (seen === "file" ? FILE : seen === "nothing" ? NOTHING : 0) |
    (sizeBytes === undefined ? 0 : SIZED);
}
