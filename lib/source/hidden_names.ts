/**
 * Names that Deno does not show: it leaves entries out of a folder's listing, without a word, whose names are not
 * valid UTF-8 (as old systems write them in Latin-1), and it cannot open them by any path. On Linux the C library is
 * asked how many entries there really are, so that such files are reported and not lost.
 */
import { openLibc } from "../libc.ts";

const SYMBOLS = {
  opendir: { parameters: ["buffer"], result: "pointer" },
  readdir: { parameters: ["pointer"], result: "pointer" },
  // For counting: a number leaves less behind than a pointer.
  readdirAddress: { name: "readdir", parameters: ["pointer"], result: "usize" },
  closedir: { parameters: ["pointer"], result: "i32" },
  // To look at an entry: Deno's own way would need a wider permission.
  memcpy: { parameters: ["buffer", "pointer", "usize"], result: "pointer" },
} as const;

/** struct dirent of 64-bit Linux: inode 8 bytes, offset 8, length 2, type 1, then the name up to a NUL. */
const LENGTH_OFFSET = 16;
const NAME_OFFSET = 19;
const MOST_ENTRY_BYTES = 512;

let libc: ReturnType<typeof openDirectoryFunctions> | "unknown" = "unknown";

function openDirectoryFunctions() {
  return openLibc(SYMBOLS)?.symbols;
}

/**
 * The entries of a folder whose names are not valid UTF-8, with their odd bytes as "\xFC"; `shown` is the number of
 * entries that Deno shows. Empty where nobody can tell.
 */
export function hiddenNames(path: string, shown: number): string[] {
  if (libc === "unknown") libc = openDirectoryFunctions();
  if (libc === undefined) return [];
  const folder = libc.opendir(new TextEncoder().encode(`${path}\0`));
  if (folder === null) return [];
  try {
    let count = 0;
    while (libc.readdirAddress(folder) !== 0n) count++;
    // "." and ".." are counted as well.
    if (count - 2 <= shown) return [];
  } finally {
    libc.closedir(folder);
  }
  return readHiddenNames(libc, path);
}

function readHiddenNames(
  functions: NonNullable<ReturnType<typeof openDirectoryFunctions>>,
  path: string,
): string[] {
  const names: string[] = [];
  const folder = functions.opendir(new TextEncoder().encode(`${path}\0`));
  if (folder === null) return names;
  const copy = new Uint8Array(MOST_ENTRY_BYTES);
  for (let entry = functions.readdir(folder); entry !== null; entry = functions.readdir(folder)) {
    functions.memcpy(copy, entry, BigInt(NAME_OFFSET));
    const entryBytes = new DataView(copy.buffer).getUint16(LENGTH_OFFSET, true);
    functions.memcpy(copy, entry, BigInt(Math.min(entryBytes, MOST_ENTRY_BYTES)));
    const name = copy.subarray(NAME_OFFSET, copy.indexOf(0, NAME_OFFSET));
    if (!isUtf8(name)) names.push(escapedName(name));
  }
  functions.closedir(folder);
  return names.sort();
}

function isUtf8(name: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(name);
    return true;
  } catch {
    return false;
  }
}

/** For people to read: what is not ASCII as "\\xFC". */
export function escapedName(name: Uint8Array): string {
  const character = (byte: number) =>
    byte >= 0x20 && byte < 0x7F
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return Array.from(name, character).join("");
}
