/** PDUs to bytes. Layouts: PS3.8 section 9.3 and annex D, PS3.7 annex D. All numbers big endian. */

import { Fault } from "../errors.ts";
import type {
  AnsweredContext,
  AssociateAc,
  AssociateRq,
  Pdu,
  ProposedContext,
  UserInformation,
} from "./types.ts";
import { PDU_TYPE } from "./types.ts";

const ITEM = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  answeredContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maximumLength: 0x51,
  implementationClassUid: 0x52,
  operationsWindow: 0x53,
  roleSelection: 0x54,
  implementationVersionName: 0x55,
  extendedNegotiation: 0x56,
  userIdentity: 0x58,
  userIdentityResponse: 0x59,
} as const;

const PROTOCOL_VERSION = 1;
const AE_TITLE_BYTES = 16;
const LONGEST_ITEM_BYTES = 0xffff;

/**
 * The bytes of any PDU but P-DATA-TF, which fragment.ts builds in place.
 * @throws Fault "configuration" when an item is longer than its 16-bit length can say
 */
export function encodePdu(pdu: Exclude<Pdu, { type: "pDataTf" }>): Uint8Array {
  switch (pdu.type) {
    case "associateRq":
      return encodeAssociate(pdu);
    case "associateAc":
      return encodeAssociate(pdu);
    case "associateRj":
      return pduOf(PDU_TYPE.associateRj, [0, pdu.result, pdu.source, pdu.reason]);
    case "releaseRq":
      return pduOf(PDU_TYPE.releaseRq, [0, 0, 0, 0]);
    case "releaseRp":
      return pduOf(PDU_TYPE.releaseRp, [0, 0, 0, 0]);
    case "abort":
      return pduOf(PDU_TYPE.abort, [0, 0, pdu.source, pdu.reason]);
  }
}

function encodeAssociate(pdu: AssociateRq | AssociateAc): Uint8Array {
  const body: number[] = [];
  put16(body, PROTOCOL_VERSION);
  put16(body, 0);
  putText(body, padAeTitle(pdu.calledAeTitle));
  putText(body, padAeTitle(pdu.callingAeTitle));
  for (let i = 0; i < 32; i++) body.push(0);
  putItem(body, ITEM.applicationContext, (item) => putText(item, pdu.applicationContext));
  if (pdu.type === "associateRq") {
    for (const context of pdu.contexts) putProposedContext(body, context);
  } else {
    for (const context of pdu.contexts) putAnsweredContext(body, context);
  }
  putItem(body, ITEM.userInformation, (item) => putUserInformation(item, pdu));
  return pduOf(pdu.type === "associateRq" ? PDU_TYPE.associateRq : PDU_TYPE.associateAc, body);
}

/** Third octet FFH as DCMTK sends it: reserved, and not tested by a receiver (PS3.8 table 9-13). */
function putProposedContext(body: number[], context: ProposedContext): void {
  putItem(body, ITEM.proposedContext, (item) => {
    item.push(context.id, 0, 0xff, 0);
    putItem(item, ITEM.abstractSyntax, (sub) => putText(sub, context.abstractSyntax));
    for (const uid of context.transferSyntaxes) {
      putItem(item, ITEM.transferSyntax, (sub) => putText(sub, uid));
    }
  });
}

function putAnsweredContext(body: number[], context: AnsweredContext): void {
  putItem(body, ITEM.answeredContext, (item) => {
    item.push(context.id, 0, context.result, 0);
    putItem(item, ITEM.transferSyntax, (sub) => putText(sub, context.transferSyntax));
  });
}

/** Sub-items in ascending order of their type, as DCMTK sends them. */
function putUserInformation(body: number[], info: AssociateRq | AssociateAc): void {
  putMaximumLength(body, info);
  putItem(body, ITEM.implementationClassUid, (item) => putText(item, info.implementationClassUid));
  const window = info.operationsWindow;
  if (window !== undefined) {
    putItem(body, ITEM.operationsWindow, (item) => {
      put16(item, window.maxInvoked);
      put16(item, window.maxPerformed);
    });
  }
  for (const role of info.roles) {
    putItem(body, ITEM.roleSelection, (item) => {
      putCounted(item, (uid) => putText(uid, role.abstractSyntax));
      item.push(role.scu ? 1 : 0, role.scp ? 1 : 0);
    });
  }
  putItem(body, ITEM.implementationVersionName, (item) => putText(item, info.implementationVersionName));
  for (const extended of info.extended) {
    putItem(body, ITEM.extendedNegotiation, (item) => {
      putCounted(item, (uid) => putText(uid, extended.abstractSyntax));
      putBytes(item, extended.data);
    });
  }
  if (info.type === "associateRq") putUserIdentity(body, info);
  else putUserIdentityResponse(body, info);
}

function putMaximumLength(body: number[], info: UserInformation): void {
  const length = info.maximumLengthReceived;
  if (length === undefined) return;
  putItem(body, ITEM.maximumLength, (item) => put32(item, length));
}

function putUserIdentity(body: number[], rq: AssociateRq): void {
  const identity = rq.userIdentity;
  if (identity === undefined) return;
  putItem(body, ITEM.userIdentity, (item) => {
    item.push(identity.type, identity.positiveResponseRequested ? 1 : 0);
    putCounted(item, (field) => putBytes(field, identity.primary));
    putCounted(item, (field) => putBytes(field, identity.secondary));
  });
}

function putUserIdentityResponse(body: number[], ac: AssociateAc): void {
  const response = ac.userIdentityResponse;
  if (response === undefined) return;
  putItem(body, ITEM.userIdentityResponse, (item) => putCounted(item, (field) => putBytes(field, response)));
}

function padAeTitle(title: string): string {
  if (title.length > AE_TITLE_BYTES) {
    throw new RangeError(`AE title longer than ${AE_TITLE_BYTES} characters`);
  }
  return title.padEnd(AE_TITLE_BYTES, " ");
}

function pduOf(type: number, body: readonly number[]): Uint8Array {
  const pdu: number[] = [type, 0];
  put32(pdu, body.length);
  putBytes(pdu, body);
  return Uint8Array.from(pdu);
}

/** Item type, reserved octet, 16-bit length, content (PS3.8 9.3.2). */
function putItem(into: number[], type: number, fill: (item: number[]) => void): void {
  into.push(type, 0);
  putCounted(into, fill);
}

/** A 16-bit length, then what it counts. */
function putCounted(into: number[], fill: (content: number[]) => void): void {
  const content: number[] = [];
  fill(content);
  if (content.length > LONGEST_ITEM_BYTES) {
    throw new Fault(
      "configuration",
      `Total length of user items (${content.length} bytes) exceeds upper limit of ${LONGEST_ITEM_BYTES} bytes`,
      { remedy: "use a shorter token for the user identity, or a profile with fewer items" },
    );
  }
  put16(into, content.length);
  putBytes(into, content);
}

function put16(into: number[], value: number): void {
  into.push((value >>> 8) & 0xff, value & 0xff);
}

function put32(into: number[], value: number): void {
  into.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Byte by byte: spreading a long array would overflow the call stack. */
function putBytes(into: number[], bytes: Iterable<number>): void {
  for (const byte of bytes) into.push(byte);
}

/** ISO 646 as PS3.8 annex F wants; other characters go out as their low octet, like the bytes of the command line. */
function putText(into: number[], text: string): void {
  for (let i = 0; i < text.length; i++) into.push(text.charCodeAt(i) & 0xff);
}
