import type { ByteSource } from "../bytes/source.ts";
import { Fault } from "../errors.ts";
import { cannotRead } from "./reading_faults.ts";

/** Large enough that a fast pipe is emptied with few calls. */
const BUFFER_BYTES = 256 * 1024;

/** Comes from Deno, which may not open it by its path, whatever it has been redirected from. */
export const STANDARD_INPUT = "/dev/stdin";

/**
 * Opens what is not a regular file, such as a FIFO or standard input ("/dev/stdin"), as a stream. Waits until somebody
 * writes to a FIFO.
 * @throws Fault "input"
 */
export async function openPipe(path: string): Promise<ByteSource> {
  let otherEnd: Deno.FsFile | undefined;
  try {
    if (path !== STANDARD_INPUT) otherEnd = openOtherEnd(path);
    const reader = path === STANDARD_INPUT ? takeStandardInput() : await Deno.open(path);
    return await Pipe.begin(path, reader);
  } catch (caught) {
    throw cannotRead(path, caught);
  } finally {
    otherEnd?.close();
  }
}

let isStandardInputTaken = false;

/** Only once. @throws Fault "input" for --repeat, a list that names it twice, or two options that name it */
export function takeStandardInput(): typeof Deno.stdin {
  if (isStandardInputTaken) {
    throw new Fault("input", "cannot read it: it has been read already", {
      file: STANDARD_INPUT,
      remedy: "save it as a file to use it more than once",
    });
  }
  isStandardInputTaken = true;
  return Deno.stdin;
}

/**
 * Opening a FIFO stops the whole program until somebody opens its other end, so we do that ourselves until the first
 * bytes have come. Undefined for what needs no waiting for, and where it may not be written to.
 */
function openOtherEnd(path: string): Deno.FsFile | undefined {
  if (!Deno.statSync(path).isFifo || isAnonymousPipe(path)) return undefined;
  try {
    return Deno.openSync(path, { read: true, write: true });
  } catch {
    return undefined;
  }
}

/**
 * What stands for `<(command)` in a shell: it has had both its ends from the beginning, so that nobody is to be waited for
 * when it is opened.
 */
export function isAnonymousPipe(path: string): boolean {
  if (Deno.build.os !== "linux") return /^\/dev\/fd\/\d+$/.test(path);
  try {
    return Deno.readLinkSync(path).startsWith("pipe:");
  } catch {
    return false; // no link: a file, or nothing at all
  }
}

/** What can be read from and closed: a file, standard input. */
interface Readable {
  read(into: Uint8Array): Promise<number | null>;
  close(): void;
}

/** Always holds some bytes that have not been asked for yet, to know whether the end has come. */
class Pipe implements ByteSource {
  readonly #path: string;
  readonly #reader: Readable;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #closed = false;

  private constructor(path: string, reader: Readable) {
    this.#path = path;
    this.#reader = reader;
  }

  /** Takes possession of `reader`. */
  static async begin(path: string, reader: Readable): Promise<Pipe> {
    const pipe = new Pipe(path, reader);
    try {
      await pipe.#readAhead();
      return pipe;
    } catch (caught) {
      pipe.close();
      throw caught;
    }
  }

  get ended(): boolean {
    return this.#start === this.#end;
  }

  async fill(into: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < into.length && !this.ended) {
      const part = this.#buffer.subarray(
        this.#start,
        Math.min(this.#end, this.#start + into.length - filled),
      );
      into.set(part, filled);
      filled += part.length;
      this.#start += part.length;
      if (this.ended) await this.#readAhead();
    }
    return filled;
  }

  /** Fills the empty buffer; leaves it empty at the end. */
  async #readAhead(): Promise<void> {
    try {
      this.#start = 0;
      this.#end = await this.#reader.read(this.#buffer) ?? 0;
    } catch (caught) {
      throw cannotRead(this.#path, caught);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader.close();
  }
}
