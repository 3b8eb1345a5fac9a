/** DIMSE messages in the words of DCMTK's -d. */

import { nameOf } from "../dicom/uids.ts";

/** What a dump needs of a C-STORE-RQ or C-ECHO-RQ. */
export interface DumpedRequest {
  readonly messageId: number;
  readonly sopClassUid: string;
  /** Absent: a C-ECHO-RQ. */
  readonly sopInstanceUid?: string;
}

/** What a dump needs of a response; lib/dimse/messages.ts has it. */
export interface DumpedResponse {
  readonly commandField: number;
  readonly messageIdBeingRespondedTo: number;
  readonly affectedSopClassUid: string | undefined;
  readonly affectedSopInstanceUid: string | undefined;
  readonly hasDataSet: boolean;
  readonly status: number;
}

/** What a dump needs of the fields that explain a status, PS3.7 annex C. */
export interface DumpedStatusDetail {
  /** (0000,0901), each as "(gggg,eeee)". */
  readonly offendingElements: readonly string[];
  /** (0000,0902). */
  readonly errorComment: string | undefined;
}

const C_STORE_RSP = 0x8001;
const C_ECHO_RSP = 0x8030;

/** Its lines. */
export function dumpRequest({ messageId, sopClassUid, sopInstanceUid }: DumpedRequest): string[] {
  const isStore = sopInstanceUid !== undefined;
  return [
    "===================== OUTGOING DIMSE MESSAGE ====================",
    row("Message Type", isStore ? "C-STORE RQ" : "C-ECHO RQ"),
    row("Message ID", messageId),
    row("Affected SOP Class UID", classOf(sopClassUid)),
    ...(isStore ? [row("Affected SOP Instance UID", sopInstanceUid)] : []),
    row("Data Set", isStore ? "present" : "none"),
    ...(isStore ? [row("Priority", "medium")] : []),
    END,
  ];
}

/** Its lines. */
export function dumpResponse(rsp: DumpedResponse, contextId: number): string[] {
  const isEcho = rsp.commandField === C_ECHO_RSP;
  const isKnown = isEcho || rsp.commandField === C_STORE_RSP;
  const type = isEcho ? "C-ECHO RSP" : isKnown ? "C-STORE RSP" : `0x${hex4(rsp.commandField)}`;
  return [
    "===================== INCOMING DIMSE MESSAGE ====================",
    row("Message Type", type),
    row("Presentation Context ID", contextId),
    row("Message ID Being Responded To", rsp.messageIdBeingRespondedTo),
    row("Affected SOP Class UID", classOf(rsp.affectedSopClassUid)),
    ...(isEcho ? [] : [row("Affected SOP Instance UID", rsp.affectedSopInstanceUid || "none")]),
    row("Data Set", rsp.hasDataSet ? "present" : "none"),
    row("DIMSE Status", `0x${hex4(rsp.status)}: ${wordsFor(rsp.status)}`),
    END,
  ];
}

/** The fields that explain a status, as a data set; undefined if there are none. */
export function dumpStatusDetail(
  { offendingElements, errorComment }: DumpedStatusDetail,
): string[] | undefined {
  if (offendingElements.length === 0 && errorComment === undefined) return undefined;
  const lines = ["Status Detail:", "", "# Dicom-Data-Set", "# Used TransferSyntax: Little Endian Implicit"];
  if (offendingElements.length > 0) {
    const count = offendingElements.length;
    lines.push(element("0901", "AT", offendingElements.join("\\"), 4 * count, count, "OffendingElement"));
  }
  if (errorComment !== undefined) {
    const length = new TextEncoder().encode(errorComment).length;
    lines.push(element("0902", "LO", `[${errorComment}]`, length + length % 2, 1, "ErrorComment"));
  }
  return [...lines, ""];
}

const END = "======================= END DIMSE MESSAGE =======================";

function row(label: string, value: string | number): string {
  return `${label.padEnd(30)}: ${value}`;
}

function element(
  number: string,
  vr: string,
  value: string,
  lengthBytes: number,
  vm: number,
  name: string,
): string {
  return `(0000,${number}) ${vr} ${value.padEnd(40)} # ${String(lengthBytes).padStart(3)}, ${vm} ${name}`;
}

function classOf(uid: string | undefined): string {
  return uid === undefined || uid === "" ? "none" : nameOf(uid) ?? uid;
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, "0");
}

/** DCMTK's words for the status of a C-STORE-RSP or C-ECHO-RSP in a dump; those for a log line differ. */
function wordsFor(status: number): string {
  const known = STATUSES.get(status);
  if (known !== undefined) return known;
  const high = status >> 8;
  if (high === 0xa7) return "Refused: Out of resources";
  if (high === 0xa9) return "Error: Data Set does not match SOP Class";
  if (status >> 12 === 0xc) return "Error: Cannot understand";
  if (status >> 12 === 0xb) return "Warning";
  if (status >> 12 === 0xa || high === 0x01 || high === 0x02) return "Failure";
  return "Unknown Status Code (non-standard)";
}

const STATUSES: ReadonlyMap<number, string> = new Map([
  [0x0000, "Success"],
  [0x0001, "Warning"],
  [0x0107, "Warning"],
  [0x0116, "Warning"],
  [0x0117, "Invalid SOP Class"],
  [0x0122, "Refused: SOP Class not supported"],
  [0x0124, "Refused: Not authorized"],
  [0x0210, "Duplicate invocation"],
  [0x0211, "Unrecognized operation"],
  [0x0212, "Mistyped argument"],
  [0xb000, "Warning: Coercion of Data Elements"],
  [0xb006, "Warning: Elements discarded"],
  [0xb007, "Warning: Data Set does not match SOP Class"],
  [0xfe00, "Cancel"],
  [0xff00, "Pending"],
  [0xff01, "Pending"],
]);
