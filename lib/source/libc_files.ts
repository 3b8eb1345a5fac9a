/** Files through the C library of a Linux system. What it refuses is undefined here, and left to Deno to explain. */

import { openLibc } from "../libc.ts";
import type { FileFacts, OpenFile } from "./open_file.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  // Never asked for more than 2 GB at once, so that 32 bits hold what came.
  pread: { parameters: ["i32", "buffer", "u32", "i64"], result: "i32" },
  preadLater: {
    name: "pread",
    parameters: ["i32", "buffer", "u32", "i64"],
    result: "i32",
    nonblocking: true,
  },
} as const;

/** Loaded when the first folder is read. */
const FOLDERS = {
  // Not the library's own getdents64, which it has only since 2.30.
  syscall: { parameters: ["i64", "i64", "buffer", "usize"], result: "i64" },
} as const;
const GETDENTS64 = Deno.build.arch === "aarch64" ? 61n : 217n;
const RECORDS_BYTES = 32 * 1024;

/** Loaded when a disk turns out to be cold. */
const ADVICE = {
  posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
} as const;
const POSIX_FADV_WILLNEED = 3;
/** An image; what comes behind it the system reads ahead by itself. */
const FETCHED_BYTES = 1024n * 1024n;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** O_RDONLY, and: not for child processes (O_CLOEXEC), no wait for a FIFO's writer (O_NONBLOCK), no terminal (O_NOCTTY). */
const OPEN_FLAGS = 0o2000000 | 0o4000 | 0o400;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const AT_SYMLINK_NOFOLLOW = 0x100;
/** Type and mode, modification time, size. */
const STATX_WANTED = 0x1 | 0x40 | 0x200;
const FILE_TYPE = 0o170000;
const DIRECTORY = 0o040000;
const REGULAR_FILE = 0o100000;
/** With its final zero octet (PATH_MAX). */
const LONGEST_PATH_BYTES = 4096;

/** Of four octets each they make the longest name that every file system takes. */
const SAFE_NAME_CHARACTERS = 63;

