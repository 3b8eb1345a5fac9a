import { putCharacters } from "../bytes/characters.ts";

const FIRST_BYTES = 16 * 1024;

/** Bytes in the making, big endian: grows as needed, and lengths are filled in when what they count is there. */
export class Octets {
  #buffer = new Uint8Array(FIRST_BYTES);
  #lengthBytes = 0;

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** What was put so far; valid until more is put. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#lengthBytes);
  }

  put8(value: number): void {
    this.#grow(1);
    this.#buffer[this.#lengthBytes++] = value;
  }

  put16(value: number): void {
    this.#grow(2);
    this.set16(this.#lengthBytes, value);
    this.#lengthBytes += 2;
  }

  put32(value: number): void {
    this.#grow(4);
    this.set16(this.#lengthBytes, value >>> 16);
    this.set16(this.#lengthBytes + 2, value);
    this.#lengthBytes += 4;
  }

  putBytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#buffer.set(bytes, this.#lengthBytes);
    this.#lengthBytes += bytes.length;
  }

  /** One octet a character, the low one of characters that have more. */
  putText(text: string): void {
    this.#grow(text.length);
    putCharacters(text, this.#buffer, this.#lengthBytes);
    this.#lengthBytes += text.length;
  }

  /** Puts another number where one stands already. */
  set16(at: number, value: number): void {
    this.#buffer[at] = value >>> 8;
    this.#buffer[at + 1] = value;
  }

  #grow(lengthBytes: number): void {
    if (this.#lengthBytes + lengthBytes <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * (this.#lengthBytes + lengthBytes));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
