/**
 * Made-up DICOM files, the same in every run: the tests' own writer, so that a mistake in lib/ cannot hide itself.
 * scripts/make_testdata.ts writes those of testdata/files with it.
 */

export type Encoding = "implicit" | "explicit" | "bigEndian";

/** A value: text, a 16-bit number, bytes as they are, or the items of a sequence. */
export type Value = string | number | Uint8Array | readonly Elements[];
export type Elements = readonly (readonly [tag: number, vr: string, value: Value])[];

export const SYNTAX_OF: Readonly<Record<Encoding, string>> = {
  implicit: "1.2.840.10008.1.2",
  explicit: "1.2.840.10008.1.2.1",
  bigEndian: "1.2.840.10008.1.2.2",
};

export const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";
const INSTANCE_ROOT = "1.2.826.0.1.3680043.2.1396.999.1";
const LONG_VRS = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];
const UNDEFINED_LENGTH = 0xffffffff;

export interface Image {
  /** Distinguishes its SOP instance from others. */
  readonly number?: number;
  readonly encoding?: Encoding;
  readonly sopClassUid?: string;
  readonly pixelBytes?: number;
}

export function instanceUid(number: number): string {
  return `${INSTANCE_ROOT}.${number}`;
}

/** The data elements of a small image, in order. */
export function imageElements(image: Image = {}): Elements {
  const { number = 1, sopClassUid = CT_IMAGE_STORAGE, pixelBytes = 128 } = image;
  return [
    [0x00080016, "UI", sopClassUid],
    [0x00080018, "UI", instanceUid(number)],
    [0x00080060, "CS", "CT"],
    [0x00081140, "SQ", [[[0x00081150, "UI", CT_IMAGE_STORAGE], [0x00081155, "UI", `${INSTANCE_ROOT}.0`]]]],
    [0x00100010, "PN", "Made^Up"],
    [0x0020000d, "UI", `${INSTANCE_ROOT}.2`],
    [0x0020000e, "UI", `${INSTANCE_ROOT}.2.1`],
    [0x00280010, "US", 8],
    [0x00280011, "US", 8],
    [0x7fe00010, "OW", pattern(pixelBytes)],
  ];
}

/** A whole Part 10 file with an image. */
export function imageFile(image: Image = {}): Uint8Array<ArrayBuffer> {
  const { number = 1, encoding = "explicit", sopClassUid = CT_IMAGE_STORAGE } = image;
  const meta = metaHeader(SYNTAX_OF[encoding], sopClassUid, instanceUid(number));
  return joined([meta, encodeDataSet(imageElements(image), encoding)]);
}

/** Preamble, prefix and file meta information, PS3.10 section 7.1. */
export function metaHeader(
  transferSyntax: string,
  sopClassUid: string,
  sopInstanceUid: string,
): Uint8Array<ArrayBuffer> {
  const rest = encodeDataSet([
    [0x00020001, "OB", Uint8Array.of(0, 1)],
    [0x00020002, "UI", sopClassUid],
    [0x00020003, "UI", sopInstanceUid],
    [0x00020010, "UI", transferSyntax],
    [0x00020012, "UI", INSTANCE_ROOT],
  ], "explicit");
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, rest.length, true);
  const preamble = new Uint8Array(132);
  preamble.set(new TextEncoder().encode("DICM"), 128);
  return joined([preamble, encodeDataSet([[0x00020000, "UL", length]], "explicit"), rest]);
}

/** PS3.5 section 7.1. Sequences have undefined length, their items defined length. */
export function encodeDataSet(elements: Elements, encoding: Encoding): Uint8Array<ArrayBuffer> {
  return joined(elements.flatMap(([tag, vr, value]) => {
    const bytes = encodeValue(value, vr, encoding);
    return [
      elementHead(
        tag,
        vr,
        typeof value === "object" && "map" in value && vr === "SQ" ? UNDEFINED_LENGTH : bytes.length,
        encoding,
      ),
      bytes,
    ];
  }));
}

function elementHead(tag: number, vr: string, lengthBytes: number, encoding: Encoding): Uint8Array {
  const little = encoding !== "bigEndian";
  const long = LONG_VRS.includes(vr);
  const explicit = encoding !== "implicit" && vr !== "";
  const head = new Uint8Array(explicit && long ? 12 : 8);
  const view = new DataView(head.buffer);
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xffff, little);
  if (explicit) head.set(new TextEncoder().encode(vr), 4);
  if (!explicit) view.setUint32(4, lengthBytes, little);
  else if (long) view.setUint32(8, lengthBytes, little);
  else view.setUint16(6, lengthBytes, little);
  return head;
}

function encodeValue(value: Value, vr: string, encoding: Encoding): Uint8Array {
  if (typeof value === "number") {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value, encoding !== "bigEndian");
    return bytes;
  }
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return bytes.length % 2 === 0 ? bytes : joined([bytes, Uint8Array.of(vr === "UI" ? 0 : 0x20)]);
  }
  if (value instanceof Uint8Array) return value;
  const items = value.flatMap((item) => {
    const bytes = encodeDataSet(item, encoding);
    return [elementHead(0xfffee000, "", bytes.length, encoding), bytes];
  });
  return joined([...items, elementHead(0xfffee0dd, "", 0, encoding)]);
}

/** Bytes that differ from their neighbours, so that a shift shows. */
export function pattern(lengthBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes; at++) bytes[at] = Math.imul(at, 0x9e3779b1) >>> 24;
  return bytes;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Writes an image with `pixelBytes` of pixel data that take no room on the disk: zeros, as a hole in the file. For
 * what depends on length and not on content.
 */
export async function writeSparseImage(path: string, pixelBytes: number): Promise<void> {
  const bytes = imageFile({ pixelBytes: 0 });
  new DataView(bytes.buffer).setUint32(bytes.length - 4, pixelBytes, true);
  await Deno.writeFile(path, bytes);
  await Deno.truncate(path, bytes.length + pixelBytes);
}
