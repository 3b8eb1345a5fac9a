/**
 * What is sent in the measurements: made-up images, the same on every machine and in every run. They lie in a folder
 * that is kept, because making them takes longer than sending them.
 */

import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from "../../lib/dicom/transfer_syntaxes.ts";

/** A kind of file, and how many of them there are. */
export interface DataSetKind {
  /** Of the folder they lie in. */
  readonly name: string;
  readonly count: number;
  /** Of the pixel data. */
  readonly pixelBytes: number;
  readonly transferSyntax: string;
  /** Pixels are a hole in the file: the length counts, not the content. */
  readonly sparse?: true;
}

/** Bump this when the files come out differently. */
const EDITION = 1;

export const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";
const MEBIBYTE = 1 << 20;

export const KINDS = {
  large: {
    name: "large",
    count: 1,
    pixelBytes: 800 * MEBIBYTE,
    transferSyntax: EXPLICIT_LITTLE_ENDIAN,
  },
  ct: { name: "ct", count: 400, pixelBytes: 512 * 512 * 2, transferSyntax: EXPLICIT_LITTLE_ENDIAN },
  implicitCt: {
    name: "ct_implicit",
    count: 400,
    pixelBytes: 512 * 512 * 2,
    transferSyntax: IMPLICIT_LITTLE_ENDIAN,
  },
  implicitCts: {
    name: "cts_implicit",
    count: 2000,
    pixelBytes: 512 * 512 * 2,
    transferSyntax: IMPLICIT_LITTLE_ENDIAN,
  },
  implicitLarge: {
    name: "large_implicit",
    count: 1,
    pixelBytes: 500 * MEBIBYTE,
    transferSyntax: IMPLICIT_LITTLE_ENDIAN,
  },
  small: { name: "small", count: 3000, pixelBytes: 8192, transferSyntax: EXPLICIT_LITTLE_ENDIAN },
  many: { name: "many", count: 20_000, pixelBytes: 8192, transferSyntax: EXPLICIT_LITTLE_ENDIAN },
  huge: {
    name: "huge",
    count: 1,
    pixelBytes: 2048 * MEBIBYTE,
    transferSyntax: EXPLICIT_LITTLE_ENDIAN,
    sparse: true,
  },
} as const satisfies Record<string, DataSetKind>;

/** Sees to it that the files of a kind are there; answers their folder and their names in it, in order. */
export async function provide(
  root: string,
  kind: DataSetKind,
): Promise<{ readonly folder: string; readonly files: readonly string[] }> {
  const folder = `${root}/${kind.name}`;
  const files = Array.from({ length: kind.count }, (_, index) => `${String(index + 1).padStart(5, "0")}.dcm`);
  const seal = `${root}/${kind.name}.made`;
  const sealed = `edition ${EDITION}, ${kind.count} x ${kind.pixelBytes}\n`;
  if (await Deno.readTextFile(seal).catch(() => "") === sealed) return { folder, files };
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  const block = noise(Math.min(kind.pixelBytes, MEBIBYTE));
  for (const [index, name] of files.entries()) writeImage(`${folder}/${name}`, kind, index + 1, block);
  await Deno.writeTextFile(seal, sealed);
  return { folder, files };
}

/** The length of one file of that kind. */
export function fileBytes(root: string, kind: DataSetKind): number {
  return Deno.statSync(`${root}/${kind.name}/00001.dcm`).size;
}

/** Bytes that neither compress nor repeat, and are always the same. */
function noise(lengthBytes: number): Uint8Array {
  const words = new Uint32Array(lengthBytes / 4);
  let state = 2463534242;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer);
}

function writeImage(path: string, kind: DataSetKind, instanceNumber: number, block: Uint8Array): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const head = headOf(kind, instanceNumber);
  file.writeSync(head);
  if (kind.sparse) return file.truncateSync(head.length + kind.pixelBytes);
  for (let left = kind.pixelBytes; left > 0; left -= block.length) {
    file.writeSync(left < block.length ? block.subarray(0, left) : block);
  }
}

