import type { InflateRaw } from "node:zlib";
import { SpareBuffers } from "../bytes/spare_buffers.ts";
import { Fault } from "../errors.ts";
import type { StructureWalk } from "./structure.ts";
import { cannotInflate } from "./structure_faults.ts";
import { StructureFeed } from "./structure_feed.ts";
import { discard, OUTPUT_BYTES, release } from "./zlib_output.ts";

/** No instance is larger; a deflate stream that grows beyond is meant to do harm. */
const MAX_INFLATED_BYTES = 64 * 2 ** 30;

/** What is inflated at a time. */
const INPUT_BYTES = 64 * 1024;
const inputs = new SpareBuffers(INPUT_BYTES, 8);

/** PS3.5 A.5 allows a zero to make the length even, and some writers leave the checksum and length of gzip there. */
const USUAL_BYTES_BEHIND = 9;

/** Like StructureFeed, for a deflated data set (PS3.5 A.5): what passes by is inflated, looked at and thrown away. */
export class InflatingFeed {
  readonly #name: string;
  readonly #inflate: InflateRaw;
  readonly #walk: StructureWalk;
  readonly #feed: StructureFeed;
  readonly #input = inputs.take();
  #last: Uint8Array | undefined;
  #pushedBytes = 0;
  #inflatedBytes = 0;
  #broken: unknown;
  #ended = false;
  #wake: () => void = () => {};

  private constructor(name: string, inflate: InflateRaw, walk: StructureWalk) {
    this.#name = name;
    this.#inflate = inflate;
    this.#walk = walk;
    this.#feed = new StructureFeed(walk);
    inflate.on("data", (piece: Uint8Array) => this.#look(piece));
    inflate.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    inflate.on("error", (error: Error) => {
      this.#broken ??= cannotInflate(name, "its data set", error);
      this.#wake();
    });
  }

  /** Loads zlib, which most runs never need. The walk has just begun, at offset 0 of the inflated data set. */
  static async open(name: string, walk: StructureWalk): Promise<InflatingFeed> {
    const { createInflateRaw } = await import("node:zlib");
    return new InflatingFeed(name, createInflateRaw({ chunkSize: OUTPUT_BYTES }), walk);
  }

  /** @throws Fault "input" when it does not inflate or the structure inside is broken */
  async push(piece: Uint8Array): Promise<void> {
    this.#pushedBytes += piece.length;
    for (let at = 0; at < piece.length; at += INPUT_BYTES) {
      // After a fault zlib may still be reading what it was given, and the caller uses its piece again.
      const part = piece.subarray(at, at + INPUT_BYTES);
      this.#input.set(part);
      await this.#until((done) => this.#inflate.write(this.#input.subarray(0, part.length), () => done()));
    }
  }

  /** @throws Fault "input" when something is missing */
  async end(): Promise<void> {
    await this.#until((done) => this.#ended ? done() : this.#inflate.once("end", done).end());
    this.#inflate.close();
    inputs.give(this.#input);
    if (this.#last !== undefined) discard(this.#last);
    this.#feed.end();
    const behindBytes = this.#pushedBytes - this.#inflate.bytesWritten;
    if (behindBytes > USUAL_BYTES_BEHIND) {
      this.#walk.warnings.add(() => `${behindBytes} bytes follow the deflated data set of ${this.#name}`);
    }
  }

  async #until(start: (done: () => void) => void): Promise<void> {
    if (this.#broken === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        start(resolve);
      });
    }
    if (this.#broken !== undefined) {
      this.#inflate.close();
      throw this.#broken;
    }
  }

  #look(piece: Uint8Array): void {
    if (this.#broken !== undefined) return;
    try {
      this.#inflatedBytes += piece.length;
      if (this.#inflatedBytes > MAX_INFLATED_BYTES) {
        throw new Fault("input", `its data set inflates to more than ${MAX_INFLATED_BYTES} bytes`, {
          file: this.#name,
        });
      }
      this.#feed.push(piece);
      this.#last = piece;
      release(piece);
    } catch (caught) {
      this.#broken = caught;
      this.#wake();
    }
  }
}
