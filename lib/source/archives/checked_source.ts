import type { ByteSource } from "../../bytes/source.ts";
import { Fault } from "../../errors.ts";

/** Bytes of which length and CRC-32 are known: what does not fit never ends well. */
export class CheckedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #name: string;
  readonly #expectedCrc: number;
  readonly #crc32: (bytes: Uint8Array, before: number) => number;
  #leftBytes: number;
  #crc = 0;

  constructor(
    source: ByteSource,
    name: string,
    lengthBytes: number,
    expectedCrc: number,
    crc32: (bytes: Uint8Array, before: number) => number,
  ) {
    this.#source = source;
    this.#name = name;
    this.#leftBytes = lengthBytes;
    this.#expectedCrc = expectedCrc;
    this.#crc32 = crc32;
  }

  /** Not even an empty member is just believed. */
  get ended(): boolean {
    return this.#source.ended;
  }

  fill(into: Uint8Array): number | Promise<number> {
    const filled = this.#source.fill(into);
    return typeof filled === "number" ? this.#check(into, filled) : filled.then((n) => this.#check(into, n));
  }

  #check(into: Uint8Array, filled: number): number {
    this.#leftBytes -= filled;
    this.#crc = this.#crc32(into.subarray(0, filled), this.#crc);
    if (this.#leftBytes < 0) throw this.#damaged("it is longer than the archive's directory says");
    if (!this.#source.ended) return filled;
    if (this.#leftBytes > 0) {
      throw this.#damaged(`it is ${this.#leftBytes} bytes shorter than the archive's directory says`);
    }
    if (this.#crc !== this.#expectedCrc) throw this.#damaged("its CRC is wrong");
    return filled;
  }

  #damaged(why: string): Fault {
    return new Fault("input", `it is damaged: ${why}`, {
      file: this.#name,
      remedy: "copy or make the archive again",
    });
  }

  close(): void {
    this.#source.close();
  }
}
