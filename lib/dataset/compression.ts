/**
 * How pixel data have been compressed, told by the first bytes of a frame: for files whose meta header does not say it.
 * Only what can be told for certain; a video or a private compression cannot.
 */

/** This much of a frame is enough. */
export const FRAME_START_BYTES = 4096;

const PREFIX = "1.2.840.10008.1.2";

/** JPEG frame headers: marker, ISO/IEC 10918-1 B.1, to the transfer syntax of its process. */
const JPEG_PROCESSES: Readonly<Record<number, string>> = {
  0xFFC0: `${PREFIX}.4.50`,
  0xFFC1: `${PREFIX}.4.51`,
};
const JPEG_LOSSLESS = 0xFFC3;
const JPEG_LS = 0xFFF7;
const START_OF_SCAN = 0xFFDA;

/** JPEG 2000 markers, ISO/IEC 15444-1 A.2; the capabilities, which High-Throughput JPEG 2000 has, come first. */
const J2K_START = 0xFF4FFF51;
const J2K_CAPABILITIES = 0xFF50;
const J2K_CODING_STYLE = 0xFF52;
const J2K_START_OF_TILE = 0xFF90;

/** UID of the transfer syntax with pixel data like these, or undefined. `frame` is the beginning of the first frame. */
export function compressionOf(frame: Uint8Array): string | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  try {
    if (view.getUint16(0) === 0xFFD8) return jpegOf(view);
    if (view.getUint32(0) === J2K_START) return jpeg2000Of(view);
    return isRle(view) ? `${PREFIX}.5` : undefined;
  } catch (caught) {
    // The frame is shorter than what it begins like.
    if (caught instanceof RangeError) return undefined;
    throw caught;
  }
}

function jpegOf(view: DataView): string | undefined {
  let frameHeader = 0;
  for (let at = 2;;) {
    const marker = view.getUint16(at);
    if (marker === 0xFFFF) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN) return jpegScanOf(view, at, frameHeader);
    if (JPEG_PROCESSES[marker] !== undefined) return JPEG_PROCESSES[marker];
    if (marker === JPEG_LOSSLESS || marker === JPEG_LS) frameHeader = marker;
    if (marker < 0xFFC0) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
}

/** The scan header says which predictor a lossless JPEG has, and how near a JPEG-LS is. */
function jpegScanOf(view: DataView, at: number, frameHeader: number): string | undefined {
  const parameter = view.getUint8(at + 5 + 2 * view.getUint8(at + 4));
  if (frameHeader === JPEG_LOSSLESS) return parameter === 1 ? `${PREFIX}.4.70` : `${PREFIX}.4.57`;
  if (frameHeader === JPEG_LS) return parameter === 0 ? `${PREFIX}.4.80` : `${PREFIX}.4.81`;
  return undefined;
}

/** A reversible transformation alone does not make it lossless, so the transfer syntaxes that allow both are named. */
function jpeg2000Of(view: DataView): string | undefined {
  for (let at = 2;;) {
    const marker = view.getUint16(at);
    if (marker === J2K_CAPABILITIES) return `${PREFIX}.4.203`;
    if (marker === J2K_CODING_STYLE) return `${PREFIX}.4.91`;
    if (marker < 0xFF4F || marker === J2K_START_OF_TILE) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
}

/** PS3.5 G.5: the number of segments, then fifteen offsets, the first of them 64, those that are not used zero. */
function isRle(view: DataView): boolean {
  const segments = view.getUint32(0, true);
  if (segments < 1 || segments > 15) return false;
  let last = 0;
  for (let segment = 0; segment < 15; segment++) {
    const offset = view.getUint32(4 + 4 * segment, true);
    if (segment < segments ? offset <= last : offset !== 0) return false;
    if (segment === 0 && offset !== 64) return false;
    last = offset;
  }
  return true;
}