/** Everything up to the first pixel: as many elements as a scanner writes, PS3.3 A.3. */
function headOf({ pixelBytes, transferSyntax, name }: DataSetKind, instanceNumber: number): Uint8Array {
  const uid = (part: number, number: number) => `2.25.7382910465${part}${String(number).padStart(10, "0")}`;
  const instanceUid = uid(name.length, instanceNumber);
  const columns = Math.min(512, Math.sqrt(pixelBytes / 2));
  const frames = pixelBytes / (columns * columns * 2);
  const data = new Elements(transferSyntax === EXPLICIT_LITTLE_ENDIAN);
  data.text(0x0008, 0x0005, "CS", "ISO_IR 100");
  data.text(0x0008, 0x0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL");
  data.text(0x0008, 0x0016, "UI", CT_IMAGE_STORAGE);
  data.text(0x0008, 0x0018, "UI", instanceUid);
  for (const element of [0x20, 0x21, 0x22, 0x23]) data.text(0x0008, element, "DA", "20240229");
  for (const element of [0x30, 0x31, 0x32, 0x33]) data.text(0x0008, element, "TM", "101112.131415");
  data.text(0x0008, 0x0050, "SH", "BENCH0001");
  data.text(0x0008, 0x0060, "CS", "CT");
  data.text(0x0008, 0x0070, "LO", "Made up");
  data.text(0x0008, 0x0080, "LO", "Nowhere General Hospital");
  data.text(0x0008, 0x1030, "LO", "Measurement of a sender");
  data.sequence(0x0008, 0x1140, (item) => {
    item.text(0x0008, 0x1150, "UI", CT_IMAGE_STORAGE);
    item.text(0x0008, 0x1155, "UI", uid(9, 1));
  });
  data.text(0x0010, 0x0010, "PN", "Bench^Mark");
  data.text(0x0010, 0x0020, "LO", "BENCH0001");
  data.text(0x0010, 0x0030, "DA", "19700101");
  data.text(0x0010, 0x0040, "CS", "O");
  for (const element of [0x50, 0x60, 0x88, 0x90]) data.text(0x0018, element, "DS", String(element / 8));
  data.text(0x0018, 0x1030, "LO", "Head without contrast");
  for (const element of [0x1100, 0x1110, 0x1111, 0x1120, 0x1130]) {
    data.text(0x0018, element, "DS", String(element / 8));
  }
  data.text(0x0018, 0x5100, "CS", "HFS");
  data.text(0x0020, 0x000d, "UI", uid(9, 2));
  data.text(0x0020, 0x000e, "UI", uid(9, 3));
  data.text(0x0020, 0x0011, "IS", "2");
  data.text(0x0020, 0x0013, "IS", String(instanceNumber));
  data.text(0x0020, 0x0032, "DS", `-125\\-125\\${instanceNumber}`);
  data.text(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0");
  data.text(0x0020, 0x0052, "UI", uid(9, 4));
  data.number(0x0028, 0x0002, 1);
  data.text(0x0028, 0x0004, "CS", "MONOCHROME2");
  if (frames > 1) data.text(0x0028, 0x0008, "IS", String(frames));
  data.number(0x0028, 0x0010, columns);
  data.number(0x0028, 0x0011, columns);
  data.text(0x0028, 0x0030, "DS", "0.488281\\0.488281");
  data.number(0x0028, 0x0100, 16);
  data.number(0x0028, 0x0101, 16);
  data.number(0x0028, 0x0102, 15);
  data.number(0x0028, 0x0103, 0);
  data.text(0x0028, 0x1050, "DS", "40");
  data.text(0x0028, 0x1051, "DS", "400");
  data.text(0x0028, 0x1052, "DS", "-1024");
  data.text(0x0028, 0x1053, "DS", "1");
  data.head(0x7fe0, 0x0010, "OW", pixelBytes);

  const meta = new Elements(true);
  meta.head(0x0002, 0x0001, "OB", 2);
  meta.bytes.push(0, 1);
  meta.text(0x0002, 0x0002, "UI", CT_IMAGE_STORAGE);
  meta.text(0x0002, 0x0003, "UI", instanceUid);
  meta.text(0x0002, 0x0010, "UI", transferSyntax);
  meta.text(0x0002, 0x0012, "UI", uid(9, 5));
  const length = new Elements(true);
  length.head(0x0002, 0x0000, "UL", 4);
  length.number32(meta.bytes.length);
  const prefix = [...new Uint8Array(128), ...new TextEncoder().encode("DICM")];
  return new Uint8Array([...prefix, ...length.bytes, ...meta.bytes, ...data.bytes]);
}

/** Data elements one after the other, little endian; PS3.5 section 7.1. */
class Elements {
  readonly bytes: number[] = [];
  readonly #explicit: boolean;

  constructor(explicit: boolean) {
    this.#explicit = explicit;
  }

  head(group: number, element: number, vr: string, lengthBytes: number): void {
    this.#put16(group);
    this.#put16(element);
    if (!this.#explicit) return this.number32(lengthBytes);
    this.bytes.push(...new TextEncoder().encode(vr));
    if (["OB", "OW", "SQ"].includes(vr)) {
      this.#put16(0);
      this.number32(lengthBytes);
    } else {
      this.#put16(lengthBytes);
    }
  }

  text(group: number, element: number, vr: string, value: string): void {
    const even = value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " ");
    this.head(group, element, vr, even.length);
    this.bytes.push(...new TextEncoder().encode(even));
  }

  number(group: number, element: number, value: number): void {
    this.head(group, element, "US", 2);
    this.#put16(value);
  }

  /** One item, both of undefined length. */
  sequence(group: number, element: number, content: (item: Elements) => void): void {
    const item = new Elements(this.#explicit);
    content(item);
    const delimiters = new Elements(false);
    delimiters.head(0xfffe, 0xe00d, "", 0);
    delimiters.head(0xfffe, 0xe0dd, "", 0);
    this.head(group, element, "SQ", 0xffffffff);
    const begin = new Elements(false);
    begin.head(0xfffe, 0xe000, "", 0xffffffff);
    this.bytes.push(...begin.bytes, ...item.bytes, ...delimiters.bytes);
  }

  number32(value: number): void {
    this.#put16(value & 0xffff);
    this.#put16(value >>> 16);
  }

  #put16(value: number): void {
    this.bytes.push(value & 0xff, value >>> 8);
  }
}
