/**
 * What is in one folder: name and kind of every entry, as little as can be for folders of a hundred thousand files.
 *
 * How this works: on Linux the kernel's own records are taken apart (getdents64), 32 KiB at a time: Deno makes 400 bytes of
 * each entry and holds all of them at once. They also hold the names that Deno leaves out without a word, those that are
 * not valid UTF-8 (as old systems write them in Latin-1): such a file cannot be opened by any path, and must not be lost
 * silently. Where there is no C library to ask, Deno lists the folder.
 */
import { libcFiles } from "./libc_files.ts";

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

/** struct linux_dirent64: inode 8 bytes, offset 8, length 2, type 1, then the name up to a NUL. */
const LENGTH_OFFSET = 16;
const TYPE_OFFSET = 18;
const NAME_OFFSET = 19;
/** DT_UNKNOWN: a file system that does not say. */
const UNKNOWN = 0;
const KINDS: ReadonlyMap<number, string> = new Map([[4, FOLDER], [8, FILE], [10, LINK]]);

/** Undefined where it cannot be had, or is refused: then Deno tells why. */
function readRecords(path: string): FolderEntries | undefined {
  const found: FolderEntries = { entries: [], hidden: [] };
  if (!libcFiles?.readFolder(path, (records) => takeRecords(records, path, found))) return undefined;
  found.hidden.sort();
  return found;
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
