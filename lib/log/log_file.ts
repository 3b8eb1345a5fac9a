/** A file that grows line by line, and that may be missing, full or taken away without anybody else being the worse. */

import { systemText } from "../errors.ts";
import { openLibc } from "../libc.ts";
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
      using _ = isFifo(this.path) ? reachReader(this.path) : undefined;
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

function isFifo(path: string): boolean {
  try {
    return Deno.statSync(path).isFifo === true;
  } catch {
    return false; // it is to be made
  }
}

const OPEN = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;
/** O_WRONLY, O_NONBLOCK, O_CLOEXEC */
const WITHOUT_WAITING = 0o1 | 0o4000 | 0o2000000;

/**
 * Opening a FIFO stops the whole program, signals and all, until somebody opens its other end. The C library does not wait;
 * what it opens keeps the reader there until the runtime has opened it, too.
 * @throws Error when nobody reads from it, as far as can be seen
 */
function reachReader(path: string): Disposable {
  const library = openLibc(OPEN);
  const descriptor = library?.symbols.open(new TextEncoder().encode(`${path}\0`), WITHOUT_WAITING) ?? -1;
  const close = () => {
    if (descriptor >= 0) library?.symbols.close(descriptor);
    library?.close();
  };
  if (descriptor >= 0) return { [Symbol.dispose]: close };
  close();
  throw new Error("it is a FIFO from which nobody reads");
}
