/** The bytes a well-behaved SCP answers with; scripted peers send them, or what becomes of them when bent. */

import { encodeStoreRsp, type StoreRq } from "../../lib/dimse/messages.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import type { AnsweredContext, AssociateAc, AssociateRq } from "../../lib/pdu/types.ts";

/** Takes a transfer syntax for an abstract syntax, or refuses the presentation context. */
export type Choice = (abstractSyntax: string, transferSyntaxes: readonly string[]) => string | undefined;

const first: Choice = (_abstractSyntax, [transferSyntax]) => transferSyntax;

/** An A-ASSOCIATE-AC for `rq`, with `changes` to taste. */
export function associateAc(
  rq: AssociateRq,
  choose: Choice = first,
  changes: Partial<AssociateAc> = {},
): AssociateAc {
  return {
    type: "associateAc",
    calledAeTitle: rq.calledAeTitle,
    callingAeTitle: rq.callingAeTitle,
    applicationContext: rq.applicationContext,
    contexts: rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }): AnsweredContext => {
      const transferSyntax = choose(abstractSyntax, transferSyntaxes);
      return transferSyntax === undefined
        ? { id, result: 4, transferSyntax: transferSyntaxes[0] ?? "" }
        : { id, result: 0, transferSyntax };
    }),
    maximumLengthReceived: 16384,
    implementationClassUid: "1.2.826.0.1.3680043.2.1396.999",
    implementationVersionName: "TESTPEER",
    operationsWindow: undefined,
    roles: [],
    extended: [],
    userIdentityResponse: undefined,
    ...changes,
  };
}

export function associateAcBytes(
  rq: AssociateRq,
  choose?: Choice,
  changes?: Partial<AssociateAc>,
): Uint8Array {
  return encodePdu(associateAc(rq, choose, changes));
}

/** A P-DATA-TF with one PDV. `flags`: bit 0 command, bit 1 last fragment (PS3.8 annex E.2). */
export function pDataTf(contextId: number, flags: number, fragment: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + fragment.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 4);
  view.setUint32(2, 6 + fragment.length);
  view.setUint32(6, 2 + fragment.length);
  view.setUint8(10, contextId);
  view.setUint8(11, flags);
  bytes.set(fragment, 12);
  return bytes;
}

/** A whole C-STORE-RSP in one PDU. */
export function storeRsp(contextId: number, rq: StoreRq, status: number): Uint8Array {
  return pDataTf(contextId, 3, encodeStoreRsp(rq, status));
}

/** The same PDU stream with the command set cut into fragments of `fragmentBytes`, each in a PDU of its own. */
export function storeRspInPieces(
  contextId: number,
  rq: StoreRq,
  status: number,
  fragmentBytes: number,
): Uint8Array[] {
  const command = encodeStoreRsp(rq, status);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < command.length; at += fragmentBytes) {
    const last = at + fragmentBytes >= command.length;
    pieces.push(pDataTf(contextId, last ? 3 : 1, command.subarray(at, at + fragmentBytes)));
  }
  return pieces;
}

export const RELEASE_RP: Uint8Array = encodePdu({ type: "releaseRp" });

export function abortBytes(source: number, reason: number): Uint8Array {
  return encodePdu({ type: "abort", source, reason });
}

export function rejectBytes(result: number, source: number, reason: number): Uint8Array {
  return encodePdu({ type: "associateRj", result, source, reason });
}
