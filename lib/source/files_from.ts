/** --files-from: paths, one a line, or separated by NUL when there is one. */

import { Fault } from "../errors.ts";
import { STANDARD_INPUT } from "./pipe.ts";
import { cannotRead } from "./reading_faults.ts";
import { readWholeFileLater } from "./whole_file.ts";

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
  const name = path === "-" ? "standard input" : path;
  const bytes = await readAll(path, name);
  if (isDicomFile(bytes)) {
    throw new Fault("input", "it is a DICOM file, not a list of names", {
      file: name,
      remedy: "leave out --files-from to send it",
    });
  }
  const separator = bytes.includes(NUL) ? NUL : NEWLINE;
  return { [Symbol.iterator]: () => entries(bytes, separator) };
}

/** PS3.10 7.1: a preamble, and this. */
function isDicomFile(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(128, 132)) === "DICM";
}

/** Empty entries do not count; neither does the carriage return of a list made on Windows. */
function* entries(bytes: Uint8Array, separator: number): Generator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // what looks like one is part of a name
  for (let start = startsWithByteOrderMark(bytes) ? 3 : 0; start < bytes.length;) {
    const found = bytes.indexOf(separator, start);
    const end = found < 0 ? bytes.length : found;
    const text = decoder.decode(bytes.subarray(start, end));
    const path = separator === NUL ? text : text.replace(/\r$/, "");
    if (path !== "") yield path;
    start = end + 1;
  }
}

function startsWithByteOrderMark([first, second, third]: Uint8Array): boolean {
  return first === 0xEF && second === 0xBB && third === 0xBF;
}

async function readAll(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readWholeFileLater(path === "-" ? STANDARD_INPUT : path, LIMIT_BYTES);
  } catch (caught) {
    throw cannotRead(name, caught, "--files-from");
  }
}
