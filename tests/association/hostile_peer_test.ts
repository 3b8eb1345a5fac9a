/**
 * What a hostile or broken peer can do, over a real socket. Each case says how the association must end; that nothing
 * of it is left running, the test runner sees to itself.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMAND, ELEMENT, encodeCommandSet } from "../../lib/dimse/command_set.ts";
import { encodeEchoRsp, encodeStoreRsp } from "../../lib/dimse/messages.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import type { AssociateAc } from "../../lib/pdu/types.ts";
import { element } from "../dimse/elements.ts";
import {
  abortBytes,
  associateAcBytes,
  pDataTf,
  rejectBytes,
  RELEASE_RP,
  storeRsp,
  storeRspInPieces,
} from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";
import { type Seen, startScriptedPeer, type Step } from "../peers/scripted_peer.ts";
import { bytesOf, connectTo, type Course, CT, type Ending, endlessBytes, hold, RQ } from "./dialogue.ts";

/** How the association ends: responses and no fault, or a fault with its kind, code and part of its text. */
type Expected =
  | { readonly statuses: readonly number[]; readonly warning?: string }
  | {
    readonly during: Ending["during"];
    readonly kind: string;
    readonly code: string;
    readonly text: string;
  };

interface Case {
  readonly name: string;
  readonly script: readonly Step[];
  readonly course?: Course;
  readonly expected: Expected;
}

// --- the peer's words ---

const ascii = (text: string) => new TextEncoder().encode(text);
const RELEASE_RQ = encodePdu({ type: "releaseRq" });
const AC = associateAcBytes(RQ);
const STORE_RQ = { messageId: 1, sopClassUid: CT, sopInstanceUid: "1.2.3.1" };
const SUCCESS = storeRsp(1, STORE_RQ, 0);
const EMPTY_FRAGMENTS = concat(Array.from({ length: 20_000 }, () => pDataTf(1, 1, new Uint8Array())));

/** Up to and with the acceptance of the association; then up to the whole C-STORE; then up to the release. */
const ACCEPT: readonly Step[] = [{ read: "associateRq" }, { send: AC }];
const STORED: readonly Step[] = [...ACCEPT, { read: "message" }];
const ANSWERED: readonly Step[] = [...STORED, { send: SUCCESS }];
const RELEASING: readonly Step[] = [...ANSWERED, { read: "releaseRq" }];
const RELEASED: readonly Step[] = [{ read: "releaseRq" }, { send: RELEASE_RP }];

function pdu(type: number, body: readonly number[], claimedBytes = body.length): Uint8Array {
  const bytes = Uint8Array.from([type, 0, 0, 0, 0, 0, ...body]);
  new DataView(bytes.buffer).setUint32(2, claimedBytes);
  return bytes;
}

function accept(changes: Partial<AssociateAc>): readonly Step[] {
  return [{ read: "associateRq" }, { send: associateAcBytes(RQ, undefined, changes) }];
}

/** A C-STORE-RSP with some of its elements changed, left out (undefined) or added. */
function bentRsp(changes: Readonly<Record<number, readonly number[] | undefined>>): Uint8Array {
  const elements: Record<number, readonly number[] | undefined> = {
    [ELEMENT.affectedSopClassUid]: [...ascii(CT), 0],
    [ELEMENT.commandField]: [0x01, 0x80],
    [ELEMENT.messageIdBeingRespondedTo]: [1, 0],
    [ELEMENT.commandDataSetType]: [1, 1],
    [ELEMENT.status]: [0, 0],
    ...changes,
  };
  const parts = Object.entries(elements).map(([number, value]) =>
    value === undefined ? new Uint8Array() : element(Number(number), value)
  );
  return pDataTf(1, 3, concat(parts));
}

// --- the ends ---

const lost = (during: Ending["during"], text: string): Expected => ({
  during,
  kind: "lost",
  code: "0006:0317",
  text,
});
const unexpectedPdu = (during: Ending["during"], text: string): Expected => ({
  during,
  kind: "protocol",
  code: "0006:0303",
  text: `DUL Finite State Machine Error: unexpected ${text} PDU`,
});
const protocol = (during: Ending["during"], code: string, text: string): Expected => ({
  during,
  kind: "protocol",
  code,
  text,
});
const GOOD: Expected = { statuses: [0] };

