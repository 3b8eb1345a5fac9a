/** PDUs to bytes. Layouts: PS3.8 section 9.3 and annex D, PS3.7 annex D. All numbers big endian. */

import { putCharacters } from "../bytes/characters.ts";
import { Fault } from "../errors.ts";
import type {
  AnsweredContext,
  AssociateAc,
  AssociateRq,
  Pdu,
  ProposedContext,
  UserInformation,
} from "./types.ts";
import { Octets } from "./octets.ts";
import { PDU_HEADER_BYTES, PDU_TYPE } from "./types.ts";

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
      return pduOf(PDU_TYPE.associateRj, Uint8Array.of(0, pdu.result, pdu.source, pdu.reason));
    case "releaseRq":
      return pduOf(PDU_TYPE.releaseRq, new Uint8Array(4));
    case "releaseRp":
      return pduOf(PDU_TYPE.releaseRp, new Uint8Array(4));
    case "abort":
      return pduOf(PDU_TYPE.abort, Uint8Array.of(0, 0, pdu.source, pdu.reason));
  }
}

function encodeAssociate(pdu: AssociateRq | AssociateAc): Uint8Array {
  const body = new Octets();
  body.put16(PROTOCOL_VERSION);
  body.put16(0);
  body.putText(padAeTitle(pdu.calledAeTitle));
  body.putText(padAeTitle(pdu.callingAeTitle));
  body.putBytes(new Uint8Array(32));
  putItem(body, ITEM.applicationContext, (item) => item.putText(pdu.applicationContext));
  const syntaxes = new SyntaxItems();
  if (pdu.type === "associateRq") {
    for (const context of pdu.contexts) putProposedContext(body, context, syntaxes);
  } else {
    for (const context of pdu.contexts) putAnsweredContext(body, context, syntaxes);
  }
  putItem(body, ITEM.userInformation, (item) => putUserInformation(item, pdu));
  return pduOf(pdu.type === "associateRq" ? PDU_TYPE.associateRq : PDU_TYPE.associateAc, body.bytes);
}

/** Third octet FFH as DCMTK sends it: reserved, and not tested by a receiver (PS3.8 table 9-13). */
function putProposedContext(body: Octets, context: ProposedContext, syntaxes: SyntaxItems): void {
  const { id, abstractSyntax, transferSyntaxes } = context;
  const subItems = transferSyntaxes.map((uid) => syntaxes.transfer(uid));
  putContext(body, ITEM.proposedContext, id, 0xff, [syntaxes.abstract(abstractSyntax), ...subItems]);
}

function putAnsweredContext(body: Octets, context: AnsweredContext, syntaxes: SyntaxItems): void {
  const { id, result, transferSyntax } = context;
  putContext(body, ITEM.answeredContext, id, result, [syntaxes.transfer(transferSyntax)]);
}

/** PS3.8 9.3.2.2 and 9.3.3.2: ID, a reserved octet, result, another reserved octet, sub-items. */
function putContext(
  body: Octets,
  type: number,
  id: number,
  result: number,
  subItems: readonly Uint8Array[],
): void {
  let lengthBytes = 4;
  for (const { length } of subItems) lengthBytes += length;
  checkItemLength(lengthBytes);
  body.put32((type << 24) | lengthBytes);
  body.put32((id << 24) | (result << 8));
  for (const subItem of subItems) body.putBytes(subItem);
}

/** Sub-items that hold a UID, each made once: a request of 128 contexts repeats three transfer syntaxes and 64 classes. */
class SyntaxItems {
  readonly #abstract = new Map<string, Uint8Array>();
  readonly #transfer = new Map<string, Uint8Array>();

  abstract(uid: string): Uint8Array {
    return this.#item(this.#abstract, ITEM.abstractSyntax, uid);
  }

  transfer(uid: string): Uint8Array {
    return this.#item(this.#transfer, ITEM.transferSyntax, uid);
  }

