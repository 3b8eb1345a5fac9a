/**
 * The code signature of a Mach-O file: Macs with ARM processors end any program at its start whose signature is missing
 * or does not fit its bytes. `deno compile` signs ad hoc: with sums of all pages, in nobody's name.
 *
 * Layout: load command LC_CODE_SIGNATURE -> SuperBlob -> CodeDirectory, all numbers big endian (xnu, cs_blobs.h).
 */

import { createHash } from "node:crypto";

const LC_CODE_SIGNATURE = 0x1d;
const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const SHA_256 = 2;
const SHA_256_BYTES = 32;

/** What is wrong with it; undefined when every page of the file has the sum that the signature says. */
export function signatureFaultOf(machO: Uint8Array): string | undefined {
  const view = new DataView(machO.buffer, machO.byteOffset, machO.byteLength);
  try {
    const start = signatureOffset(view);
    const directory = start === undefined ? undefined : codeDirectoryOffset(view, start);
    if (start === undefined || directory === undefined) return "it is not signed";
    return pagesFault(machO, view, start, directory);
  } catch (error) {
    if (error instanceof RangeError) return "its signature is cut off";
    throw error;
  }
}

function signatureOffset(view: DataView): number | undefined {
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    if (view.getUint32(at, true) === LC_CODE_SIGNATURE) return view.getUint32(at + 8, true);
    at += Math.max(8, view.getUint32(at + 4, true));
  }
  return undefined;
}

function codeDirectoryOffset(view: DataView, start: number): number | undefined {
  if (view.getUint32(start) !== SUPER_BLOB) return undefined;
  const count = view.getUint32(start + 8);
  for (let index = 0; index < count; index++) {
    const at = start + view.getUint32(start + 12 + 8 * index + 4);
    if (view.getUint32(at) === CODE_DIRECTORY) return at;
  }
  return undefined;
}

function pagesFault(machO: Uint8Array, view: DataView, end: number, directory: number): string | undefined {
  const sums = directory + view.getUint32(directory + 16);
  const count = view.getUint32(directory + 28);
  const signedBytes = view.getUint32(directory + 32);
  const [sumBytes, kind] = [view.getUint8(directory + 36), view.getUint8(directory + 37)];
  const pageBytes = 2 ** view.getUint8(directory + 39);
  if (kind !== SHA_256 || sumBytes !== SHA_256_BYTES) return "its signature is not of SHA-256 sums";
  if (signedBytes !== end || count !== Math.ceil(end / pageBytes)) return "not all of it is signed";
  if (sums + count * sumBytes > machO.length) return "its signature is cut off";
  for (let page = 0; page < count; page++) {
    const bytes = machO.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, end));
    const at = sums + page * sumBytes;
    const sum = createHash("sha256").update(bytes).digest();
    if (!sum.every((byte, index) => byte === machO[at + index])) {
      return `page ${page} does not fit its signature`;
    }
  }
  return undefined;
}
