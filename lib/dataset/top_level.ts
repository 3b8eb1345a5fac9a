/**
 * What a walk notes down of the elements at the top level of a data set: who the instance is, how its pixel data
 * stand, and the few numbers that tell native pixel data from a mislabelled compressed stream.
 */
import { TAG_PIXEL_REPRESENTATION } from "./context_vr.ts";
import { type ElementHeader, TAG_PIXEL_DATA, UNDEFINED_LENGTH } from "./element.ts";
import { readUid, UID_WINDOW_BYTES, type UidValue } from "./uid_value.ts";

export const TAG_SOP_CLASS_UID = 0x00080016;
export const TAG_SOP_INSTANCE_UID = 0x00080018;
const TAG_SAMPLES_PER_PIXEL = 0x00280002;
const TAG_NUMBER_OF_FRAMES = 0x00280008;
const TAG_ROWS = 0x00280010;
const TAG_COLUMNS = 0x00280011;
const TAG_BITS_ALLOCATED = 0x00280100;
const TAG_PIXEL_DATA_PROVIDER_URL = 0x00287FE0;
const TAG_FLOAT_PIXEL_DATA = 0x7FE00008;
const TAG_DOUBLE_FLOAT_PIXEL_DATA = 0x7FE00009;

/** Number of Frames is text (IS); 1 if it makes no sense. */
function readFrames(view: DataView, offset: number, lengthBytes: number): number {
  return Math.max(1, parseInt(readUid(view, offset, lengthBytes).uid) || 1);
}

/** False for most elements: the facts have no use for them. */
export function isNoted(tag: number): boolean {
  const group = tag >>> 16;
  return group === 0x0008 || group === 0x0028 || group === 0x7FE0;
}

/** Filled while a walk passes by; empty until then. */
export class TopLevelFacts {
  sopClassUid: UidValue | undefined;
  sopInstanceUid: UidValue | undefined;
  /** (0028,0103): 1 for signed pixels. */
  pixelRepresentation = 0;
  hasPixelData = false;
  /** Pixel Data are there as fragments (PS3.5 A.4). */
  encapsulated = false;
  /** There are fragments anywhere else, such as those of a compressed icon. */
  fragmentsElsewhere = false;
  /** Of native Pixel Data. */
  pixelDataBytes = 0;
  /** Where the first fragment behind the offset table stands: the beginning of the first frame. */
  firstFrame: { readonly offset: number; readonly lengthBytes: number } | undefined;
  #fragments = 0;
  #samplesPerPixel = 1;
  #frames = 1;
  #rows = 0;
  #columns = 0;
  #bitsAllocated = 0;
  #pixelsElsewhere = false;

  /** How many bytes of the value the facts want to see; 0 for most elements. */
  wants(header: ElementHeader): number {
    switch (header.tag) {
      case TAG_SOP_CLASS_UID:
      case TAG_SOP_INSTANCE_UID:
        return header.lengthBytes === UNDEFINED_LENGTH ? 0 : Math.min(header.lengthBytes, UID_WINDOW_BYTES);
      case TAG_NUMBER_OF_FRAMES:
        return Math.min(header.lengthBytes, 12);
      case TAG_SAMPLES_PER_PIXEL:
      case TAG_ROWS:
      case TAG_COLUMNS:
      case TAG_BITS_ALLOCATED:
      case TAG_PIXEL_REPRESENTATION:
        return header.lengthBytes === 2 ? 2 : 0;
      default:
        return 0;
    }
  }

  /** Notes the element down, if it is one of those; of an element that comes twice the first counts. */
  note(header: ElementHeader, view: DataView, valueOffset: number, little: boolean): void {
    const { tag, lengthBytes } = header;
    switch (tag) {
      case TAG_SOP_CLASS_UID:
        this.sopClassUid ??= readUid(view, valueOffset, lengthBytes);
        return;
      case TAG_SOP_INSTANCE_UID:
        this.sopInstanceUid ??= readUid(view, valueOffset, lengthBytes);
        return;
      case TAG_NUMBER_OF_FRAMES:
        this.#frames = readFrames(view, valueOffset, Math.min(lengthBytes, 12));
        return;
      case TAG_PIXEL_DATA:
        this.hasPixelData = true;
        this.encapsulated = lengthBytes === UNDEFINED_LENGTH;
        this.pixelDataBytes = this.encapsulated ? 0 : lengthBytes;
        return;
      case TAG_FLOAT_PIXEL_DATA:
      case TAG_DOUBLE_FLOAT_PIXEL_DATA:
      case TAG_PIXEL_DATA_PROVIDER_URL:
        this.#pixelsElsewhere = true;
        return;
    }
    if (lengthBytes !== 2) return;
    if (tag === TAG_ROWS) this.#rows = view.getUint16(valueOffset, little);
    else if (tag === TAG_COLUMNS) this.#columns = view.getUint16(valueOffset, little);
    else if (tag === TAG_BITS_ALLOCATED) this.#bitsAllocated = view.getUint16(valueOffset, little);
    else if (tag === TAG_PIXEL_REPRESENTATION) this.pixelRepresentation = view.getUint16(valueOffset, little);
    else if (tag === TAG_SAMPLES_PER_PIXEL) this.#samplesPerPixel = view.getUint16(valueOffset, little);
  }

  /** A fragment of Pixel Data. */
  noteFragment(offset: number, lengthBytes: number): void {
    if (++this.#fragments === 2) this.firstFrame = { offset, lengthBytes };
  }

  /** Rows and columns are there, and no pixels: a file that was cut off between two elements looks like this. */
  get lacksPixelData(): boolean {
    return this.#rows > 0 && this.#columns > 0 && !this.hasPixelData && !this.#pixelsElsewhere;
  }

  /** The pixel data have exactly the size that native ones of these rows, columns, samples and frames have. */
  get nativeSizeFits(): boolean {
    const bits = this.#rows * this.#columns * this.#samplesPerPixel * this.#bitsAllocated * this.#frames;
    const bytes = Math.ceil(bits / 8);
    return bytes > 0 && (this.pixelDataBytes === bytes || this.pixelDataBytes === bytes + bytes % 2);
  }
}