  #item(made: Map<string, Uint8Array>, type: number, uid: string): Uint8Array {
    const known = made.get(uid);
    if (known !== undefined) return known;
    checkItemLength(uid.length);
    const item = new Uint8Array(4 + uid.length);
    item.set([type, 0, uid.length >>> 8, uid.length]);
    putCharacters(uid, item, 4);
    made.set(uid, item);
    return item;
  }
}

/** Sub-items in ascending order of their type, as DCMTK sends them. */
function putUserInformation(body: Octets, info: AssociateRq | AssociateAc): void {
  putMaximumLength(body, info);
  putItem(body, ITEM.implementationClassUid, (item) => item.putText(info.implementationClassUid));
  const window = info.operationsWindow;
  if (window !== undefined) {
    putItem(body, ITEM.operationsWindow, (item) => {
      item.put16(window.maxInvoked);
      item.put16(window.maxPerformed);
    });
  }
  for (const role of info.roles) {
    putItem(body, ITEM.roleSelection, (item) => {
      putCounted(item, (uid) => uid.putText(role.abstractSyntax));
      putOctets(item, role.scu ? 1 : 0, role.scp ? 1 : 0);
    });
  }
  putItem(body, ITEM.implementationVersionName, (item) => item.putText(info.implementationVersionName));
  for (const extended of info.extended) {
    putItem(body, ITEM.extendedNegotiation, (item) => {
      putCounted(item, (uid) => uid.putText(extended.abstractSyntax));
      item.putBytes(extended.data);
    });
  }
  if (info.type === "associateRq") putUserIdentity(body, info);
  else putUserIdentityResponse(body, info);
}

function putMaximumLength(body: Octets, info: UserInformation): void {
  const length = info.maximumLengthReceived;
  if (length === undefined) return;
  putItem(body, ITEM.maximumLength, (item) => item.put32(length));
}

function putUserIdentity(body: Octets, rq: AssociateRq): void {
  const identity = rq.userIdentity;
  if (identity === undefined) return;
  putItem(body, ITEM.userIdentity, (item) => {
    putOctets(item, identity.type, identity.positiveResponseRequested ? 1 : 0);
    putCounted(item, (field) => field.putBytes(identity.primary));
    putCounted(item, (field) => field.putBytes(identity.secondary));
  });
}

function putUserIdentityResponse(body: Octets, ac: AssociateAc): void {
  const response = ac.userIdentityResponse;
  if (response === undefined) return;
  putItem(body, ITEM.userIdentityResponse, (item) => putCounted(item, (field) => field.putBytes(response)));
}

function padAeTitle(title: string): string {
  if (title.length > AE_TITLE_BYTES) {
    throw new RangeError(`AE title longer than ${AE_TITLE_BYTES} characters`);
  }
  return title.padEnd(AE_TITLE_BYTES, " ");
}

function pduOf(type: number, body: Uint8Array): Uint8Array {
  const pdu = new Uint8Array(PDU_HEADER_BYTES + body.length);
  pdu[0] = type;
  new DataView(pdu.buffer).setUint32(2, body.length);
  pdu.set(body, PDU_HEADER_BYTES);
  return pdu;
}

/** Item type, reserved octet, 16-bit length, content (PS3.8 9.3.2). */
function putItem(into: Octets, type: number, fill: (item: Octets) => void): void {
  putOctets(into, type, 0);
  putCounted(into, fill);
}

/** A 16-bit length, then what it counts. */
function putCounted(into: Octets, fill: (content: Octets) => void): void {
  const at = into.lengthBytes;
  into.put16(0);
  fill(into);
  const lengthBytes = into.lengthBytes - at - 2;
  checkItemLength(lengthBytes);
  into.set16(at, lengthBytes);
}

function checkItemLength(lengthBytes: number): void {
  if (lengthBytes <= LONGEST_ITEM_BYTES) return;
  throw new Fault(
    "configuration",
    `Total length of user items (${lengthBytes} bytes) exceeds upper limit of ${LONGEST_ITEM_BYTES} bytes`,
    { remedy: "use a shorter token for the user identity, or a profile with fewer items" },
  );
}

function putOctets(into: Octets, ...values: readonly number[]): void {
  for (const value of values) into.put8(value);
}
