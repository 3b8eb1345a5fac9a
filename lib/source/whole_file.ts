/** What options name, read as a whole: command files, profiles, lists of files, keys, passwords. */

import { isAnonymousPipe, openPipe, STANDARD_INPUT, takeStandardInput } from "./pipe.ts";

/** Far more than anybody writes by hand, and few enough to read by mistake: devices have no end. */
const USUAL_LIMIT_BYTES = 16 * 1024 * 1024;

/** Of what does not tell its length. */
const USUAL_BYTES = 64 * 1024;

/**
 * All bytes of a file, while everything else waits.
 *
 * @throws {Error} what the system says; or that there are more bytes than a file of this kind can have; or that it is a
 * FIFO or a socket.
 */
export function readWholeFile(path: string, limitBytes = USUAL_LIMIT_BYTES): Uint8Array<ArrayBuffer> {
  if (path === STANDARD_INPUT) return readToEnd(takeStandardInput(), 0, limitBytes);
  const { size } = lookedAt(path);
  using file = Deno.openSync(path);
  return readToEnd(file, size, limitBytes);
}

/**
 * The same, but what another program writes, such as `<(command)` in a shell, is waited for without making others wait:
 * signals among them.
 */
export async function readWholeFileLater(
  path: string,
  limitBytes = USUAL_LIMIT_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  if (path !== STANDARD_INPUT && !isAnonymousPipe(path)) return readWholeFile(path, limitBytes);
  const pipe = await openPipe(path);
  try {
    const bytes = new GrowingBytes(0, limitBytes);
    while (!pipe.ended) bytes.add(await pipe.fill(bytes.free));
    return bytes.all;
  } finally {
    pipe.close();
  }
}

/** What is left of an open file. @param sizeBytes 0 if it does not tell */
export function readToEnd(
  file: { readSync(into: Uint8Array): number | null },
  sizeBytes: number,
  limitBytes: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new GrowingBytes(sizeBytes, limitBytes);
  for (let got = file.readSync(bytes.free); got !== null; got = file.readSync(bytes.free)) bytes.add(got);
  return bytes.all;
}

/** Invariant: `free` is never empty, and nothing is kept beyond the limit. */
class GrowingBytes {
  readonly #limitBytes: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;

  constructor(expectedBytes: number, limitBytes: number) {
    this.#limitBytes = limitBytes;
    // One more, so that the end is seen before there is need of more room.
    this.#bytes = new Uint8Array(Math.min(expectedBytes || USUAL_BYTES, limitBytes) + 1);
  }

  /** To be filled from its beginning. */
  get free(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(this.#filled);
  }

  get all(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#filled);
  }

  /** So many have been put into `free`. */
  add(count: number): void {
    this.#filled += count;
    if (this.#filled > this.#limitBytes) throw new Error(`it is longer than ${this.#limitBytes} bytes`);
    if (this.#filled < this.#bytes.length) return;
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Opening a FIFO stops the whole program, signals and all, until somebody opens its other end. */
function lookedAt(path: string): Deno.FileInfo {
  const facts = Deno.statSync(path);
  if (facts.isSocket) throw new Error("it is a socket, not a file");
  if (facts.isFifo && !isAnonymousPipe(path)) {
    throw new Error(
      "it is a FIFO, to which perhaps nobody writes: save what comes through it as a file first",
    );
  }
  return facts;
}
