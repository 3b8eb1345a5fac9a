/**
 * A stored DICOM file, taken apart by the tests' own eyes: nothing of lib/ is used, so that a mistake there cannot
 * hide itself.
 */

export interface StoredInstance {
  readonly path: string;
  /** (0002,0010), (0002,0002) and (0002,0003); undefined when there is no file meta information. */
  readonly transferSyntax: string | undefined;
  readonly sopClassUid: string | undefined;
  readonly sopInstanceUid: string | undefined;
  /** Everything behind the file meta information, as it is in the file. */
  readonly dataSet: Uint8Array;
}

/** Reads a Part 10 file, or a bare data set, whole. */
export async function readInstance(path: string): Promise<StoredInstance> {
  const bytes = await Deno.readFile(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const uids = new Map<number, string>();
  let at = new TextDecoder().decode(bytes.subarray(128, 132)) === "DICM" ? 132 : 0;
  // Group 2 is always explicit little endian (PS3.10 section 7.1).
  while (at + 8 <= bytes.length && view.getUint16(at, true) === 2) {
    const long = ["OB", "UN", "OW", "SQ", "UT"].includes(
      String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0),
    );
    const valueAt = at + (long ? 12 : 8);
    const lengthBytes = long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const value = new TextDecoder().decode(bytes.subarray(valueAt, valueAt + lengthBytes));
    uids.set(view.getUint16(at + 2, true), value.replace(/[\0 ]+$/, ""));
    at = valueAt + lengthBytes;
  }
  return {
    path,
    transferSyntax: uids.get(0x0010),
    sopClassUid: uids.get(0x0002),
    sopInstanceUid: uids.get(0x0003),
    dataSet: bytes.subarray(at),
  };
}

/** Every file below `folder`, in name order. */
export async function readInstances(folder: string): Promise<StoredInstance[]> {
  const paths: string[] = [];
  const walk = async (path: string) => {
    for await (const entry of Deno.readDir(path)) {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory) await walk(inner);
      else paths.push(inner);
    }
  };
  await walk(folder);
  return await Promise.all(paths.sort().map(readInstance));
}

/** A short name for what is in `bytes`, to compare large data sets by. */
export async function digest(bytes: Uint8Array): Promise<string> {
  const sum = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return `${bytes.length} bytes ${new Uint8Array(sum).toHex().slice(0, 32)}`;
}
