/** The peers of the cases: what they answer, good or bad, by a name that a report can show. */

import type { AssociateAc } from "../../../lib/pdu/types.ts";
import {
  abortBytes,
  associateAcBytes,
  type Choice,
  pDataTf,
  rejectBytes,
  storeRsp,
} from "../../peers/answers.ts";
import type { RecordingPeerOptions } from "../../peers/recording_peer.ts";
import type { Step } from "../../peers/scripted_peer.ts";

export type CasePeer =
  /** With `tls` it shows the server certificate among the specimens. */
  | { readonly name: string; readonly records: RecordingPeerOptions; readonly tls?: true }
  | { readonly name: string; readonly steps: readonly Step[] }
  /** Nobody listens. */
  | { readonly name: string; readonly absent: true };

/** Takes the first transfer syntax of everything, and stores. */
export const GOOD: CasePeer = { name: "", records: {} };
export const OVER_TLS: CasePeer = { name: "over TLS", records: {}, tls: true };
export const ABSENT: CasePeer = { name: "nobody", absent: true };

const IMPLICIT = "1.2.840.10008.1.2";
const CT = "1.2.840.10008.5.1.4.1.1.2";

export function statuses(...values: number[]): CasePeer {
  const name = `status ${values.map((value) => value.toString(16).padStart(4, "0")).join(", ")}`;
  return { name, records: { statuses: values } };
}

function choosing(name: string, choose: Choice): CasePeer {
  return { name, records: { choose } };
}

/** Takes one transfer syntax only, wherever it is proposed. */
export function takesOnly(uid: string): CasePeer {
  return choosing(`takes ${uid} only`, (_class, proposed) => proposed.find((one) => one === uid));
}

export const TAKES_LAST = choosing("takes the last transfer syntax", (_class, proposed) => proposed.at(-1));
export const TAKES_IMPLICIT = takesOnly(IMPLICIT);
export const REFUSES_ALL = choosing("refuses every context", () => undefined);
export const REFUSES_CT = choosing(
  "refuses CT",
  (uid, [first]) => uid === CT ? undefined : first,
);

export function answersWith(name: string, associateAc: Partial<AssociateAc>): CasePeer {
  return { name, records: { associateAc } };
}

export const ANSWERS_ROLES = answersWith("with roles", {
  roles: [{ abstractSyntax: CT, scu: true, scp: false }],
  extended: [{ abstractSyntax: CT, data: Uint8Array.of(2, 0, 1) }],
});
export const OTHER_TITLES = answersWith("with other titles", {
  calledAeTitle: "X",
  callingAeTitle: "Y",
  applicationContext: "1.2.3",
});
export const NO_MAX_PDU = answersWith("without max PDU", { maximumLengthReceived: undefined });

export function maxPdu(maximumLengthReceived: number): CasePeer {
  return answersWith(`max PDU ${maximumLengthReceived}`, { maximumLengthReceived });
}

export const SLOW: CasePeer = { name: "answers after 5 s", records: { answerDelayMs: 5000 } };

function scripted(name: string, ...steps: Step[]): CasePeer {
  return { name, steps };
}

const requested: Step = { read: "associateRq" };
const accepted: Step[] = [requested, { send: (seen) => associateAcBytes(seen.rq()) }];
const stored: Step[] = [...accepted, { read: "message" }];
const answered: Step[] = [...stored, {
  send: (seen) => storeRsp(seen.command().contextId, seen.command(), 0),
}];
const close: Step = { close: true };
const abort: Step = { send: abortBytes(2, 1) };
const untilAbort: Step[] = [{ read: "abort" }, close];
const garbage: Step = { send: new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n") };
const releaseRq: Step = { send: Uint8Array.of(5, 0, 0, 0, 0, 4, 0, 0, 0, 0) };

export function rejects(result: number, source: number, reason: number): CasePeer {
  return scripted(`rejects ${result} ${source} ${reason}`, requested, {
    send: rejectBytes(result, source, reason),
  });
}

export const SILENT = scripted("never answers");
export const CLOSES_AT_ONCE = scripted("closes instead of answering", requested, close);
export const ABORTS_AT_ONCE = scripted("aborts instead of answering", requested, abort, close);
export const GARBAGE_AT_ONCE = scripted("answers garbage", requested, garbage, ...untilAbort);
export const ASKS_RELEASE_AT_ONCE = scripted(
  "answers by a release request",
  requested,
  releaseRq,
  ...untilAbort,
);

/** While a large object is on its way: after its first data PDU. */
export const ABORTS_DURING = scripted(
  "aborts during the store",
  ...accepted,
  { read: "pDataTf" },
  abort,
  close,
);
export const CLOSES_DURING = scripted("closes during the store", ...accepted, { read: "pDataTf" }, close);

export const NEVER_RESPONDS = scripted("never responds to the store", ...stored, ...untilAbort);
export const ABORTS_THEN = scripted("aborts instead of responding", ...stored, abort, close);
export const CLOSES_THEN = scripted("closes instead of responding", ...stored, close);
export const GARBAGE_THEN = scripted("responds garbage", ...stored, garbage, ...untilAbort);
export const ASKS_RELEASE_THEN = scripted(
  "asks for release instead of responding",
  ...stored,
  releaseRq,
  ...untilAbort,
);

export const WRONG_MESSAGE_ID = scripted("responds to another message", ...stored, {
  send: (seen) => storeRsp(seen.command().contextId, { ...seen.command(), messageId: 77 }, 0),
}, ...untilAbort);
export const WRONG_CONTEXT = scripted("responds on another context", ...stored, {
  send: (seen) => storeRsp(seen.command().contextId + 2, seen.command(), 0),
}, ...untilAbort);
export const WRONG_INSTANCE = scripted("responds for another instance", ...stored, {
  send: (seen) => storeRsp(seen.command().contextId, { ...seen.command(), sopInstanceUid: "1.2.3.99" }, 0),
}, ...untilAbort);
export const WRONG_COMMAND = scripted("responds with a C-ECHO-RSP", ...stored, {
  send: (seen) => {
    const bytes = storeRsp(seen.command().contextId, seen.command(), 0).slice();
    // (0000,0100) Command Field, implicit little endian
    const at = bytes.findIndex((_, i) => bytes[i + 2] === 0 && bytes[i + 3] === 1 && bytes[i + 8] === 1);
    bytes[at + 8] = 0x30;
    return bytes;
  },
}, ...untilAbort);
export const EMPTY_RESPONSE = scripted("responds an empty command set", ...stored, {
  send: (seen) => pDataTf(seen.command().contextId, 3, new Uint8Array()),
}, ...untilAbort);

export const NEVER_RELEASES = scripted("never answers the release", ...answered);
export const ABORTS_RELEASE = scripted(
  "aborts instead of the release",
  ...answered,
  { read: "releaseRq" },
  abort,
  close,
);
export const CLOSES_RELEASE = scripted(
  "closes instead of the release",
  ...answered,
  { read: "releaseRq" },
  close,
);
export const ABORTS_BETWEEN = scripted("aborts after the first response", ...answered, abort, close);
export const HANGS_AFTER_ABORT = scripted("never closes after an abort", ...answered, { stall: true });
