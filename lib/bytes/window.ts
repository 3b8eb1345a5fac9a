import { Fault } from "../errors.ts";
import type { SeekableBytes } from "./seekable.ts";

/** The first look at a file: enough for the header of a plain image in one read. */
const FIRST_BYTES = 16 * 1024;
/** A look after a jump over a big value. */
const AFTER_JUMP_BYTES = 4 * 1024;

/**
 * A window that moves forward over seekable bytes. It reads little after a jump and more and more while the reader
 * goes on without one, so that a file of big values and a file of a million small ones are both read with few calls.
 * The window is made to be kept: `open` starts it on the next file without a new buffer.
 */
export class ByteWindow {
  /** What has been read; only the first `lengthBytes` are valid. */
  readonly view: DataView;
  /** Where the window starts, from the start of the bytes. */
  offset = 0;
  lengthBytes = 0;

  readonly #buffer: Uint8Array;
  readonly #firstBytes: number;
  #bytes: SeekableBytes | undefined;
  #name = "";
  #nextBytes = 0;

  constructor(capacityBytes: number = 256 * 1024, firstBytes: number = FIRST_BYTES) {
    this.#buffer = new Uint8Array(capacityBytes);
    this.view = new DataView(this.#buffer.buffer);
    this.#firstBytes = Math.min(firstBytes, capacityBytes);
  }

  /** Starts at the beginning of `bytes`; `name` is for faults. */
  open(bytes: SeekableBytes, name: string): void {
    this.#bytes = bytes;
    this.#name = name;
    this.#nextBytes = this.#firstBytes;
    this.offset = 0;
    this.lengthBytes = 0;
  }

  /** How many bytes there are altogether. */
  get totalBytes(): number {
    return this.#bytes?.lengthBytes ?? 0;
  }

  /** True when the window reaches to the end of the bytes. */
  get ended(): boolean {
    return this.offset + this.lengthBytes >= this.totalBytes;
  }

  /**
   * Sees to it that the window holds `need` bytes from `offset` on, fewer only where the bytes end.
   * @throws Fault "input" when a read fails or the bytes have become fewer than they were
   */
  cover(offset: number, need: number): void {
    const bytes = this.#bytes;
    const end = this.offset + this.lengthBytes;
    if (bytes === undefined || offset >= this.offset && offset + need <= end) return;
    const jumped = offset > end + AFTER_JUMP_BYTES && end > 0;
    const wanted = Math.max(need, jumped ? Math.min(AFTER_JUMP_BYTES, this.#firstBytes) : this.#nextBytes);
    const expected = Math.min(wanted, this.#buffer.length, bytes.lengthBytes - offset);
    const got = expected > 0 ? bytes.readAt(offset, this.#buffer.subarray(0, expected)) : 0;
    if (got < expected) {
      const missing = bytes.lengthBytes - offset - got;
      throw new Fault("input", `it shrank while it was being read (${missing} bytes short)`, {
        file: this.#name,
      });
    }
    this.offset = offset;
    this.lengthBytes = Math.max(got, 0);
    this.#nextBytes = jumped ? this.#firstBytes : Math.min(wanted * 2, this.#buffer.length);
  }
}
