/** A file that appears under its name when it is whole, and not before. */

import { Fault } from "../errors.ts";

/** A file that is larger was not made here. */
const MAX_FORMER_BYTES = 1024 * 1024;

/** Invariant: what was there under the name before stays until `finish`. */
export class NewFile {
  readonly path: string;
  readonly #partPath: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, partPath: string, file: Deno.FsFile) {
    this.path = path;
    this.#partPath = partPath;
    this.#file = file;
  }

  /**
   * Begins a file in the folder where it is to appear.
   * @throws Fault "configuration" when that cannot work: no such folder, not permitted, a device or folder of that name
   */
  static begin(path: string): NewFile {
    try {
      const target = targetOf(path);
      const partPath = `${target}.${crypto.randomUUID().slice(0, 8)}.part`;
      return new NewFile(target, partPath, Deno.openSync(partPath, { write: true, createNew: true }));
    } catch (caught) {
      if (caught instanceof Fault) throw caught;
      throw new Fault("configuration", `cannot write ${path}: ${reasonOf(caught)}`, {
        cause: caught,
        remedy: "name a file in a folder that exists and may be written to",
      });
    }
  }

  /** Appends. @throws Error what the system says */
  write(text: string): void {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
  }

  /** Writes over the beginning with as many bytes as stand there. @throws Error what the system says */
  rewriteBeginning(text: string): void {
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.write(text);
    this.#file.seekSync(0, Deno.SeekMode.End);
  }

  /** What is there under its name as yet; undefined when that is nothing, or far too much. */
  former(): string | undefined {
    try {
      return Deno.statSync(this.path).size > MAX_FORMER_BYTES ? undefined : Deno.readTextFileSync(this.path);
    } catch {
      return undefined;
    }
  }

  /** Lets it appear. @throws Error what the system says; then `discard` is still to be called */
  finish(): void {
    this.#file.syncSync();
    Deno.renameSync(this.#partPath, this.path);
    this.#file.close();
  }

  /** Leaves everything as it was. Never throws. */
  discard(): void {
    try {
      this.#file.close();
      Deno.removeSync(this.#partPath);
    } catch {
      // there is nothing more that could be done
    }
  }
}

/** The file behind a symbolic link, so that the link stays one. */
function targetOf(path: string): string {
  try {
    const { isFile } = Deno.statSync(path);
    if (!isFile) throw new Fault("configuration", `cannot write ${path}: it is not a regular file`);
    return Deno.realPathSync(path);
  } catch (caught) {
    if (caught instanceof Deno.errors.NotFound) return path;
    throw caught;
  }
}

/** In words, without the runtime's additions. */
export function reasonOf(caught: unknown): string {
  if (caught instanceof Deno.errors.NotFound) return "no such folder";
  if (caught instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (caught instanceof Deno.errors.NotCapable) return "the runtime opens no files of /dev, /proc and /sys";
  const text = caught instanceof Error ? caught.message : String(caught);
  return text.replace(/ \(os error \d+\).*$/, "");
}
