/**
 * A data set in memory, read by the tests' own eyes: as plain as possible, nothing of lib/ in it, only what the
 * standard allows. What a converter wrote must be readable by this.
 */

export type Encoding = "implicitLittle" | "explicitLittle" | "explicitBig";

export interface PlainElement {
  readonly tag: number;
  /** "" in implicit VR. */
  readonly vr: string;
  readonly undefinedLength: boolean;
  /** Raw bytes; none for a sequence. */
  readonly value: Uint8Array;
  /** Of a sequence. */
  readonly items: readonly PlainItem[] | undefined;
  /** Of encapsulated pixel data. */
  readonly fragments: readonly Uint8Array[] | undefined;
}

export interface PlainItem {
  readonly undefinedLength: boolean;
  readonly elements: readonly PlainElement[];
}

const LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];
const UNDEFINED = 0xFFFFFFFF;

/** @param isSequence says which elements of an implicit VR data set are sequences */
export function readDataSet(
  bytes: Uint8Array,
  encoding: Encoding,
  isSequence: (tag: number) => boolean = () => false,
): PlainElement[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = encoding !== "explicitBig";
  let at = 0;

  const tagAt = (offset: number) =>
    (view.getUint16(offset, little) << 16 | view.getUint16(offset + 2, little)) >>> 0;
  const expect = (condition: boolean, what: string) => {
    if (!condition) throw new Error(`${what} at ${at}`);
  };

  function element(): PlainElement {
    const tag = tagAt(at);
    let vr = "";
    let lengthBytes: number;
    if (encoding === "implicitLittle") {
      lengthBytes = view.getUint32(at + 4, true);
      at += 8;
    } else {
      vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
      expect(/^[A-Z]{2}$/.test(vr), "VR");
      if (LONG.includes(vr)) {
        expect(view.getUint16(at + 6) === 0, "reserved bytes");
        lengthBytes = view.getUint32(at + 8, little);
        at += 12;
      } else {
        lengthBytes = view.getUint16(at + 6, little);
        at += 8;
      }
    }
    const undefinedLength = lengthBytes === UNDEFINED;
    const common = {
      tag,
      vr,
      undefinedLength,
      value: new Uint8Array(0),
      items: undefined,
      fragments: undefined,
    };
    if (undefinedLength && (tag === 0x7FE00010 || vr === "OB" || vr === "OW")) {
      return { ...common, fragments: fragments() };
    }
    if (undefinedLength || vr === "SQ" || vr === "" && isSequence(tag)) {
      return { ...common, items: items(undefinedLength ? undefined : at + lengthBytes) };
    }
    expect(lengthBytes % 2 === 0, `odd length ${lengthBytes} of ${tag.toString(16)}`);
    expect(at + lengthBytes <= bytes.length, "value too long");
    at += lengthBytes;
    return { ...common, value: bytes.subarray(at - lengthBytes, at) };
  }

  function delimited(tag: number): boolean {
    if (tagAt(at) !== tag) return false;
    expect(view.getUint32(at + 4, little) === 0, "delimiter with a length");
    at += 8;
    return true;
  }

  function items(end: number | undefined): PlainItem[] {
    const found: PlainItem[] = [];
    while (end === undefined ? !delimited(0xFFFEE0DD) : at < end) {
      expect(tagAt(at) === 0xFFFEE000, "no item");
      const lengthBytes = view.getUint32(at + 4, little);
      at += 8;
      const itemEnd = lengthBytes === UNDEFINED ? undefined : at + lengthBytes;
      const elements: PlainElement[] = [];
      while (itemEnd === undefined ? !delimited(0xFFFEE00D) : at < itemEnd) elements.push(element());
      expect(itemEnd === undefined || at === itemEnd, "item end");
      found.push({ undefinedLength: itemEnd === undefined, elements });
    }
    expect(end === undefined || at === end, "sequence end");
    return found;
  }

  function fragments(): Uint8Array[] {
    const found: Uint8Array[] = [];
    while (!delimited(0xFFFEE0DD)) {
      expect(tagAt(at) === 0xFFFEE000, "no fragment");
      const lengthBytes = view.getUint32(at + 4, little);
      expect(lengthBytes % 2 === 0, "odd fragment");
      at += 8 + lengthBytes;
      expect(at <= bytes.length, "fragment too long");
      found.push(bytes.subarray(at - lengthBytes, at));
    }
    return found;
  }

  const elements: PlainElement[] = [];
  while (at < bytes.length) elements.push(element());
  return elements;
}

/** One line an element, with its path: what a data set holds, whatever lengths are defined. */
export function listing(elements: readonly PlainElement[], path = ""): string[] {
  return elements.flatMap(({ tag, vr, value, items, fragments }) => {
    const name = path + tag.toString(16).padStart(8, "0");
    if (fragments !== undefined) {
      return [`${name} ${vr} fragments`, ...fragments.map((part, i) => `${name}[${i}] ${part.toHex()}`)];
    }
    if (items === undefined) return [`${name} ${vr} ${value.toHex()}`];
    const inner = items.flatMap((item, i) => [`${name}[${i}]`, ...listing(item.elements, `${name}[${i}].`)]);
    return [`${name} SQ`, ...inner];
  });
}
