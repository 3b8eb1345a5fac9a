/** A file that grows line by line, and that may be missing, full or taken away without anybody else being the worse. */

import { systemText } from "../errors.ts";
import type { Complain } from "./properties.ts";

/** At most one descriptor; one complaint from when writing fails until it works again. */
export class LogFile {
  readonly path: string;
  readonly #complain: Complain;
  readonly #reopenDelayMilliseconds: number;
  #file: Deno.FsFile | undefined;
  #lengthBytes = 0;
  #nextAttempt = 0;
  #failing = false;
  readonly #encoder = new TextEncoder();

  /** Opens the file; where that fails it is tried again with the first text after `reopenDelaySeconds`. */
  constructor(path: string, append: boolean, reopenDelaySeconds: number, complain: Complain) {
    this.path = path;
    this.#complain = complain;
    this.#reopenDelayMilliseconds = 1000 * reopenDelaySeconds;
    this.open(append);
  }

  /** How long the file is, as far as we wrote it. */
  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** Opens the file anew, emptied unless `append`. */
  open(append: boolean): void {
    this.close();
    try {
      const file = Deno.openSync(this.path, { create: true, append: true });
      this.#file = file;
      const { isFile, size } = file.statSync();
      if (isFile && !append) file.truncateSync(0);
      this.#lengthBytes = isFile && append ? size : 0;
    } catch (error) {
      this.close();
      this.#fail(`Unable to open file: ${this.path}`, error);
    }
  }

  write(text: string): void {
    if (this.#file === undefined && Date.now() >= this.#nextAttempt) this.open(true);
    if (this.#file === undefined) return;
    try {
      let rest = this.#encoder.encode(text);
      while (rest.length > 0) {
        const written = this.#file.writeSync(rest);
        this.#lengthBytes += written;
        rest = rest.subarray(written);
      }
      this.#failing = false;
    } catch (error) {
      this.close();
      this.#fail(`Unable to write file: ${this.path}`, error);
    }
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    try {
      file?.close();
    } catch {
      // What was written has been handed over; there is nothing left to lose.
    }
  }

  #fail(attempt: string, error: unknown): void {
    this.#nextAttempt = Date.now() + this.#reopenDelayMilliseconds;
    if (this.#failing) return;
    this.#failing = true;
    this.#complain("ERROR", `${attempt}: ${systemText(error)}`);
  }
}
