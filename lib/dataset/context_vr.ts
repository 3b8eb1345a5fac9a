/** VRs that an implicit VR data set does not state and PS3.6 leaves to the context, PS3.5 annex A.1 and PS3.3. */

import { VR_LUT_DATA, VR_OB, VR_OB_OR_OW, VR_OW, VR_SS, VR_US, VR_US_OR_SS } from "../dicom/vr.ts";

export const TAG_PIXEL_REPRESENTATION = 0x00280103;
export const TAG_WAVEFORM_BITS_ALLOCATED = 0x54001004;

/** Unsigned whatever the pixels are: gray scale index, palette colour descriptors and the like. */
const ALWAYS_UNSIGNED = [
  0x00280071,
  0x00281100,
  0x00281101,
  0x00281102,
  0x00281103,
  0x00281111,
  0x00281112,
  0x00281113,
];

/** Waveform padding value and data: words if the samples are. */
const WAVEFORM_SAMPLES = [0x5400100A, 0x54001010];

/**
 * The VR of an element of which the dictionary says `vr`.
 * @param pixelRepresentation (0028,0103) of the item or the nearest around it: 1 for signed pixels
 * @param waveformBits (5400,1004) of the item
 */
export function contextVr(
  vr: number,
  tag: number,
  pixelRepresentation: number,
  waveformBits: number,
): number {
  switch (vr) {
    case VR_US_OR_SS:
      return pixelRepresentation === 1 && !ALWAYS_UNSIGNED.includes(tag) ? VR_SS : VR_US;
    case VR_LUT_DATA:
      return VR_OW;
    case VR_OB_OR_OW:
      return isWords(tag, waveformBits) ? VR_OW : VR_OB;
    default:
      return vr;
  }
}

/** Pixel and overlay data of an implicit VR data set are words; audio and curves are not, waveforms may be. */
function isWords(tag: number, waveformBits: number): boolean {
  const family = tag >>> 24;
  return family === 0x7F || family === 0x60 || waveformBits === 16 && WAVEFORM_SAMPLES.includes(tag);
}
