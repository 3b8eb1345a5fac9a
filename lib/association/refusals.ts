/** How associations come to a bad end, by the peer's will or by its mistakes: in DCMTK's words, with what to do about it. */

import { charactersOf } from "../bytes/characters.ts";
import { Fault } from "../errors.ts";
import type { FramingError } from "../pdu/frame.ts";
import {
  type Abort,
  ABORT_REASON,
  ABORT_SOURCE,
  type AssociateRj,
  type MalformedPdu,
  type Pdu,
  PDU_NAME,
} from "../pdu/types.ts";

const RESULTS: ReadonlyMap<number, string> = new Map([[1, "Rejected Permanent"], [2, "Rejected Transient"]]);

const SOURCES: ReadonlyMap<number, string> = new Map([
  [1, "Service User"],
  [2, "Service Provider (ACSE Related)"],
  [3, "Service Provider (Presentation Related)"],
]);

/** By "source,reason", PS3.8 table 9-21: DCMTK's text and our advice. */
const REASONS: ReadonlyMap<string, readonly [text: string, remedy?: string]> = new Map([
  ["1,1", [
    "No Reason",
    "the peer's log says more; often it does not know our AE title (--aetitle) or address",
  ]],
  ["1,2", ["App Context Name Not Supported"]],
  ["1,3", [
    "Calling AE Title Not Recognized",
    "the peer does not know our AE title: set the one it has been told with --aetitle, or have it added there",
  ]],
  ["1,7", [
    "Called AE Title Not Recognized",
    "the peer has another AE title: set it with --call; it must match in upper and lower case",
  ]],
  ["2,1", [
    "No Reason",
    "the peer's log says more; often it does not know our AE title (--aetitle) or address",
  ]],
  ["2,2", ["Protocol Version Not Supported"]],
  ["3,1", ["Temporary Congestion", "the peer is busy: try again later"]],
  ["3,2", [
    "Local Limit Exceeded",
    "the peer has too many associations open: try again later, or use fewer at a time",
  ]],
]);

/** Three lines, as DCMTK prints them. */
export function rejectionFault({ result, source, reason }: AssociateRj): Fault {
  const [text, remedy] = REASONS.get(`${source},${reason}`) ?? ["UNKNOWN"];
  const lines = [
    "Association Rejected:",
    `Result: ${RESULTS.get(result) ?? "UNKNOWN"}, Source: ${SOURCES.get(source) ?? "UNKNOWN"}`,
    `Reason: ${text}`,
  ];
  return new Fault("rejected", lines.join("\n"), {
    transient: result === 2,
    remedy,
  });
}

const ABORT_REASONS: ReadonlyMap<number, string> = new Map([
  [ABORT_REASON.notSpecified, "reason not specified"],
  [ABORT_REASON.unrecognizedPdu, "unrecognized PDU"],
  [ABORT_REASON.unexpectedPdu, "unexpected PDU"],
  [ABORT_REASON.unrecognizedParameter, "unrecognized PDU parameter"],
  [ABORT_REASON.unexpectedParameter, "unexpected PDU parameter"],
  [ABORT_REASON.invalidParameterValue, "invalid PDU parameter value"],
]);

export function abortText({ source, reason }: Abort): string {
  if (source === ABORT_SOURCE.serviceProvider) {
    return `A-ABORT from the service provider, ${ABORT_REASONS.get(reason) ?? `reason ${reason}`}`;
  }
  return source === ABORT_SOURCE.serviceUser
    ? "A-ABORT from the service user"
    : `A-ABORT from unknown source ${source}`;
}

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const TLS_MAJOR_VERSION = 3;

/** Recognizes who else may answer on a port: a fault that names it, or undefined. */
export function startOfOtherProtocol(start: Uint8Array): Fault | undefined {
  const [first, second] = start;
  const code = `0006:0321`;
  const unrecognized = `Unrecognized PDU type: ${(first ?? 0).toString(16)}`;
  if ((first === TLS_ALERT || first === TLS_HANDSHAKE) && second === TLS_MAJOR_VERSION) {
    return new Fault("protocol", `${unrecognized}: the peer speaks TLS`, {
      code,
      remedy:
        "this port wants TLS: use --anonymous-tls (+tla), --enable-tls (+tls), or the peer's plain port",
    });
  }
  const text = charactersOf(start.subarray(0, 8));
  const named = [["HTTP/", "HTTP"], ["SSH-", "SSH"], ["220 ", "FTP or SMTP"], ["<html", "HTTP"]] as const;
  for (const [beginning, name] of named) {
    if (text.startsWith(beginning)) {
      return new Fault("protocol", `${unrecognized}: the peer speaks ${name}, not DICOM`, {
        code,
        remedy: "check the port number",
      });
    }
  }
  return undefined;
}

/** DCMTK's codes for ends of an association that others have words of their own for. */
export const CONDITION = { peerAborted: "0006:0317", peerReleases: "0006:0319" } as const;

/** The connection is gone, by the peer's will or not. */
export function lostFault(why: string, cause?: unknown): Fault {
  return new Fault("lost", `Peer aborted Association (or never connected): ${why}`, {
    code: CONDITION.peerAborted,
    transient: true,
    cause,
  });
}

/** The peer has said so, with an A-ABORT. */
export function isAbortOfPeer({ code, message }: Fault): boolean {
  return code === CONDITION.peerAborted && message.includes(": A-ABORT from ");
}

/** The peer wants to release before we do. */
export function releasedFault(): Fault {
  return new Fault("lost", "DUL Peer Requested Release", { code: CONDITION.peerReleases, transient: true });
}

/** The peer breaks the protocol. */
export function protocolFault(code: string, text: string): Fault {
  return new Fault("protocol", text, { code });
}

/** A breach of the upper layer protocol, and the ABORT_REASON by which the peer is told. */
export interface Violation {
  readonly fault: Fault;
  readonly reason: number;
}

/** The peer sends what is no PDU. */
export function misframing(error: FramingError): Violation {
  if (error.kind === "unrecognizedType") {
    const text = `Unrecognized PDU type: ${error.pduType.toString(16)}`;
    const fault = startOfOtherProtocol(error.start) ?? protocolFault("0006:0321", text);
    return { fault, reason: ABORT_REASON.unrecognizedPdu };
  }
  const { lengthBytes, limitBytes, pduType } = error;
  const text = `DUL Illegal PDU Length ${lengthBytes} of a PDU of type ${pduType}, at most ${limitBytes}`;
  return { fault: protocolFault("0006:0308", text), reason: ABORT_REASON.invalidParameterValue };
}

/** The peer sends a PDU that is broken, or comes at the wrong time. */
export function violation(pdu: Pdu | MalformedPdu): Violation {
  if (pdu.type === "malformed") {
    const fault = protocolFault("0006:0308", `DUL Illegal or ill-formed PDU: ${pdu.what}`);
    return { fault, reason: ABORT_REASON.invalidParameterValue };
  }
  const text = `DUL Finite State Machine Error: unexpected ${PDU_NAME[pdu.type]} PDU`;
  return { fault: protocolFault("0006:0303", text), reason: ABORT_REASON.unexpectedPdu };
}
