/** Small files that are read as a whole, such as command files. */

/** Far more than anybody writes by hand, and few enough to read by mistake: devices and pipes have no end. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * All bytes of a file.
 *
 * @throws {Error} what the system says; or that there are more bytes than a file of this kind can have.
 */
export function readWholeFile(path: string): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path);
  let bytes = new Uint8Array(64 * 1024);
  let filled = 0;
  for (let got = file.readSync(bytes); got !== null; got = file.readSync(bytes.subarray(filled))) {
    filled += got;
    if (filled > LIMIT_BYTES) throw new Error(`it is longer than ${LIMIT_BYTES} bytes`);
    if (filled === bytes.length) {
      const larger = new Uint8Array(2 * bytes.length);
      larger.set(bytes);
      bytes = larger;
    }
  }
  return bytes.subarray(0, filled);
}