/** Everything a peer can say, and what comes of it in every state a requestor waits in. */
const WORDS: Readonly<Record<string, Uint8Array>> = {
  "A-ASSOCIATE-RQ": encodePdu(RQ),
  "A-ASSOCIATE-AC": AC,
  "A-ASSOCIATE-RJ": rejectBytes(2, 3, 1),
  "P-DATA-TF": SUCCESS,
  "A-RELEASE-RQ": RELEASE_RQ,
  "A-RELEASE-RP": RELEASE_RP,
  "A-ABORT": abortBytes(2, 2),
  "type 00H": pdu(0, [0, 0, 0, 0]),
  "type 08H": pdu(8, [0, 0, 0, 0]),
  "type FFH": pdu(255, [0, 0, 0, 0]),
};

const ABORTED = "A-ABORT from the service provider, unexpected PDU";
const TOLD_RELEASE: Expected = {
  during: "store",
  kind: "lost",
  code: "0006:0319",
  text: "DUL Peer Requested Release",
};
const NONE_AWAITED = "DIMSE: Unexpected Response MsgId: 1 (none is awaited)";

interface StateCase {
  readonly state: string;
  readonly steps: readonly Step[];
  readonly course?: Course;
  /** Steps that follow an answer that is taken. */
  readonly then?: readonly Step[];
  /** Steps that follow one that is not. */
  readonly stop?: readonly Step[];
  readonly expected: Readonly<Record<string, Expected>>;
}

