/** Small made-up objects for the self test: one of each kind that matters on the way. */

import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
} from "../dicom/transfer_syntaxes.ts";

export interface Specimen {
  /** "CT image, explicit VR little endian". */
  readonly name: string;
  readonly transferSyntax: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** A Part 10 file, PS3.10 section 7. */
  readonly file: Uint8Array;
  /** The part of it that travels. */
  readonly dataSet: Uint8Array;
}

const STORAGE = "1.2.840.10008.5.1.4.1.1.";
const JPEG_BASELINE = "1.2.840.10008.1.2.4.50";
/** UUID-derived (PS3.5 B.2). */
const STUDY_INSTANCE_UID = "2.25.302094137725049837521490348745031269487";
const UNDEFINED_LENGTH = 0xffffffff;

export function makeSpecimens(): Specimen[] {
  return [
    specimen("CT image, explicit VR little endian", "2", EXPLICIT_LITTLE_ENDIAN, image(512, 512, 1)),
    specimen("MR image, implicit VR little endian", "4", IMPLICIT_LITTLE_ENDIAN, image(256, 256, 1)),
    specimen("Secondary capture, explicit VR big endian", "7", EXPLICIT_BIG_ENDIAN, image(300, 201, 1)),
    specimen("Structured report, nested sequences", "88.11", EXPLICIT_LITTLE_ENDIAN, report),
    specimen("US multi-frame, 30 frames", "3.1", EXPLICIT_LITTLE_ENDIAN, image(320, 240, 30)),
    specimen("Secondary capture, JPEG, encapsulated", "7", JPEG_BASELINE, encapsulated),
    specimen("Segmentation, not in the default proposal", "66.4", EXPLICIT_LITTLE_ENDIAN, image(64, 64, 4)),
  ];
}

type Content = (writer: ElementWriter) => void;

function specimen(name: string, sopClass: string, transferSyntax: string, content: Content): Specimen {
  const sopClassUid = STORAGE + sopClass;
  const sopInstanceUid = `2.25.${BigInt("0x" + crypto.randomUUID().replaceAll("-", ""))}`;
  const dataSet = new ElementWriter(transferSyntax);
  dataSet.text(0x0008, 0x0016, "UI", sopClassUid);
  dataSet.text(0x0008, 0x0018, "UI", sopInstanceUid);
  dataSet.text(0x0010, 0x0010, "PN", "SELFTEST^STORESCU");
  dataSet.text(0x0010, 0x0020, "LO", "SELFTEST");
  dataSet.text(0x0020, 0x000d, "UI", STUDY_INSTANCE_UID);
  content(dataSet);
  const meta = new ElementWriter(EXPLICIT_LITTLE_ENDIAN);
  meta.bytes(0x0002, 0x0001, "OB", Uint8Array.of(0, 1));
  meta.text(0x0002, 0x0002, "UI", sopClassUid);
  meta.text(0x0002, 0x0003, "UI", sopInstanceUid);
  meta.text(0x0002, 0x0010, "UI", transferSyntax);
  const head = new ElementWriter(EXPLICIT_LITTLE_ENDIAN);
  head.number32(0x0002, 0x0000, meta.content.length);
  const preamble = new Uint8Array(132);
  preamble.set(new TextEncoder().encode("DICM"), 128);
  const file = concatenated([preamble, head.content, meta.content, dataSet.content]);
  return { name, transferSyntax, sopClassUid, sopInstanceUid, file, dataSet: dataSet.content };
}

/** 16-bit pixels, each different from its neighbours so that a shift shows. */
function image(columns: number, rows: number, frames: number): Content {
  return (writer) => {
    writer.text(0x0028, 0x0008, "IS", String(frames));
    writer.number16(0x0028, 0x0010, rows);
    writer.number16(0x0028, 0x0011, columns);
    writer.number16(0x0028, 0x0100, 16);
    const pixels = new Uint8Array(columns * rows * frames * 2);
    for (let at = 0; at < pixels.length; at++) pixels[at] = (at * 2654435761) >>> 24;
    writer.bytes(0x7fe0, 0x0010, "OW", pixels);
  };
}

