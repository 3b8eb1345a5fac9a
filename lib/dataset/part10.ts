/**
 * The beginning of a DICOM file: preamble, prefix "DICM" and File Meta Information (PS3.10 7.1).
 *
 * How this works: the meta elements, group 0002, are explicit little endian and read one by one until another group
 * comes; the group length is checked against that, not trusted. A meta group without preamble is taken as well.
 */
import type { ByteWindow } from "../bytes/window.ts";
import { isStandardVr } from "../dicom/vr.ts";
import { Fault } from "../errors.ts";
import {
  ElementHeader,
  HEADER_WINDOW_BYTES,
  readElementHeader,
  tagText,
  UNDEFINED_LENGTH,
} from "./element.ts";
import { blanksRemoved, proposableUid, readUid, UID_WINDOW_BYTES, type UidValue } from "./uid_value.ts";

export const PREAMBLE_BYTES = 128;
const PREFIX = 0x4449434D;

const TAG_GROUP_LENGTH = 0x00020000;
const TAG_MEDIA_STORAGE_SOP_CLASS_UID = 0x00020002;
const TAG_MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003;
const TAG_TRANSFER_SYNTAX_UID = 0x00020010;
const TRANSFER_SYNTAX_UID = "TransferSyntaxUID (0002,0010)";

/** What the file says about the instance it holds. */
export interface FileMeta {
  /** Preamble and "DICM" are there. */
  readonly hasPrefix: boolean;
  /** At least one element of group 0002 is there. */
  readonly present: boolean;
  /** "" when it is missing or empty. */
  readonly transferSyntaxUid: string;
  readonly mediaStorageSopClassUid: UidValue | undefined;
  readonly mediaStorageSopInstanceUid: UidValue | undefined;
  readonly dataSetOffset: number;
  readonly warnings: readonly string[];
}

const header = new ElementHeader();

/** True when the window, at the start of the bytes, shows the prefix. */
export function hasPrefix(window: ByteWindow): boolean {
  window.cover(0, PREAMBLE_BYTES + 4);
  return window.lengthBytes >= PREAMBLE_BYTES + 4 && window.view.getUint32(PREAMBLE_BYTES) === PREFIX;
}

/**
 * Reads what comes before the data set; `name` is for messages.
 * @throws Fault "input" when the meta header is cut off or broken
 */
export function readFileMeta(window: ByteWindow, name: string): FileMeta {
  const prefixed = hasPrefix(window);
  const start = prefixed ? PREAMBLE_BYTES + 4 : 0;
  const warnings: string[] = [];
  let transferSyntaxUid = "";
  let mediaStorageSopClassUid: UidValue | undefined;
  let mediaStorageSopInstanceUid: UidValue | undefined;
  let declaredEnd = -1;
  let offset = start;
  for (;;) {
    window.cover(offset, HEADER_WINDOW_BYTES);
    const at = offset - window.offset;
    const available = window.lengthBytes - at;
    if (available < 2 || window.view.getUint16(at, true) !== 0x0002) break;
    // A deflated data set can begin with the same two bytes.
    if (offset === declaredEnd && (available < 6 || !isStandardVr(window.view.getUint16(at + 4)))) break;
    if (!readElementHeader(window.view, at, window.lengthBytes, "explicitLittle", header)) {
      throw endsEarly(name, offset, "a meta element", "its header is cut off");
    }
    const { tag, lengthBytes, headerBytes } = header;
    const valueOffset = offset + headerBytes;
    if (lengthBytes === UNDEFINED_LENGTH) {
      throw new Fault("input", `cannot read meta element ${tagText(tag)}: it has no length`, {
        file: name,
        code: "0001:000a",
      });
    }
    window.cover(valueOffset, Math.min(lengthBytes, UID_WINDOW_BYTES));
    const seen = window.lengthBytes - (valueOffset - window.offset);
    const missing = valueOffset + lengthBytes - window.totalBytes;
    if (missing > 0) {
      throw endsEarly(name, offset, `meta element ${tagText(tag)}`, `value is ${missing} bytes short`);
    }
    const value = valueOffset - window.offset;
    if (tag === TAG_GROUP_LENGTH && lengthBytes === 4 && seen >= 4) {
      declaredEnd = valueOffset + 4 + window.view.getUint32(value, true);
    } else if (tag === TAG_TRANSFER_SYNTAX_UID) {
      const found = readUid(window.view, value, lengthBytes);
      transferSyntaxUid = proposableUid(found, TRANSFER_SYNTAX_UID, name);
      if (found.blanks) warnings.push(blanksRemoved(TRANSFER_SYNTAX_UID));
    } else if (tag === TAG_MEDIA_STORAGE_SOP_CLASS_UID) {
      mediaStorageSopClassUid = readUid(window.view, value, lengthBytes);
    } else if (tag === TAG_MEDIA_STORAGE_SOP_INSTANCE_UID) {
      mediaStorageSopInstanceUid = readUid(window.view, value, lengthBytes);
    }
    offset = valueOffset + lengthBytes;
  }
  const present = offset > start;
  if (declaredEnd >= 0 && declaredEnd !== offset) {
    const difference = Math.abs(offset - declaredEnd);
    const longer = offset > declaredEnd ? "longer" : "shorter";
    warnings.push(`the meta header of ${name} is ${difference} bytes ${longer} than its group length says`);
  }
  if (prefixed && !present) warnings.push(`${name} has a preamble, but no meta header`);
  return {
    hasPrefix: prefixed,
    present,
    transferSyntaxUid,
    mediaStorageSopClassUid,
    mediaStorageSopInstanceUid,
    dataSetOffset: offset,
    warnings,
  };
}

function endsEarly(name: string, offset: number, what: string, why: string): Fault {
  return new Fault("input", `cannot read ${what} at offset ${offset}: ${why}`, {
    file: name,
    code: "0001:0004",
    remedy: "the file is truncated: copy or export it again",
  });
}
