/**
 * What is in one folder: name and kind of every entry, as little as can be for folders of a hundred thousand files.
 *
 * How this works: on Linux the kernel's own records are taken apart (getdents64), 32 KiB at a time: Deno makes 400 bytes of
 * each entry and holds all of them at once. They also hold the names that Deno leaves out without a word, those that are
 * not valid UTF-8 (as old systems write them in Latin-1): such a file cannot be opened by any path, and must not be lost
 * silently. Where there is no C library to ask, Deno lists the folder.
 */
import { openLibc } from "../libc.ts";

export const FOLDER = "d";
export const LINK = "l";
export const FILE = "f";
const SOMETHING_ELSE = "-";

export interface FolderEntries {
  /** Name, NUL, kind: so they sort by name. */
  readonly entries: string[];
  /** Names that are not valid UTF-8, with their odd octets as "\xFC". */
  readonly hidden: string[];
}

/** @throws what Deno throws for a folder that cannot be read */
export function readFolder(path: string): FolderEntries {
  return readRecords(path) ?? readWithDeno(path);
}

function readWithDeno(path: string): FolderEntries {
  const entries: string[] = [];
  for (const { name, ...kind } of Deno.readDirSync(path)) entries.push(`${name}\0${kindOf(kind)}`);
  return { entries, hidden: [] };
}

function kindOf(
  { isDirectory, isSymlink, isFile }: Pick<Deno.FileInfo, "isDirectory" | "isSymlink" | "isFile">,
): string {
  return isDirectory ? FOLDER : isSymlink ? LINK : isFile ? FILE : SOMETHING_ELSE;
}

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // Not the library's own getdents64, which it has only since 2.30.
  syscall: { parameters: ["i64", "i64", "buffer", "usize"], result: "i64" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** O_RDONLY, O_DIRECTORY and O_CLOEXEC; O_DIRECTORY is not the same on all processors. */
const OPEN_FLAGS = 0o2000000 | (Deno.build.arch === "aarch64" ? 0o40000 : 0o200000);
const GETDENTS64 = Deno.build.arch === "aarch64" ? 61n : 217n;
const RECORDS_BYTES = 32 * 1024;
/** struct linux_dirent64: inode 8 bytes, offset 8, length 2, type 1, then the name up to a NUL. */
const LENGTH_OFFSET = 16;
const TYPE_OFFSET = 18;
const NAME_OFFSET = 19;
/** DT_UNKNOWN: a file system that does not say. */
const UNKNOWN = 0;
const KINDS: ReadonlyMap<number, string> = new Map([[4, FOLDER], [8, FILE], [10, LINK]]);

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];
let libc: Libc | undefined | "unknown" = "unknown";

/** Undefined where it cannot be had, or is refused: then Deno tells why. */
function readRecords(path: string): FolderEntries | undefined {
  if (libc === "unknown") libc = openLibc(SYMBOLS)?.symbols;
  if (libc === undefined || path.includes("\0")) return undefined;
  const descriptor = libc.open(new TextEncoder().encode(`${path}\0`), OPEN_FLAGS);
  if (descriptor < 0) return undefined;
  try {
    const found: FolderEntries = { entries: [], hidden: [] };
    const records = new Uint8Array(RECORDS_BYTES);
    for (;;) {
      const filled = Number(
        libc.syscall(GETDENTS64, BigInt(descriptor), records, BigInt(records.length)),
      );
      if (filled < 0) return undefined;
      if (filled === 0) break;
      takeRecords(records.subarray(0, filled), path, found);
    }
    found.hidden.sort();
    return found;
  } finally {
    libc.close(descriptor);
  }
}

function takeRecords(records: Uint8Array, folder: string, { entries, hidden }: FolderEntries): void {
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  for (let at = 0; at < records.length; at += view.getUint16(at + LENGTH_OFFSET, true)) {
    const octets = records.subarray(at + NAME_OFFSET, records.indexOf(0, at + NAME_OFFSET));
    const name = textOf(octets);
    if (name === undefined) hidden.push(escapedName(octets));
    else if (name !== "." && name !== "..") {
      entries.push(`${name}\0${kindOfRecord(view.getUint8(at + TYPE_OFFSET), folder, name)}`);
    }
  }
}

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(octets: Uint8Array): string | undefined {
  try {
    return DECODER.decode(octets);
  } catch {
    return undefined;
  }
}

function kindOfRecord(type: number, folder: string, name: string): string {
  if (type !== UNKNOWN) return KINDS.get(type) ?? SOMETHING_ELSE;
  try {
    return kindOf(Deno.lstatSync(`${folder}/${name}`));
  } catch {
    return SOMETHING_ELSE; // gone in the meantime: whoever opens it will say so
  }
}

/** For people to read: what is not ASCII as "\\xFC". */
function escapedName(name: Uint8Array): string {
  const character = (byte: number) =>
    byte >= 0x20 && byte < 0x7F
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return Array.from(name, character).join("");
}