const STATES: readonly StateCase[] = [
  {
    state: "Sta5, awaiting A-ASSOCIATE-AC",
    steps: [{ read: "associateRq" }],
    then: [{ read: "message" }, { send: SUCCESS }, ...RELEASED],
    expected: {
      "A-ASSOCIATE-RQ": unexpectedPdu("request", "A-ASSOCIATE-RQ"),
      "A-ASSOCIATE-AC": GOOD,
      "A-ASSOCIATE-RJ": {
        during: "request",
        kind: "rejected",
        code: "",
        text: "Result: Rejected Transient, Source: Service Provider (Presentation Related)\n" +
          "Reason: Temporary Congestion",
      },
      "P-DATA-TF": unexpectedPdu("request", "P-DATA-TF"),
      "A-RELEASE-RQ": unexpectedPdu("request", "A-RELEASE-RQ"),
      "A-RELEASE-RP": unexpectedPdu("request", "A-RELEASE-RP"),
      "A-ABORT": lost("request", ABORTED),
      "type 00H": protocol("request", "0006:0321", "Unrecognized PDU type: 0"),
      "type 08H": protocol("request", "0006:0321", "Unrecognized PDU type: 8"),
      "type FFH": protocol("request", "0006:0321", "Unrecognized PDU type: ff"),
    },
  },
  {
    state: "Sta6, behind the A-ASSOCIATE-AC",
    steps: [{ read: "associateRq" }],
    expected: {
      "A-ASSOCIATE-RQ": unexpectedPdu("request", "A-ASSOCIATE-RQ"),
      "A-ASSOCIATE-AC": unexpectedPdu("request", "A-ASSOCIATE-AC"),
      "A-ASSOCIATE-RJ": unexpectedPdu("request", "A-ASSOCIATE-RJ"),
      "P-DATA-TF": protocol("request", "0006:0211", NONE_AWAITED),
      "A-RELEASE-RQ": { ...TOLD_RELEASE, during: "request" },
      "A-RELEASE-RP": unexpectedPdu("request", "A-RELEASE-RP"),
      "A-ABORT": lost("request", ABORTED),
      "type 00H": protocol("request", "0006:0321", "Unrecognized PDU type: 0"),
      "type 08H": protocol("request", "0006:0321", "Unrecognized PDU type: 8"),
      "type FFH": protocol("request", "0006:0321", "Unrecognized PDU type: ff"),
    },
  },
  {
    state: "Sta6, awaiting a response",
    steps: STORED,
    then: RELEASED,
    expected: {
      "A-ASSOCIATE-RQ": unexpectedPdu("store", "A-ASSOCIATE-RQ"),
      "A-ASSOCIATE-AC": unexpectedPdu("store", "A-ASSOCIATE-AC"),
      "A-ASSOCIATE-RJ": unexpectedPdu("store", "A-ASSOCIATE-RJ"),
      "P-DATA-TF": GOOD,
      "A-RELEASE-RQ": TOLD_RELEASE,
      "A-RELEASE-RP": unexpectedPdu("store", "A-RELEASE-RP"),
      "A-ABORT": lost("store", ABORTED),
      "type 00H": protocol("store", "0006:0321", "Unrecognized PDU type: 0"),
      "type 08H": protocol("store", "0006:0321", "Unrecognized PDU type: 8"),
      "type FFH": protocol("store", "0006:0321", "Unrecognized PDU type: ff"),
    },
  },
  {
    // The peer reads no more than the beginning: what it says must be heard although our writes do not get on.
    state: "Sta6, in the middle of an endless object nobody reads",
    steps: [...ACCEPT, { read: "pDataTf" }],
    course: { sources: [endlessBytes()] },
    stop: [{ stall: true }],
    expected: {
      "A-ASSOCIATE-AC": unexpectedPdu("store", "A-ASSOCIATE-AC"),
      "P-DATA-TF": protocol("store", "0006:0211", "message 1 is called stored before all of it was sent"),
      "A-RELEASE-RQ": TOLD_RELEASE,
      "A-RELEASE-RP": unexpectedPdu("store", "A-RELEASE-RP"),
      "A-ABORT": lost("store", ABORTED),
      "type FFH": protocol("store", "0006:0321", "Unrecognized PDU type: ff"),
    },
  },
  {
    state: "Sta7, awaiting A-RELEASE-RP",
    steps: RELEASING,
    expected: {
      "A-ASSOCIATE-RQ": unexpectedPdu("release", "A-ASSOCIATE-RQ"),
      "A-ASSOCIATE-AC": unexpectedPdu("release", "A-ASSOCIATE-AC"),
      "A-ASSOCIATE-RJ": unexpectedPdu("release", "A-ASSOCIATE-RJ"),
      "P-DATA-TF": protocol("release", "0006:0211", NONE_AWAITED),
      "A-RELEASE-RP": GOOD,
      "A-ABORT": lost("release", ABORTED),
      "type 00H": protocol("release", "0006:0321", "Unrecognized PDU type: 0"),
      "type 08H": protocol("release", "0006:0321", "Unrecognized PDU type: 8"),
      "type FFH": protocol("release", "0006:0321", "Unrecognized PDU type: ff"),
    },
  },
  {
    state: "Sta11, after a release collision",
    steps: [...RELEASING, { send: RELEASE_RQ }, { read: "releaseRp" }],
    expected: {
      "A-ASSOCIATE-RQ": unexpectedPdu("release", "A-ASSOCIATE-RQ"),
      "A-ASSOCIATE-AC": unexpectedPdu("release", "A-ASSOCIATE-AC"),
      "A-ASSOCIATE-RJ": unexpectedPdu("release", "A-ASSOCIATE-RJ"),
      "P-DATA-TF": unexpectedPdu("release", "P-DATA-TF"),
      "A-RELEASE-RQ": unexpectedPdu("release", "A-RELEASE-RQ"),
      "A-RELEASE-RP": GOOD,
      "A-ABORT": lost("release", ABORTED),
      "type FFH": protocol("release", "0006:0321", "Unrecognized PDU type: ff"),
    },
  },
  {
    // Whatever comes behind our A-ABORT is not even looked at.
    state: "Sta13, behind our A-ABORT",
    steps: [...ANSWERED, { read: "abort" }],
    course: { end: "abort" },
    then: [{ close: true }],
    expected: Object.fromEntries(Object.keys(WORDS).map((word) => [word, GOOD])),
  },
];

