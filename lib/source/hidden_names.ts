/**
 * Names that Deno does not show: it leaves entries out of a folder's listing, without a word, whose names are not
 * valid UTF-8 (as old systems write them in Latin-1), and it cannot open them by any path. On Linux the C library is
 * asked how many entries there really are, so that such files are reported and not lost.
 */
import { openLibc } from "../libc.ts";

const SYMBOLS = {
  opendir: { parameters: ["buffer"], result: "pointer" },
  readdir: { parameters: ["pointer"], result: "pointer" },
  closedir: { parameters: ["pointer"], result: "i32" },
} as const;

/** struct dirent of 64-bit Linux: inode 8, offset 8, length 2, type 1, then the name. */
const NAME_OFFSET = 19;

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
    while (libc.readdir(folder) !== null) count++;
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
  for (let entry = functions.readdir(folder); entry !== null; entry = functions.readdir(folder)) {
    const view = new Deno.UnsafePointerView(entry);
    const bytes: number[] = [];
    for (let at = NAME_OFFSET; view.getUint8(at) !== 0; at++) bytes.push(view.getUint8(at));
    const text = new TextDecoder().decode(new Uint8Array(bytes));
    if (text.includes("\uFFFD")) names.push(escaped(bytes));
  }
  functions.closedir(folder);
  return names.sort();
}

function escaped(bytes: readonly number[]): string {
  return bytes.map((byte) =>
    byte >= 0x20 && byte < 0x7F
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`
  ).join("");
}
