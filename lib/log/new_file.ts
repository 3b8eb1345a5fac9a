/** A file that appears under its name when it is whole, and not before. */

import { Fault, reasonOf } from "../errors.ts";

/** A file that is larger was not made here. */
const MAX_FORMER_BYTES = 1024 * 1024;

/** In it stands what kind of run a report tells of. */
const BEGINNING_BYTES = 16 * 1024;

/** What a file is to be; only one of its kind may be replaced. */
export interface FileKind {
  /** "report" */
  readonly name: string;
  /** How every such file begins, whichever version of this program has made it. */
  readonly signature: string;
  /** The option that names it. */
  readonly option: string;
}

/** Invariant: what was there under the name before stays until `finish` or `giveUp`. */
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
   * @throws Fault "configuration" when that cannot work: no such folder, not permitted, something else of that name
   */
  static begin(path: string, kind: FileKind): NewFile {
    try {
      const target = targetOf(path, kind);
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

  /** The same, but however much it is, of it only the beginning. */
  formerBeginning(): string | undefined {
    try {
      using file = Deno.openSync(this.path);
      const bytes = new Uint8Array(BEGINNING_BYTES);
      return new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
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

  /**
   * Leaves nothing under its name, because what is there would be taken for this file. Answers what became of that, to
   * be put behind a message. Never throws.
   */
  giveUp(): string {
    this.discard();
    try {
      Deno.removeSync(this.path);
      return "; that of an earlier run is removed";
    } catch (caught) {
      if (caught instanceof Deno.errors.NotFound) return "";
      return `; that of an earlier run is still there: ${reasonOf(caught)}`;
    }
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
function targetOf(path: string, kind: FileKind): string {
  try {
    const { isFile, size } = Deno.statSync(path);
    if (!isFile) throw new Fault("configuration", `cannot write ${path}: it is not a regular file`);
    const target = Deno.realPathSync(path);
    if (size > 0) checkKind(target, kind);
    return target;
  } catch (caught) {
    if (caught instanceof Deno.errors.NotFound) return path;
    throw caught;
  }
}

/** An option whose value was forgotten takes the next argument for it: that may be an image. */
function checkKind(path: string, { name, signature, option }: FileKind): void {
  const expected = new TextEncoder().encode(signature);
  const found = new Uint8Array(expected.length);
  using file = Deno.openSync(path);
  const foundBytes = file.readSync(found) ?? 0;
  if (foundBytes === expected.length && found.every((byte, at) => byte === expected[at])) return;
  throw new Fault("configuration", `${path} is not a ${name} of this program: it is left as it is`, {
    remedy: `give ${option} the name of a new file`,
  });
}