function stateCases(): Case[] {
  return STATES.flatMap(({ state, steps, course, then = [], stop = [], expected }) =>
    Object.entries(expected).map(([word, ending]): Case => {
      const said = WORDS[word] ?? new Uint8Array();
      const isBehindAc = state.includes("behind the A-ASSOCIATE-AC");
      return {
        name: `${word} in ${state}`,
        script: [
          ...steps,
          { send: isBehindAc ? concat([AC, said]) : said },
          ...("statuses" in ending ? then : stop),
        ],
        expected: ending,
        ...(course === undefined ? {} : { course }),
      };
    })
  );
}

/** PDUs whose lengths are wrong, where an A-ASSOCIATE-AC, a response and an A-RELEASE-RP are awaited. */
function lengthCases(): Case[] {
  const places = [
    ["request", [{ read: "associateRq" }], 2],
    ["store", STORED, 4],
    ["release", RELEASING, 6],
  ] as const;
  return places.flatMap(([during, steps, type]): Case[] => [
    {
      name: `length 0 while a ${during} is answered`,
      script: [...steps, { send: pdu(type, []) }],
      expected: protocol(during, "0006:0308", "DUL Illegal or ill-formed PDU"),
    },
    {
      name: `length 1 while a ${during} is answered`,
      script: [...steps, { send: pdu(type, [0]) }],
      expected: protocol(during, "0006:0308", "DUL Illegal or ill-formed PDU"),
    },
    {
      name: `an odd length while a ${during} is answered`,
      script: [...steps, { send: pdu(type, [0, 0, 0, 9, 1]) }],
      expected: protocol(during, "0006:0308", "DUL Illegal or ill-formed PDU"),
    },
    {
      name: `a length of 4 GB while a ${during} is answered`,
      script: [...steps, { send: pdu(type, [0, 0, 0, 0], 2 ** 32 - 1) }],
      expected: protocol(during, "0006:0308", `DUL Illegal PDU Length 4294967295 of a PDU of type ${type}`),
    },
    {
      name: `a length that never comes true while a ${during} is answered`,
      script: [...steps, { send: pdu(type, [0, 0, 0, 0], 1000) }, { close: true }],
      expected: lost(during, "connection closed in the middle of a PDU"),
    },
  ]);
}