/** Content items five deep, lengths undefined and defined in turn. */
const report: Content = (writer) => {
  writer.text(0x0040, 0xa040, "CS", "CONTAINER");
  nest(writer, 5);
};

function nest(writer: ElementWriter, depth: number): void {
  if (depth === 0) return;
  const item = new ElementWriter(EXPLICIT_LITTLE_ENDIAN);
  item.text(0x0040, 0xa040, "CS", "TEXT");
  item.text(0x0040, 0xa160, "UT", `finding ${depth}`.padEnd(2000, "."));
  nest(item, depth - 1);
  writer.sequence(0x0040, 0xa730, item.content, depth % 2 === 0);
}

/** An empty basic offset table and three fragments, PS3.5 annex A.4. */
const encapsulated: Content = (writer) => {
  const fragments = [0, 20_000, 70_000, 1_234].map((lengthBytes) => {
    const fragment = new ElementWriter(IMPLICIT_LITTLE_ENDIAN);
    fragment.bytes(0xfffe, 0xe000, "OB", new Uint8Array(lengthBytes).map((_, at) => (at * 40503) >>> 5));
    return fragment.content;
  });
  writer.bytes(0x7fe0, 0x0010, "OB", concatenated([...fragments, delimiter(0xe0dd)]), UNDEFINED_LENGTH);
};

function delimiter(element: number): Uint8Array {
  const writer = new ElementWriter(IMPLICIT_LITTLE_ENDIAN);
  writer.bytes(0xfffe, element, "OB", new Uint8Array());
  return writer.content;
}

/** VRs with a 32-bit length field after two reserved octets, of those used here (PS3.5 table 7.1-1). */
const LONG_VRS = ["OB", "OW", "SQ", "UT"];

/** Data elements one after the other; PS3.5 section 7.1. */
class ElementWriter {
  readonly #explicit: boolean;
  readonly #littleEndian: boolean;
  readonly #parts: Uint8Array[] = [];

  constructor(transferSyntax: string) {
    this.#explicit = transferSyntax !== IMPLICIT_LITTLE_ENDIAN;
    this.#littleEndian = transferSyntax !== EXPLICIT_BIG_ENDIAN;
  }

  get content(): Uint8Array {
    return concatenated(this.#parts);
  }

  text(group: number, element: number, vr: string, value: string): void {
    const padded = value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " ");
    this.bytes(group, element, vr, new TextEncoder().encode(padded));
  }

  number16(group: number, element: number, value: number): void {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value, this.#littleEndian);
    this.bytes(group, element, "US", bytes);
  }

  number32(group: number, element: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, this.#littleEndian);
    this.bytes(group, element, "UL", bytes);
  }

  sequence(group: number, element: number, item: Uint8Array, definedLength: boolean): void {
    const head = new Uint8Array(8);
    const view = new DataView(head.buffer);
    view.setUint16(0, 0xfffe, true);
    view.setUint16(2, 0xe000, true);
    view.setUint32(4, definedLength ? item.length : UNDEFINED_LENGTH, true);
    const closed = definedLength ? [head, item] : [head, item, delimiter(0xe00d), delimiter(0xe0dd)];
    const value = concatenated(closed);
    this.bytes(group, element, "SQ", value, definedLength ? value.length : UNDEFINED_LENGTH);
  }

  bytes(group: number, element: number, vr: string, value: Uint8Array, lengthBytes = value.length): void {
    const long = LONG_VRS.includes(vr);
    const head = new Uint8Array(this.#explicit && long ? 12 : 8);
    const view = new DataView(head.buffer);
    view.setUint16(0, group, this.#littleEndian);
    view.setUint16(2, element, this.#littleEndian);
    if (!this.#explicit) view.setUint32(4, lengthBytes, true);
    else {
      head.set(new TextEncoder().encode(vr), 4);
      if (long) view.setUint32(8, lengthBytes, this.#littleEndian);
      else view.setUint16(6, lengthBytes, this.#littleEndian);
    }
    this.#parts.push(head, value);
  }
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
