/**
 * What a requestor sent over one connection, as lines that can be compared: the A-ASSOCIATE-RQ item by item, every
 * message element by element, and how it left. The bytes are taken apart here, with nothing of lib/pdu or lib/dimse, so
 * that a mistake there cannot hide itself.
 */

import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { builtInDictionary } from "../../../lib/dicom/dictionary.ts";
import { VR_SQ } from "../../../lib/dicom/vr.ts";
import { type Encoding, listing, readDataSet } from "../../dataset/plain_reader.ts";
import type { Choice } from "../../peers/answers.ts";
import { joined } from "../../peers/made_up_files.ts";

const IMPLICIT = "1.2.840.10008.1.2";
const BIG_ENDIAN = "1.2.840.10008.1.2.2";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const ascii = new TextDecoder("latin1");

/** @param choose what the peer has accepted, to know how data sets are encoded */
export function associationLines(bytes: Uint8Array, choose: Choice): string[] {
  const lines: string[] = [];
  const syntaxes = new Map<number, string>();
  const message: Message = { fragments: [] };
  let at = 0;
  while (bytes.length - at >= 6) {
    const end = at + 6 + viewOf(bytes).getUint32(at + 2);
    if (bytes.length < end) break;
    const body = bytes.subarray(at + 6, end);
    switch (bytes[at]) {
      case 1:
        lines.push(...requestLines(body, syntaxes, choose));
        break;
      case 4:
        lines.push(...dataLines(body, message, syntaxes));
        break;
      case 5:
        lines.push("A-RELEASE-RQ");
        break;
      case 7:
        lines.push(`A-ABORT source ${body[2]} reason ${body[3]}`);
        break;
      default:
        lines.push(`PDU of type ${bytes[at]}`);
    }
    at = end;
  }
  if (message.fragments.length > 0) lines.push("a message that is not finished");
  if (at < bytes.length) lines.push("a PDU that is not finished");
  return lines;
}

/** PS3.8 section 9.3.2. */
function requestLines(body: Uint8Array, syntaxes: Map<number, string>, choose: Choice): string[] {
  const title = (from: number) => `[${ascii.decode(body.subarray(from, from + 16))}]`;
  const lines = [
    `RQ protocol version ${viewOf(body).getUint16(0)}, called ${title(4)}, calling ${title(20)}`,
  ];
  for (const { type, value } of items(body.subarray(68))) {
    if (type === 0x10) lines.push(`RQ application context ${ascii.decode(value)}`);
    else if (type === 0x20) lines.push(...contextLines(value, syntaxes, choose));
    else if (type === 0x50) {
      for (const inner of items(value)) lines.push(`RQ user item ${hex(inner.type)}: ${userItem(inner)}`);
    } else lines.push(`RQ item ${hex(type)}: ${value.toHex()}`);
  }
  return lines;
}

function contextLines(value: Uint8Array, syntaxes: Map<number, string>, choose: Choice): string[] {
  const id = value[0] ?? 0;
  const uids = items(value.subarray(4)).map(({ type, value }) => ({ type, uid: ascii.decode(value) }));
  const proposed = uids.filter(({ type }) => type === 0x40).map(({ uid }) => uid);
  const abstractSyntax = uids.find(({ type }) => type === 0x30)?.uid ?? "";
  const accepted = choose(abstractSyntax, proposed);
  if (accepted !== undefined) syntaxes.set(id, accepted);
  const head = `RQ context ${id}, reserved ${value.subarray(1, 4).toHex()}`;
  return [head, ...uids.map(({ type, uid }) => `RQ context ${id} item ${hex(type)}: ${uid}`)];
}

/** Names of this program and of DCMTK are different by nature. */
function userItem({ type, value }: Item): string {
  return type === 0x52 || type === 0x55 ? "names the implementation" : value.toHex();
}

interface Item {
  readonly type: number;
  readonly value: Uint8Array;
}

function items(bytes: Uint8Array): Item[] {
  const found: Item[] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const lengthBytes = viewOf(bytes).getUint16(at + 2);
    found.push({ type: bytes[at] ?? 0, value: bytes.subarray(at + 4, at + 4 + lengthBytes) });
    at += 4 + lengthBytes;
  }
  return found;
}

/** A command set or data set on its way. */
interface Message {
  fragments: Uint8Array[];
}

/** PS3.8 section 9.3.5 and annex E. */
function dataLines(body: Uint8Array, message: Message, syntaxes: Map<number, string>): string[] {
  const lines: string[] = [];
  let count = 0;
  for (let at = 0; at + 6 <= body.length; count++) {
    const lengthBytes = viewOf(body).getUint32(at);
    const contextId = body[at + 4] ?? 0;
    const flags = body[at + 5] ?? 0;
    message.fragments.push(body.subarray(at + 6, at + 4 + lengthBytes));
    at += 4 + lengthBytes;
    if ((flags & 2) !== 0) {
      const isCommand = (flags & 1) !== 0;
      lines.push(`${isCommand ? "command set" : "data set"} on context ${contextId}`);
      lines.push(`fragments of ${lengths(message.fragments)}`);
      const whole = joined(message.fragments);
      lines.push(...isCommand ? elementLines(whole, IMPLICIT) : elementLines(whole, syntaxes.get(contextId)));
      message.fragments = [];
    }
  }
  return count === 1 ? lines : [`a PDU with ${count} PDVs`, ...lines];
}

/** "3 x 16372, 500 bytes" */
function lengths(fragments: readonly Uint8Array[]): string {
  const runs: { length: number; times: number }[] = [];
  for (const { length } of fragments) {
    const last = runs.at(-1);
    if (last?.length === length) last.times++;
    else runs.push({ length, times: 1 });
  }
  return `${runs.map(({ length, times }) => times === 1 ? length : `${times} x ${length}`).join(", ")} bytes`;
}

function elementLines(bytes: Uint8Array, transferSyntax = "unknown"): string[] {
  try {
    const plain = transferSyntax === DEFLATED ? new Uint8Array(inflateRawSync(bytes)) : bytes;
    const elements = readDataSet(plain, encodingOf(transferSyntax), isSequence);
    return listing(elements).map((line) => `element ${short(line)}`);
  } catch (error) {
    return [`${transferSyntax} cannot be read: ${error}`, short(bytes.toHex())];
  }
}

function encodingOf(transferSyntax: string): Encoding {
  return transferSyntax === IMPLICIT
    ? "implicitLittle"
    : transferSyntax === BIG_ENDIAN
    ? "explicitBig"
    : "explicitLittle";
}

function isSequence(tag: number): boolean {
  return builtInDictionary().vrOf(tag) === VR_SQ;
}

/** Texts as such, long values by their beginning, length and digest. */
function short(line: string): string {
  const [, head = "", value = ""] = /^(.*) ((?:[0-9a-f]{2})+)$/.exec(line) ?? [];
  const text = ascii.decode(Uint8Array.fromHex(value));
  if (/^[ -~]+\0?$/.test(text) && text.length < 120) return `${head} '${text.replace("\0", "\\0")}'`;
  if (value.length <= 120) return line;
  const digest = createHash("sha256").update(value).digest("hex").slice(0, 16);
  return `${head} ${value.slice(0, 40)}... (${value.length / 2} bytes, ${digest})`;
}

function hex(type: number): string {
  return `${type.toString(16)}H`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