const CASES: readonly Case[] = [
  ...stateCases(),
  ...lengthCases(),

  // --- who else may answer on a port ---
  {
    name: "an HTTP server answers",
    script: [{ read: "associateRq" }, { send: ascii("HTTP/1.1 400 Bad Request\r\n\r\n") }, { close: true }],
    expected: protocol("request", "0006:0321", "Unrecognized PDU type: 48: the peer speaks HTTP, not DICOM"),
  },
  {
    name: "an HTTP server answers octet by octet",
    script: [{ read: "associateRq" }, { send: ascii("HTTP/1.1 400 Bad Request\r\n\r\n"), pieceBytes: 1 }],
    expected: protocol("request", "0006:0321", "Unrecognized PDU type: 48: the peer speaks HTTP, not DICOM"),
  },
  {
    name: "an SSH server greets before anything was said",
    script: [{ send: ascii("SSH-2.0-OpenSSH_9.2\r\n") }],
    expected: protocol("request", "0006:0321", "Unrecognized PDU type: 53: the peer speaks SSH, not DICOM"),
  },
  {
    name: "a TLS server sends an alert",
    script: [{ read: "associateRq" }, { send: Uint8Array.of(0x15, 3, 1, 0, 2, 2, 10) }, { close: true }],
    expected: protocol("request", "0006:0321", "Unrecognized PDU type: 15: the peer speaks TLS"),
  },
  {
    name: "something sends three octets and leaves",
    script: [{ read: "associateRq" }, { send: ascii("HTT") }, { close: true }],
    expected: lost("request", "connection closed in the middle of a PDU"),
  },
  {
    name: "something leaves at once",
    script: [{ close: true }],
    expected: { during: "request", kind: "lost", code: "0006:0317", text: "Peer aborted Association" },
  },

  // --- what an A-ASSOCIATE-AC may hold ---
  {
    name: "unknown items in the A-ASSOCIATE-AC",
    script: [
      { read: "associateRq" },
      { send: pdu(2, [...AC.subarray(6), 0x77, 0, 0, 3, 1, 2, 3, 0xff, 0xff, 0, 0]) },
      ...ANSWERED.slice(2),
      ...RELEASED,
    ],
    expected: GOOD,
  },
  {
    name: "an item longer than the A-ASSOCIATE-AC",
    script: [{ read: "associateRq" }, { send: pdu(2, [...AC.subarray(6), 0x50, 0, 0xff, 0xff, 1]) }],
    expected: protocol("request", "0006:0308", "item 50H of 65535 bytes, but only 1 bytes are left"),
  },
  {
    name: "even, duplicate and never proposed context IDs in the A-ASSOCIATE-AC",
    script: [
      ...accept({
        contexts: [0, 1, 1, 2, 77, 254, 255].map((id) => ({
          id,
          result: 0,
          transferSyntax: "1.2.840.10008.1.2.1",
        })),
      }),
      ...ANSWERED.slice(2),
      ...RELEASED,
    ],
    expected: GOOD,
  },
  {
    name: "an A-ASSOCIATE-AC of 200 kilobytes",
    script: [
      ...accept({
        contexts: Array.from({ length: 20_000 }, () => ({ id: 1, result: 0, transferSyntax: "" })),
      }),
      ...ANSWERED.slice(2),
      ...RELEASED,
    ],
    expected: GOOD,
  },
  {
    name: "an A-ASSOCIATE-AC, octet by octet",
    script: [{ read: "associateRq" }, { send: AC, pieceBytes: 1 }, ...ANSWERED.slice(2), ...RELEASED],
    expected: GOOD,
  },
  {
    name: "a rejection with values of no table",
    script: [{ read: "associateRq" }, { send: rejectBytes(9, 9, 9) }],
    expected: {
      during: "request",
      kind: "rejected",
      code: "",
      text: "Result: UNKNOWN, Source: UNKNOWN\nReason: UNKNOWN",
    },
  },

  // --- responses ---
  {
    name: "a response to another message ID",
    script: [...STORED, { send: storeRsp(1, { ...STORE_RQ, messageId: 2 }, 0) }],
    expected: protocol("store", "0006:0211", "DIMSE: Unexpected Response MsgId: 2 (expected: 1)"),
  },
  {
    name: "a response twice, the second while the association is released",
    script: [...STORED, { send: concat([SUCCESS, SUCCESS]) }],
    expected: protocol("release", "0006:0211", NONE_AWAITED),
  },
  {
    name: "a response twice, the second where another message is answered",
    script: [...STORED, { send: SUCCESS }, { read: "message" }, { send: SUCCESS }],
    course: { sources: [bytesOf(1000), bytesOf(1000)] },
    expected: protocol("store", "0006:0211", "DIMSE: Unexpected Response MsgId: 1 (expected: 2)"),
  },
  {
    name: "a failure before the whole data set was sent",
    script: [
      ...ACCEPT,
      { read: "pDataTf" },
      { send: storeRsp(1, STORE_RQ, 0xa700) },
      { read: "message" },
      ...RELEASED,
    ],
    course: { sources: [bytesOf(10_000_000)] },
    expected: { statuses: [0xa700] },
  },
  {
    name: "a C-ECHO-RSP",
    script: [...STORED, { send: pDataTf(1, 3, encodeEchoRsp(1)) }],
    expected: protocol("store", "0006:0211", "DIMSE: Unexpected Response Command Field: 0x8030"),
  },
  {
    name: "a C-STORE-RQ instead of a response",
    script: [
      ...STORED,
      {
        send: pDataTf(
          1,
          3,
          encodeCommandSet([[ELEMENT.commandField, COMMAND.cStoreRq], [ELEMENT.messageId, 1]]),
        ),
      },
    ],
    expected: protocol("store", "0006:0203", "it is a request (C-STORE-RQ, 0x0001), not a response"),
  },
  {
    name: "a command field of no table",
    script: [...STORED, { send: bentRsp({ [ELEMENT.commandField]: [0xff, 0xff] }) }],
    expected: protocol("store", "0006:0211", "DIMSE: Unexpected Response Command Field: 0xffff"),
  },
  {
    name: "a response without a status",
    script: [...STORED, { send: bentRsp({ [ELEMENT.status]: undefined }) }],
    expected: protocol("store", "0006:0203", "response has no Status (0000,0900)"),
  },
  {
    name: "a response with a status of one octet",
    script: [...STORED, { send: bentRsp({ [ELEMENT.status]: [0] }) }],
    expected: protocol("store", "0006:0203", "response has no Status (0000,0900)"),
  },
  {
    name: "a response without UIDs",
    script: [...STORED, { send: bentRsp({ [ELEMENT.affectedSopClassUid]: undefined }) }, ...RELEASED],
    expected: GOOD,
  },
  {
    name: "an empty command set",
    script: [...STORED, { send: pDataTf(1, 3, new Uint8Array()) }],
    expected: protocol("store", "0006:0203", "command set has no Command Field (0000,0100)"),
  },
  {
    name: "a command set of noise",
    script: [...STORED, { send: pDataTf(1, 3, new Uint8Array(99).fill(0xa5)) }],
    expected: protocol("store", "0006:0203", "command element (a5a5,a5a5) claims 2779096485 bytes"),
  },
  {
    name: "a response that announces a data set and sends it",
    script: [
      ...STORED,
      { send: concat([bentRsp({ [ELEMENT.commandDataSetType]: [0, 0] }), pDataTf(1, 2, new Uint8Array(8))]) },
    ],
    expected: protocol("store", "0006:0203", "DIMSE Badly formed message: the response announces a data set"),
  },
  {
    name: "a data set behind a response that announces none",
    script: [...STORED, { send: concat([SUCCESS, pDataTf(1, 2, new Uint8Array(8))]) }],
    expected: protocol("release", "0006:020f", "DIMSE: Command PDV Expected"),
  },
  {
    name: "a data set instead of a response",
    script: [...STORED, { send: pDataTf(1, 2, new Uint8Array(8)) }],
    expected: protocol("store", "0006:020f", "DIMSE: Command PDV Expected"),
  },
  {
    name: "a data set in the middle of a command set",
    script: [
      ...STORED,
      { send: concat([pDataTf(1, 1, encodeStoreRsp(STORE_RQ, 0)), pDataTf(1, 2, new Uint8Array(8))]) },
    ],
    expected: protocol("store", "0006:020f", "DIMSE: Command PDV Expected"),
  },
  {
    name: "a response on a context that was not proposed",
    script: [...STORED, { send: storeRsp(77, STORE_RQ, 0) }],
    expected: protocol("store", "0006:0101", "ASC Bad presentation context ID: 77 was not accepted"),
  },
  {
    name: "a response on a context that was refused",
    script: [
      ...accept({
        contexts: [
          { id: 1, result: 0, transferSyntax: "1.2.840.10008.1.2.1" },
          { id: 3, result: 4, transferSyntax: "" },
        ],
      }),
      { read: "message" },
      { send: storeRsp(3, STORE_RQ, 0) },
    ],
    expected: protocol("store", "0006:0101", "ASC Bad presentation context ID: 3 was not accepted"),
  },
  {
    name: "a response on another accepted context",
    script: [...STORED, { send: storeRsp(3, STORE_RQ, 0) }, ...RELEASED],
    expected: { statuses: [0], warning: "the response came on presentation context 3 instead of 1" },
  },
  {
    name: "a command set on two contexts",
    script: [
      ...STORED,
      { send: concat([pDataTf(1, 1, Uint8Array.of(0, 0)), pDataTf(3, 3, encodeStoreRsp(STORE_RQ, 0))]) },
    ],
    expected: protocol(
      "store",
      "0006:0203",
      "fragments of a command set arrived on two presentation contexts",
    ),
  },
  {
    name: "a response in fragments of seven octets, octet by octet, behind empty fragments",
    script: [
      ...STORED,
      {
        send: concat([pDataTf(1, 1, new Uint8Array()), ...storeRspInPieces(1, STORE_RQ, 0xb006, 7)]),
        pieceBytes: 1,
      },
      ...RELEASED,
    ],
    expected: { statuses: [0xb006] },
  },
  {
    name: "a response and the A-ABORT behind it in one write",
    script: [...STORED, { send: concat([SUCCESS, abortBytes(0, 0)]) }],
    expected: lost("release", "A-ABORT from the service user"),
  },
  {
    name: "a command set that never ends",
    script: [...STORED, {
      send: concat(Array.from({ length: 100 }, () => pDataTf(1, 1, new Uint8Array(1000)))),
    }],
    expected: protocol("store", "0006:0203", "a command set is longer than 65536 bytes"),
  },
  {
    name: "empty fragments without end",
    script: [...STORED, ...Array.from({ length: 50 }, (): Step => ({ send: EMPTY_FRAGMENTS }))],
    expected: protocol("store", "0006:0203", "a command set has not ended after 4096 fragments"),
  },
  {
    name: "a PDV of length 1",
    script: [...STORED, { send: pdu(4, [0, 0, 0, 1, 1]) }],
    expected: protocol("store", "0006:0308", "P-DATA-TF holds a PDV of length 1, less than 2"),
  },
  {
    name: "a PDV longer than its PDU",
    script: [...STORED, { send: pdu(4, [0, 0, 1, 0, 1, 3, 0, 0]) }],
    expected: protocol(
      "store",
      "0006:0308",
      "presentation data value of 256 bytes, but only 4 bytes are left",
    ),
  },
  ...[0x0001, 0x0107, 0xb000, 0xbfff, 0x0122, 0x0124, 0x0213, 0xa700, 0xa9ff, 0xc123, 0xfe00, 0xff00, 0x0002]
    .map(
      (status): Case => ({
        name: `status ${status.toString(16)}`,
        script: [...STORED, { send: storeRsp(1, STORE_RQ, status) }, ...RELEASED],
        expected: { statuses: [status] },
      }),
    ),

  // --- leaving ---
  {
    name: "the peer closes in the middle of a large object",
    script: [...ACCEPT, { read: "pDataTf" }, { close: true }],
    course: { sources: [endlessBytes()] },
    expected: { during: "store", kind: "lost", code: "0006:0317", text: "Peer aborted Association" },
  },
  {
    name: "the peer closes instead of answering",
    script: [...STORED, { close: true }],
    expected: lost("store", "connection closed"),
  },
  {
    name: "the peer closes instead of confirming the release",
    script: [...RELEASING, { close: true }],
    expected: lost("release", "connection closed"),
  },
  {
    name: "a release collision whose confirmation never comes",
    script: [...RELEASING, { send: RELEASE_RQ }, { read: "releaseRp" }, { close: true }],
    expected: lost("release", "connection closed"),
  },
  {
    name: "A-RELEASE-RQ and A-RELEASE-RP in one write",
    script: [...RELEASING, { send: concat([RELEASE_RQ, RELEASE_RP]) }],
    expected: GOOD,
  },
  {
    name: "noise behind the A-RELEASE-RP",
    script: [...RELEASING, { send: concat([RELEASE_RP, new Uint8Array(1000).fill(0xa5)]) }],
    expected: GOOD,
  },
  {
    name: "a flood of noise instead of the close our A-ABORT asks for",
    script: [...STORED, { send: new Uint8Array(3_000_000).fill(0xa5) }],
    expected: protocol("store", "0006:0321", "Unrecognized PDU type: a5"),
  },

  // --- silence ---
  {
    name: "no answer to the A-ASSOCIATE-RQ",
    script: [{ read: "associateRq" }, { read: "abort" }],
    course: { options: { acseTimeoutSeconds: 0.3 } },
    expected: {
      during: "request",
      kind: "lost",
      code: "0006:031a",
      text: "DUL network read timeout: no A-ASSOCIATE-AC within 0.3 s",
    },
  },
  {
    name: "an A-ASSOCIATE-AC that stops in its middle",
    script: [{ read: "associateRq" }, { send: AC.subarray(0, 50) }, { stall: true }],
    course: { options: { acseTimeoutSeconds: 0.3 } },
    expected: { during: "request", kind: "lost", code: "0006:031a", text: "no A-ASSOCIATE-AC within 0.3 s" },
  },
  {
    name: "no response, with a DIMSE time limit",
    script: [...STORED, { read: "abort" }],
    course: { options: { dimseTimeoutSeconds: 0.3 } },
    expected: {
      during: "store",
      kind: "lost",
      code: "0006:0207",
      text: "DIMSE No data available (timeout in non-blocking mode): no response within 0.3 s",
    },
  },
  {
    name: "half a response, with a DIMSE time limit",
    script: [...STORED, { send: SUCCESS.subarray(0, 20) }, { stall: true }],
    course: { options: { dimseTimeoutSeconds: 0.3 } },
    expected: { during: "store", kind: "lost", code: "0006:0207", text: "no response within 0.3 s" },
  },
  {
    name: "no response, with a socket time limit only",
    script: [...STORED, { stall: true }],
    course: { options: { dimseTimeoutSeconds: undefined, socketTimeoutSeconds: 0.3 } },
    expected: lost("store", "no byte moved either way for 0.3 s"),
  },
  {
    name: "a peer that stops reading in the middle of a large object",
    script: [...ACCEPT, { read: "pDataTf" }, { stall: true }],
    course: { sources: [endlessBytes()], options: { socketTimeoutSeconds: 0.3, dimseTimeoutSeconds: 0.2 } },
    expected: lost("store", "no byte moved either way for 0.3 s"),
  },
  {
    name: "no answer to the A-RELEASE-RQ",
    script: [...RELEASING, { read: "abort" }],
    course: { options: { acseTimeoutSeconds: 0.3 } },
    expected: { during: "release", kind: "lost", code: "0006:031a", text: "no A-RELEASE-RP within 0.3 s" },
  },
  {
    name: "no close behind our A-ABORT",
    script: [...ANSWERED, { read: "abort" }, { stall: true }],
    course: { end: "abort" },
    expected: GOOD,
  },
];