class LibcFiles {
  readonly #libc: Libc;
  readonly #path = new Uint8Array(LONGEST_PATH_BYTES);
  readonly #nothing = new Uint8Array(1);
  readonly #encoder = new TextEncoder();
  /** A struct statx, which is the same on all processors: mode at 28, size at 40, modification time at 112. */
  readonly #statx = new Uint8Array(256);
  readonly #view = new DataView(this.#statx.buffer);
  #canLook: boolean | undefined;
  #advice: Deno.DynamicLibrary<typeof ADVICE> | null | undefined;
  #folders: Deno.DynamicLibrary<typeof FOLDERS> | null | undefined;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** What is at `path`; "nothing" when nothing can be seen there, undefined when that is for Deno to find out. */
  factsOf(path: string): FileFacts | "nothing" | undefined {
    if (this.#look(path)) return this.#facts();
    this.#canLook ??= this.#look("/"); // some sandboxes do not know the call
    return this.#canLook && this.#setPath(path) ? "nothing" : undefined;
  }

  /**
   * True when a folder that can be searched holds nothing of that name, or of that of a folder on the way, not even a link:
   * there is no other reason then.
   */
  isAbsent(path: string): boolean {
    for (let part = path; part !== ""; part = part.replace(/[^/]*$/, "").replace(/\/+$/, "")) {
      const nameAt = part.lastIndexOf("/") + 1;
      if (part.length - nameAt > SAFE_NAME_CHARACTERS || this.#look(part, AT_SYMLINK_NOFOLLOW)) return false;
      if (this.#look(`${part.slice(0, nameAt)}.`)) return true; // the dot is found only by who may search
    }
    return false;
  }

  #look(path: string, flags = 0): boolean {
    return this.#setPath(path) &&
      this.#libc.statx(AT_FDCWD, this.#path, flags, STATX_WANTED, this.#statx) === 0;
  }

  /** What an open file is. */
  factsOfOpen(descriptor: number): FileFacts | undefined {
    const { statx } = this.#libc;
    const failed = statx(descriptor, this.#nothing, AT_EMPTY_PATH, STATX_WANTED, this.#statx) !== 0;
    return failed ? undefined : this.#facts();
  }

  open(path: string): OpenFile | undefined {
    if (!this.#setPath(path)) return undefined;
    const descriptor = this.#libc.open(this.#path, OPEN_FLAGS);
    return descriptor < 0 ? undefined : new LibcFile(path, descriptor, this, this.#libc);
  }

  /** Lets the disk read the beginning of a regular file without waiting for it. */
  fetchSoon(path: string): void {
    this.#advice ??= openLibc(ADVICE) ?? null;
    if (this.#advice === null || !this.#setPath(path)) return;
    const descriptor = this.#libc.open(this.#path, OPEN_FLAGS);
    if (descriptor < 0) return;
    this.#advice.symbols.posix_fadvise(descriptor, 0n, FETCHED_BYTES, POSIX_FADV_WILLNEED);
    this.#libc.close(descriptor);
  }

  /**
   * Hands out what the kernel knows of the entries of a folder: each time some whole records, struct linux_dirent64, which
   * are overwritten by the next. False when that cannot be had, or not to the end.
   */
  readFolder(path: string, take: (records: Uint8Array) => void): boolean {
    this.#folders ??= openLibc(FOLDERS) ?? null;
    if (this.#folders === null || !this.#setPath(path)) return false;
    const descriptor = this.#libc.open(this.#path, OPEN_FLAGS);
    if (descriptor < 0) return false;
    try {
      const records = new Uint8Array(RECORDS_BYTES);
      const { syscall } = this.#folders.symbols;
      for (;;) {
        const filled = Number(syscall(GETDENTS64, BigInt(descriptor), records, BigInt(RECORDS_BYTES)));
        if (filled <= 0) return filled === 0;
        take(records.subarray(0, filled));
      }
    } finally {
      this.#libc.close(descriptor);
    }
  }

  #facts(): FileFacts {
    const type = this.#view.getUint16(28, true) & FILE_TYPE;
    const seconds = Number(this.#view.getBigInt64(112, true));
    return {
      isFile: type === REGULAR_FILE,
      isDirectory: type === DIRECTORY,
      sizeBytes: Number(this.#view.getBigUint64(40, true)),
      modifiedMs: seconds * 1000 + this.#view.getUint32(120, true) / 1e6,
    };
  }

  /** False for what is no path to the C library. */
  #setPath(path: string): boolean {
    const { read, written } = this.#encoder.encodeInto(path, this.#path);
    if (read < path.length || written === LONGEST_PATH_BYTES || path.includes("\0")) return false;
    this.#path[written] = 0;
    return true;
  }
}

/** Invariant: the descriptor is used by nobody else, and by nobody once it was closed, because numbers are used again. */
class LibcFile implements OpenFile {
  readonly #path: string;
  readonly #files: LibcFiles;
  readonly #libc: Libc;
  #descriptor: number | undefined;

  constructor(path: string, descriptor: number, files: LibcFiles, libc: Libc) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#files = files;
    this.#libc = libc;
  }

  facts(): FileFacts {
    const facts = this.#files.factsOfOpen(this.#open());
    if (facts === undefined) throw new Error("the file system does not say what became of it");
    return facts;
  }

  readAt(offset: number, into: Uint8Array<ArrayBuffer>): number {
    const got = this.#libc.pread(this.#open(), into, into.length, BigInt(offset));
    return got >= 0 ? got : explain(this.#path, offset);
  }

  async readAtLater(offset: number, into: Uint8Array<ArrayBuffer>): Promise<number> {
    const got = await this.#libc.preadLater(this.#open(), into, into.length, BigInt(offset));
    return got >= 0 ? got : explain(this.#path, offset);
  }

  close(): void {
    const descriptor = this.#open();
    this.#descriptor = undefined;
    this.#libc.close(descriptor);
  }

  #open(): number {
    if (this.#descriptor === undefined) throw new Error("the file has been closed");
    return this.#descriptor;
  }
}

/** The C library said no: Deno tries the same, to say why. */
function explain(path: string, offset: number): never {
  using file = Deno.openSync(path);
  file.seekSync(offset, Deno.SeekMode.Start);
  file.readSync(new Uint8Array(1));
  throw new Error("reading failed once");
}

/** Undefined where there is no such library. Every run looks at files, so it is loaded at once. */
export const libcFiles: LibcFiles | undefined = loaded();

function loaded(): LibcFiles | undefined {
  const library = openLibc(SYMBOLS);
  return library && new LibcFiles(library.symbols);
}
