/** Data elements in explicit little endian whose lengths can be lies: what the careful writers of the tests refuse to make. */

import { joined } from "../peers/made_up_files.ts";

export const UNDEFINED = 0xFFFFFFFF;

const LONG_VRS = ["OB", "OW", "SQ", "UC", "UN", "UT"];

/** An element of `vr` ("" for none) with this value, said to be `lengthBytes` long. */
export function element(
  tag: number,
  vr: string,
  value: Uint8Array = new Uint8Array(),
  lengthBytes: number = value.length,
): Uint8Array<ArrayBuffer> {
  const long = LONG_VRS.includes(vr);
  const head = new Uint8Array(long ? 12 : 8);
  const view = new DataView(head.buffer);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xFFFF, true);
  head.set(new TextEncoder().encode(vr), 4);
  if (vr === "") view.setUint32(4, lengthBytes, true);
  else if (long) view.setUint32(8, lengthBytes, true);
  else view.setUint16(6, lengthBytes, true);
  return joined([head, value]);
}

export function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

export function item(content: Uint8Array, lengthBytes?: number): Uint8Array {
  return element(0xFFFEE000, "", content, lengthBytes);
}

export const ITEM_END: Uint8Array = element(0xFFFEE00D, "");
export const SEQUENCE_END: Uint8Array = element(0xFFFEE0DD, "");

export const SOP_CLASS = "1.2.840.10008.5.1.4.1.1.7";
export const SOP_INSTANCE = "1.2.3.4";

/** SOP Class UID and SOP Instance UID. */
export const IDENTITY: Uint8Array = joined([
  element(0x00080016, "UI", text(`${SOP_CLASS}\0`)),
  element(0x00080018, "UI", text(`${SOP_INSTANCE}\0`)),
]);

/** Pixel data without rows and columns. */
export const PIXELS: Uint8Array = element(0x7FE00010, "OW", new Uint8Array(100).fill(1));
