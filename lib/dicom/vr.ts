/**
 * Value representations as numbers, and what each means for the encoding of an element (PS3.5 6.2, 7.1.2).
 *
 * How this works: a VR is the number its two letters make, "OB" = 0x4F42, so that reading and writing one is a single
 * 16-bit access. A table of 26 x 26 octets, indexed by the letters, holds its properties.
 */

/** A VR as one number; 0 stands for "none". */
export function vrCode(vr: string): number {
  return vr.charCodeAt(0) << 8 | vr.charCodeAt(1);
}

/** The two letters of a VR; "" for 0. */
export function vrText(code: number): string {
  return code === 0 ? "" : String.fromCharCode(code >> 8, code & 0xFF);
}

export const VR_AT = 0x4154;
export const VR_LO = 0x4C4F;
export const VR_OB = 0x4F42;
export const VR_OW = 0x4F57;
export const VR_SQ = 0x5351;
export const VR_SS = 0x5353;
export const VR_UI = 0x5549;
export const VR_UL = 0x554C;
export const VR_UN = 0x554E;
export const VR_US = 0x5553;

/** What the dictionary says where PS3.6 leaves the choice to the context: "US or SS". */
export const VR_US_OR_SS = vrCode("xs");
/** "OB or OW". */
export const VR_OB_OR_OW = vrCode("ox");
/** "US or OW", "US or SS or OW": look-up table data. */
export const VR_LUT_DATA = vrCode("lt");

const SHORT = 0x10;
const LONG = 0x20;
const TEXT = 0x40;
/** A binary VR that PS3.5 did not have in 1993, and UN and UT: what -u writes as OB. */
const NEW = 0x80;
/** The lower bits: octets that byte order swaps as one unit. */
const UNIT = 0x0F;

const properties = new Uint8Array(26 * 26);

function declare(vrs: string, value: number): void {
  for (const vr of vrs.split(" ")) properties[slotOf(vrCode(vr))] = value;
}
declare("AE AS CS DA DS DT IS LO LT PN SH ST TM UI", SHORT | TEXT | 1);
declare("AT SS US", SHORT | 2);
declare("FL SL UL", SHORT | 4);
declare("FD", SHORT | 8);
declare("UC UR UT", LONG | TEXT | NEW | 1);
declare("OB SQ", LONG | 1);
declare("UN", LONG | NEW | 1);
declare("OW", LONG | 2);
declare("OF OL", LONG | NEW | 4);
declare("OD OV SV UV", LONG | NEW | 8);

/** Where a VR stands in the table; -1 if it is not two capital letters. */
function slotOf(code: number): number {
  const first = (code >> 8) - 0x41;
  const second = (code & 0xFF) - 0x41;
  return first >= 0 && first < 26 && second >= 0 && second < 26 ? first * 26 + second : -1;
}

function propertiesOf(code: number): number {
  const slot = slotOf(code);
  return slot < 0 ? 0 : properties[slot] ?? 0;
}

/** True for two capital letters: what a VR may look like, standard or not yet. */
export function looksLikeVr(code: number): boolean {
  return slotOf(code) >= 0;
}

/** True for the VRs that PS3.5 defines. */
export function isStandardVr(code: number): boolean {
  return propertiesOf(code) !== 0;
}

/** True for a VR with a 16-bit length in explicit encodings (PS3.5 table 7.1-2); all others have 32 bits. */
export function hasShortLength(code: number): boolean {
  return (propertiesOf(code) & SHORT) !== 0;
}

/** True for a VR that holds characters, UI included. */
export function isText(code: number): boolean {
  return (propertiesOf(code) & TEXT) !== 0;
}

/** True for the VRs that --disable-new-vr writes as OB. */
export function isNewVr(code: number): boolean {
  return (propertiesOf(code) & NEW) !== 0;
}

/** How many octets of a value byte order swaps as one unit: 1 (nothing to swap), 2, 4 or 8. AT is two units of 2. */
export function unitBytesOf(code: number): number {
  return propertiesOf(code) & UNIT || 1;
}

/** The octet that pads a value of odd length: a space for text, else (and for UI) zero; PS3.5 6.2. */
export function paddingOf(code: number): number {
  return isText(code) && code !== VR_UI ? 0x20 : 0;
}
