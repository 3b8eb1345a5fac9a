/** Writing the header of one data element, PS3.5 7.1, and choosing the VR it is written with. */

import { hasShortLength, isNewVr, VR_OB, VR_UN } from "../dicom/vr.ts";

/** How a data set is to be written. */
export interface Target {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
  /** False: VRs that came after 1993, and UN, are written as OB (--disable-new-vr). */
  readonly newVr: boolean;
}

/** The longest value that a 16-bit length can state: 65535 would be odd. */
const MAX_SHORT_BYTES = 65534;

/** The VR with which a value of `vr` is written: its own, UN if it is too long for that, or OB for the sake of old peers. */
export function writtenVr(vr: number, lengthBytes: number, target: Target): number {
  const fitting = lengthBytes > MAX_SHORT_BYTES && hasShortLength(vr) ? VR_UN : vr;
  return !target.newVr && isNewVr(fitting) ? VR_OB : fitting;
}

/** How long the header of such an element is. `vr` is 0 for items and delimiters. */
export function headerBytesOf(vr: number, target: Target): number {
  return target.explicit && vr !== 0 && !hasShortLength(vr) ? 12 : 8;
}

/** Writes a header at `into[at]`, which must have room for 12 bytes; answers the position behind it. */
export function putHeader(
  into: Uint8Array,
  at: number,
  tag: number,
  vr: number,
  lengthBytes: number,
  target: Target,
): number {
  const { explicit, bigEndian } = target;
  let next = put16(into, put16(into, at, tag >>> 16, bigEndian), tag & 0xFFFF, bigEndian);
  if (!explicit || vr === 0) return put32(into, next, lengthBytes, bigEndian);
  into[next++] = vr >> 8;
  into[next++] = vr & 0xFF;
  if (hasShortLength(vr)) return put16(into, next, lengthBytes, bigEndian);
  into[next++] = 0;
  into[next++] = 0;
  return put32(into, next, lengthBytes, bigEndian);
}

function put16(into: Uint8Array, at: number, value: number, bigEndian: boolean): number {
  into[at] = bigEndian ? value >>> 8 : value;
  into[at + 1] = bigEndian ? value : value >>> 8;
  return at + 2;
}

/** Writes a 32-bit number; answers the position behind it. */
export function put32(into: Uint8Array, at: number, value: number, bigEndian: boolean): number {
  const upper = bigEndian ? at : at + 2;
  const lower = bigEndian ? at + 2 : at;
  put16(into, upper, value >>> 16, bigEndian);
  put16(into, lower, value & 0xFFFF, bigEndian);
  return at + 4;
}
