/** --files-from: paths, one a line, or separated by NUL when there is one. */

import { Fault } from "../errors.ts";
import { factsOf } from "./file_calls.ts";
import { cannotRead } from "./reading_faults.ts";

/** Far more than there are files anywhere, and few enough to be held. */
const LIMIT_BYTES = 1024 * 1024 * 1024;

const NUL = 0x00;
const NEWLINE = 0x0A;

/**
 * A list of paths. It is held as bytes, because it is gone through twice and standard input can be read only once.
 * @param path "-": standard input
 * @throws Fault "input" when it cannot be read
 */
export async function readFileList(path: string): Promise<Iterable<string>> {
  const bytes = await readAll(path);
  const separator = bytes.includes(NUL) ? NUL : NEWLINE;
  return { [Symbol.iterator]: () => entries(bytes, separator) };
}

/** Empty entries do not count; neither does the carriage return of a list made on Windows. */
function* entries(bytes: Uint8Array, separator: number): Generator<string> {
  const decoder = new TextDecoder(); // also takes a byte order mark away from the first
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(separator, start);
    const end = found < 0 ? bytes.length : found;
    const text = decoder.decode(bytes.subarray(start, end));
    const path = separator === NUL ? text : text.replace(/\r$/, "");
    if (path !== "") yield path;
    start = end + 1;
  }
}

/** Of a list whose length nobody can tell. */
const USUAL_BYTES = 64 * 1024;

async function readAll(path: string): Promise<Uint8Array> {
  const name = path === "-" ? "standard input" : path;
  try {
    const file = path === "-" ? Deno.stdin : await Deno.open(path);
    try {
      let bytes = new Uint8Array(Math.min(factsOf(path)?.sizeBytes || USUAL_BYTES, LIMIT_BYTES) + 1);
      let filled = 0;
      for (let got = await file.read(bytes); got !== null; got = await file.read(bytes.subarray(filled))) {
        filled += got;
        if (filled > LIMIT_BYTES) {
          throw new Fault("input", `list of files ${name} is longer than ${LIMIT_BYTES} bytes`);
        }
        if (filled === bytes.length) {
          const larger = new Uint8Array(2 * bytes.length);
          larger.set(bytes);
          bytes = larger;
        }
      }
      return bytes.subarray(0, filled);
    } finally {
      if (path !== "-") file.close();
    }
  } catch (caught) {
    throw cannotRead(name, caught);
  }
}