function check({ statuses, fault, during, warnings }: Ending, expected: Expected): void {
  if ("statuses" in expected) {
    assertEquals(fault?.condition, undefined);
    assertEquals(statuses, expected.statuses);
    assertEquals(warnings, expected.warning === undefined ? [] : [expected.warning]);
  } else {
    assertStringIncludes(fault?.message ?? "no fault", expected.text);
    assertEquals([during, fault?.kind, fault?.code ?? ""], [expected.during, expected.kind, expected.code]);
  }
}

/** Peers that are told with an A-ABORT, and whether by the service provider, which is about PDUs (PS3.8 9.3.8). */
const TOLD: Readonly<Record<string, number>> = {
  "0006:0101": 0,
  "0006:0203": 0,
  "0006:0207": 0,
  "0006:020f": 0,
  "0006:0211": 0,
  "0006:0303": 2,
  "0006:0308": 2,
  "0006:0319": 0,
  "0006:031a": 0,
  "0006:0321": 2,
};

/** The peer is told, once, before the connection ends. */
function checkFarewell(seen: Seen["pdus"], expected: Expected): void {
  const source = "statuses" in expected ? undefined : TOLD[expected.code];
  if (source === undefined) return;
  const last = seen.at(-1);
  assertEquals([last?.type, last?.type === "abort" && last.source], ["abort", source]);
  assertEquals(seen.filter(({ type }) => type === "abort").length, 1);
}

Deno.test("there are enough cases, each with a name of its own", () => {
  assert(CASES.length >= 120, String(CASES.length));
  for (const { expected } of CASES) {
    const isTold = "code" in expected && (expected.kind === "protocol" || expected.code === "0006:0319");
    if (isTold) assert(expected.code in TOLD, expected.code);
  }
  assertEquals(new Set(CASES.map(({ name }) => name)).size, CASES.length);
});

for (const { name, script, course, expected } of CASES) {
  Deno.test(`hostile peer: ${name}`, async () => {
    await using peer = startScriptedPeer(script);
    check(await hold(await connectTo(peer.port), course), expected);
    const stops = script.some((step) => "stall" in step || "close" in step);
    if (!stops) checkFarewell((await peer.ended()).pdus, expected);
  });
}
