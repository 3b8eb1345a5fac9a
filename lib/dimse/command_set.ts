/**
 * Command sets of DIMSE-C messages (PS3.7 section 6.3 and annex E): always implicit VR little endian.
 *
 * How this room works: `command_assembly.ts` puts fragments together, `command_set.ts` is the encoding, `messages.ts`
 * the C-STORE and C-ECHO messages in it, and `status.ts` what a status means. Bytes in, values out; nothing is sent
 * from here.
 */

import { charactersOf, putCharacters } from "../bytes/characters.ts";

/** Command elements this program writes or reads, PS3.7 table E.1-1: the element number within group 0000. */
export const ELEMENT = {
  affectedSopClassUid: 0x0002,
  commandField: 0x0100,
  messageId: 0x0110,
  messageIdBeingRespondedTo: 0x0120,
  priority: 0x0700,
  commandDataSetType: 0x0800,
  status: 0x0900,
  offendingElement: 0x0901,
  errorComment: 0x0902,
  affectedSopInstanceUid: 0x1000,
} as const;

/** Command Field (0000,0100). */
export const COMMAND = {
  cStoreRq: 0x0001,
  cStoreRsp: 0x8001,
  cEchoRq: 0x0030,
  cEchoRsp: 0x8030,
} as const;

/** Command Data Set Type (0000,0800): this value means none, every other one that a data set follows. */
export const NO_DATA_SET = 0x0101;

/** Tag and 32-bit length. */
const ELEMENT_HEADER_BYTES = 8;

/** Element number to value: text for UIDs, number for US. Written in the order given, which must ascend. */
export type CommandElements = readonly (readonly [element: number, value: string | number])[];

/** A command set with its group length element (0000,0000) first. */
export function encodeCommandSet(elements: CommandElements): Uint8Array {
  let groupBytes = 0;
  for (const [, value] of elements) groupBytes += ELEMENT_HEADER_BYTES + valueBytes(value);
  const bytes = new Uint8Array(ELEMENT_HEADER_BYTES + 4 + groupBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, 4, true);
  view.setUint32(8, groupBytes, true);
  let at = ELEMENT_HEADER_BYTES + 4;
  for (const [element, value] of elements) {
    view.setUint16(at + 2, element, true);
    view.setUint32(at + 4, valueBytes(value), true);
    at += ELEMENT_HEADER_BYTES;
    if (typeof value === "number") view.setUint16(at, value, true);
    else putCharacters(value, bytes, at);
    at += valueBytes(value);
  }
  return bytes;
}

/** Even: UIDs are padded with one NUL, which a fresh array already holds. */
function valueBytes(value: string | number): number {
  return typeof value === "number" ? 2 : value.length + (value.length % 2);
}

/** A decoded command set: element number within group 0000 to its raw value. */
export type CommandSet = ReadonlyMap<number, Uint8Array>;

/** Bytes to elements; a text that says what is wrong when they are no command set. Other groups are skipped. */
export function decodeCommandSet(bytes: Uint8Array): CommandSet | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements = new Map<number, Uint8Array>();
  let at = 0;
  while (at < bytes.length) {
    if (at + ELEMENT_HEADER_BYTES > bytes.length) return `command set ends inside an element at offset ${at}`;
    const group = view.getUint16(at, true);
    const element = view.getUint16(at + 2, true);
    const lengthBytes = view.getUint32(at + 4, true);
    at += ELEMENT_HEADER_BYTES;
    if (lengthBytes > bytes.length - at) {
      return `command element (${hex16(group)},${hex16(element)}) claims ${lengthBytes} bytes, ${
        bytes.length - at
      } are left`;
    }
    if (group === 0) {
      // Which one counts? Two responses run into one look like this.
      if (elements.has(element)) return `command element (0000,${hex16(element)}) comes twice`;
      elements.set(element, bytes.subarray(at, at + lengthBytes));
    }
    at += lengthBytes;
  }
  return elements;
}

/** The number in a US element; undefined when absent or too short. */
export function numberOf(command: CommandSet, element: number): number | undefined {
  const value = command.get(element);
  if (value === undefined || value.length < 2) return undefined;
  return (value[0] ?? 0) | ((value[1] ?? 0) << 8);
}

/** The text of a UI or LO element without padding; undefined when absent. */
export function textOf(command: CommandSet, element: number): string | undefined {
  const value = command.get(element);
  if (value === undefined) return undefined;
  let end = value.length;
  while (end > 0 && (value[end - 1] === 0x20 || value[end - 1] === 0)) end--;
  return charactersOf(value.subarray(0, end));
}

/** The tags of an AT element as "(gggg,eeee)". */
export function tagsOf(command: CommandSet, element: number): string[] {
  const value = command.get(element);
  if (value === undefined) return [];
  const tags: string[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) {
    const group = (value[at] ?? 0) | ((value[at + 1] ?? 0) << 8);
    const number = (value[at + 2] ?? 0) | ((value[at + 3] ?? 0) << 8);
    tags.push(`(${hex16(group)},${hex16(number)})`);
  }
  return tags;
}

function hex16(value: number): string {
  return value.toString(16).padStart(4, "0");
}
