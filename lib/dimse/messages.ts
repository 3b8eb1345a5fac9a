/** C-STORE (PS3.7 9.3.1) and C-ECHO (PS3.7 9.3.5) messages. */

import { VERIFICATION } from "../dicom/uids.ts";
import { printable } from "../log/printable.ts";
import type { CommandSet } from "./command_set.ts";
import { COMMAND, ELEMENT, encodeCommandSet, NO_DATA_SET, numberOf, tagsOf, textOf } from "./command_set.ts";

/** DCMTK's value for "a data set follows". */
const DATA_SET_PRESENT = 0x0001;
const PRIORITY_MEDIUM = 0x0000;
/** LO has 64 characters, which in a multi-byte character set are some more bytes. */
const LONGEST_COMMENT = 256;

export interface StoreRq {
  /** 1 to 65535. */
  readonly messageId: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

export function encodeStoreRq(rq: StoreRq): Uint8Array {
  return encodeCommandSet([
    [ELEMENT.affectedSopClassUid, rq.sopClassUid],
    [ELEMENT.commandField, COMMAND.cStoreRq],
    [ELEMENT.messageId, rq.messageId],
    [ELEMENT.priority, PRIORITY_MEDIUM],
    [ELEMENT.commandDataSetType, DATA_SET_PRESENT],
    [ELEMENT.affectedSopInstanceUid, rq.sopInstanceUid],
  ]);
}

/** The answer to a C-STORE, as a Storage SCP gives it. */
export function encodeStoreRsp(rq: StoreRq, status: number): Uint8Array {
  return encodeCommandSet([
    [ELEMENT.affectedSopClassUid, rq.sopClassUid],
    [ELEMENT.commandField, COMMAND.cStoreRsp],
    [ELEMENT.messageIdBeingRespondedTo, rq.messageId],
    [ELEMENT.commandDataSetType, NO_DATA_SET],
    [ELEMENT.status, status],
    [ELEMENT.affectedSopInstanceUid, rq.sopInstanceUid],
  ]);
}

export function encodeEchoRq(messageId: number): Uint8Array {
  return encodeCommandSet([
    [ELEMENT.affectedSopClassUid, VERIFICATION],
    [ELEMENT.commandField, COMMAND.cEchoRq],
    [ELEMENT.messageId, messageId],
    [ELEMENT.commandDataSetType, NO_DATA_SET],
  ]);
}

export function encodeEchoRsp(messageId: number): Uint8Array {
  return encodeCommandSet([
    [ELEMENT.affectedSopClassUid, VERIFICATION],
    [ELEMENT.commandField, COMMAND.cEchoRsp],
    [ELEMENT.messageIdBeingRespondedTo, messageId],
    [ELEMENT.commandDataSetType, NO_DATA_SET],
    [ELEMENT.status, 0],
  ]);
}

/** What an SCP reads in a request: which message, of which instance. */
export interface ReceivedRq {
  readonly commandField: number;
  readonly messageId: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly hasDataSet: boolean;
}

export function readRq(command: CommandSet): ReceivedRq | string {
  const commandField = numberOf(command, ELEMENT.commandField);
  const messageId = numberOf(command, ELEMENT.messageId);
  if (commandField === undefined) return "command set has no Command Field (0000,0100)";
  if (messageId === undefined) return "command set has no Message ID (0000,0110)";
  return {
    commandField,
    messageId,
    sopClassUid: textOf(command, ELEMENT.affectedSopClassUid) ?? "",
    sopInstanceUid: textOf(command, ELEMENT.affectedSopInstanceUid) ?? "",
    hasDataSet: numberOf(command, ELEMENT.commandDataSetType) !== NO_DATA_SET,
  };
}

/** A C-STORE-RSP or C-ECHO-RSP. */
export interface DimseRsp {
  readonly commandField: number;
  readonly messageIdBeingRespondedTo: number;
  readonly status: number;
  readonly hasDataSet: boolean;
  readonly affectedSopClassUid: string | undefined;
  readonly affectedSopInstanceUid: string | undefined;
  /** (0000,0902), free text of the peer, fit to be printed. */
  readonly errorComment: string | undefined;
  /** (0000,0901), as "(gggg,eeee)". */
  readonly offendingElements: readonly string[];
}

/** PS3.7 table E.1-1: requests have the highest bit clear. */
const RESPONSE_BIT = 0x8000;

const REQUEST_NAMES: ReadonlyMap<number, string> = new Map([
  [COMMAND.cStoreRq, "C-STORE-RQ"],
  [0x0010, "C-GET-RQ"],
  [0x0020, "C-FIND-RQ"],
  [0x0021, "C-MOVE-RQ"],
  [COMMAND.cEchoRq, "C-ECHO-RQ"],
  [0x0100, "N-EVENT-REPORT-RQ"],
  [0x0110, "N-GET-RQ"],
  [0x0120, "N-SET-RQ"],
  [0x0130, "N-ACTION-RQ"],
  [0x0140, "N-CREATE-RQ"],
  [0x0150, "N-DELETE-RQ"],
  [0x0FFF, "C-CANCEL-RQ"],
]);

/** The fields of a response, or a text that says why it is none, or which mandatory one is missing. */
export function readRsp(command: CommandSet): DimseRsp | string {
  const commandField = numberOf(command, ELEMENT.commandField);
  if (commandField === undefined) return "command set has no Command Field (0000,0100)";
  if ((commandField & RESPONSE_BIT) === 0) {
    const digits = commandField.toString(16).padStart(4, "0");
    const name = REQUEST_NAMES.get(commandField) ?? "an unknown one";
    return `it is a request (${name}, 0x${digits}), not a response: the peer must not send one here`;
  }
  const messageId = numberOf(command, ELEMENT.messageIdBeingRespondedTo);
  if (messageId === undefined) return "response has no Message ID Being Responded To (0000,0120)";
  const status = numberOf(command, ELEMENT.status);
  if (status === undefined) return "response has no Status (0000,0900)";
  const comment = textOf(command, ELEMENT.errorComment);
  return {
    commandField,
    messageIdBeingRespondedTo: messageId,
    status,
    hasDataSet: (numberOf(command, ELEMENT.commandDataSetType) ?? NO_DATA_SET) !== NO_DATA_SET,
    affectedSopClassUid: textOf(command, ELEMENT.affectedSopClassUid),
    affectedSopInstanceUid: textOf(command, ELEMENT.affectedSopInstanceUid),
    errorComment: comment === undefined ? undefined : printable(comment.slice(0, LONGEST_COMMENT)),
    offendingElements: tagsOf(command, ELEMENT.offendingElement),
  };
}
