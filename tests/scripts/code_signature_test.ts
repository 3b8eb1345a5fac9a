import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { signatureFaultOf } from "../../scripts/code_signature.ts";
import { pattern } from "../peers/made_up_files.ts";

const PAGE_BYTES = 4096;
const SIGNED_BYTES = 2 * PAGE_BYTES + 100;

/** A Mach-O file of three pages, signed, with one load command. */
function signed(): { readonly bytes: Uint8Array; readonly view: DataView; readonly directory: number } {
  const directory = SIGNED_BYTES + 20;
  const sums = directory + 44;
  const bytes = new Uint8Array(sums + 3 * 32);
  const view = new DataView(bytes.buffer);
  bytes.set(pattern(SIGNED_BYTES));
  view.setUint32(16, 1, true);
  view.setUint32(32, 0x1d, true);
  view.setUint32(36, 16, true);
  view.setUint32(40, SIGNED_BYTES, true);
  [0xfade0cc0, 20 + 44 + 96, 1, 0, 20].forEach((value, index) =>
    view.setUint32(SIGNED_BYTES + 4 * index, value)
  );
  [0xfade0c02, 44 + 96, 0x20400, 2, 44, 0, 0, 3, SIGNED_BYTES].forEach((value, index) =>
    view.setUint32(directory + 4 * index, value)
  );
  bytes.set([32, 2, 0, 12], directory + 36);
  for (let page = 0; page < 3; page++) {
    const content = bytes.subarray(page * PAGE_BYTES, Math.min((page + 1) * PAGE_BYTES, SIGNED_BYTES));
    bytes.set(createHash("sha256").update(content).digest(), sums + 32 * page);
  }
  return { bytes, view, directory };
}

Deno.test("a signature fits the pages that it was made for, and no others", () => {
  const { bytes } = signed();
  assertEquals(signatureFaultOf(bytes), undefined);
  for (const [at, page] of [[100, 0], [PAGE_BYTES, 1], [SIGNED_BYTES - 1, 2]] as const) {
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    assertEquals(signatureFaultOf(bytes), `page ${page} does not fit its signature`);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  assertEquals(signatureFaultOf(bytes.subarray(0, bytes.length - 1)), "its signature is cut off");
  assertEquals(signatureFaultOf(bytes.subarray(0, SIGNED_BYTES + 2)), "its signature is cut off");
});

Deno.test("no signature, and one that leaves something out, are found", () => {
  const unsigned = signed();
  unsigned.view.setUint32(32, 0x19, true);
  assertEquals(signatureFaultOf(unsigned.bytes), "it is not signed");
  const elsewhere = signed();
  elsewhere.view.setUint32(SIGNED_BYTES, 0);
  assertEquals(signatureFaultOf(elsewhere.bytes), "it is not signed");
  const partly = signed();
  partly.view.setUint32(partly.directory + 32, PAGE_BYTES);
  assertEquals(signatureFaultOf(partly.bytes), "not all of it is signed");
  const old = signed();
  old.bytes[old.directory + 37] = 1;
  assertEquals(signatureFaultOf(old.bytes), "its signature is not of SHA-256 sums");
});
