/**
 * Bytes of one whole PDU to a value. Any bytes decode to a Pdu or a MalformedPdu: nothing throws, and nothing is
 * allocated beyond a small multiple of the PDU itself. Unknown items and sub-items are skipped, as PS3.8 9.3.1 asks.
 */

import { charactersOf } from "../bytes/characters.ts";
import type {
  AnsweredContext,
  AssociateAc,
  AssociateRq,
  ExtendedNegotiation,
  MalformedPdu,
  OperationsWindow,
  Pdu,
  Pdv,
  ProposedContext,
  RoleSelection,
  UserIdentity,
} from "./types.ts";
import { MESSAGE_CONTROL, PDU_HEADER_BYTES, PDU_NAME, PDU_TYPE } from "./types.ts";

/** AE titles, reserved octets and version before the first item of an A-ASSOCIATE PDU. */
const ASSOCIATE_FIXED_BYTES = 68;

/** Why some bytes are no PDU; caught in decodePdu only. */
class Malformed extends Error {}

/** @param bytes exactly one PDU, with its 6-byte head. */
export function decodePdu(bytes: Uint8Array): Pdu | MalformedPdu {
  try {
    return decodeBody(bytes[0] ?? 0, new Part(bytes, PDU_HEADER_BYTES, bytes.length, "PDU"));
  } catch (caught) {
    if (caught instanceof Malformed) return { type: "malformed", what: caught.message };
    throw caught;
  }
}

function decodeBody(type: number, body: Part): Pdu {
  switch (type) {
    case PDU_TYPE.associateRq:
      return decodeAssociateRq(body.as(PDU_NAME.associateRq));
    case PDU_TYPE.associateAc:
      return decodeAssociateAc(body.as(PDU_NAME.associateAc));
    case PDU_TYPE.associateRj: {
      const fixed = fixedOctets(body.as(PDU_NAME.associateRj));
      return { type: "associateRj", result: fixed.u8(), source: fixed.u8(), reason: fixed.u8() };
    }
    case PDU_TYPE.pDataTf:
      return { type: "pDataTf", pdvs: decodePdvs(body.as(PDU_NAME.pDataTf)) };
    case PDU_TYPE.releaseRq:
      fixedOctets(body.as(PDU_NAME.releaseRq));
      return { type: "releaseRq" };
    case PDU_TYPE.releaseRp:
      fixedOctets(body.as(PDU_NAME.releaseRp));
      return { type: "releaseRp" };
    case PDU_TYPE.abort: {
      const fixed = fixedOctets(body.as(PDU_NAME.abort));
      fixed.skip(1);
      return { type: "abort", source: fixed.u8(), reason: fixed.u8() };
    }
    default:
      throw new Malformed(`unrecognized PDU type ${hex8(type)}`);
  }
}

/** The four octets of A-ASSOCIATE-RJ, A-RELEASE and A-ABORT, past the first, reserved one. */
function fixedOctets(body: Part): Part {
  if (body.left !== 4) throw new Malformed(`${body.name} of ${body.left} bytes instead of 4`);
  body.skip(1);
  return body;
}

/** PS3.8 9.3.5 and annex E: length, context ID, control header, fragment; at least one PDV. */
function decodePdvs(body: Part): Pdv[] {
  const pdvs: Pdv[] = [];
  while (body.left > 0) {
    const lengthBytes = body.u32();
    if (lengthBytes < 2) throw new Malformed(`P-DATA-TF holds a PDV of length ${lengthBytes}, less than 2`);
    const pdv = body.part(lengthBytes, "presentation data value");
    const contextId = pdv.u8();
    const control = pdv.u8();
    pdvs.push({
      contextId,
      isCommand: (control & MESSAGE_CONTROL.command) !== 0,
      isLast: (control & MESSAGE_CONTROL.last) !== 0,
      fragment: pdv.rest(),
    });
  }
  if (pdvs.length === 0) throw new Malformed("P-DATA-TF holds no presentation data value");
  return pdvs;
}

/** What both A-ASSOCIATE PDUs share, filled item by item. */
interface AssociateParts {
  calledAeTitle: string;
  callingAeTitle: string;
  applicationContext: string;
  proposed: ProposedContext[];
  answered: AnsweredContext[];
  maximumLengthReceived: number | undefined;
  implementationClassUid: string;
  implementationVersionName: string;
  operationsWindow: OperationsWindow | undefined;
  roles: RoleSelection[];
  extended: ExtendedNegotiation[];
  userIdentity: UserIdentity | undefined;
  userIdentityResponse: Uint8Array | undefined;
}

function decodeAssociateRq(body: Part): AssociateRq {
  const { proposed, answered: _, userIdentityResponse: __, ...parts } = decodeAssociate(body);
  return { type: "associateRq", ...parts, contexts: proposed };
}

function decodeAssociateAc(body: Part): AssociateAc {
  const { proposed: _, answered, userIdentity: __, ...parts } = decodeAssociate(body);
  return { type: "associateAc", ...parts, contexts: answered };
}

function decodeAssociate(body: Part): AssociateParts {
  if (body.left < ASSOCIATE_FIXED_BYTES) {
    throw new Malformed(
      `${body.name} of ${body.left} bytes, shorter than its ${ASSOCIATE_FIXED_BYTES} fixed bytes`,
    );
  }
  body.skip(4);
  const parts: AssociateParts = {
    calledAeTitle: body.part(16, "called AE title").text(),
    callingAeTitle: body.part(16, "calling AE title").text(),
    applicationContext: "",
    proposed: [],
    answered: [],
    maximumLengthReceived: undefined,
    implementationClassUid: "",
    implementationVersionName: "",
    operationsWindow: undefined,
    roles: [],
    extended: [],
    userIdentity: undefined,
    userIdentityResponse: undefined,
  };
  body.skip(32);
  while (body.left > 0) decodeItem(body, parts);
  return parts;
}

function decodeItem(body: Part, parts: AssociateParts): void {
  const item = body.item("item");
  const { type } = item;
  if (type === 0x10) parts.applicationContext = item.uid();
  else if (type === 0x20) parts.proposed.push(decodeProposedContext(item));
  else if (type === 0x21) parts.answered.push(decodeAnsweredContext(item));
  else if (type === 0x50) { while (item.left > 0) decodeUserInformation(item, parts); }
}

function decodeProposedContext(item: Part): ProposedContext {
  const id = item.u8();
  item.skip(3);
  let abstractSyntax = "";
  const transferSyntaxes: string[] = [];
  while (item.left > 0) {
    const sub = item.item("sub-item");
    if (sub.type === 0x30) abstractSyntax = sub.uid();
    else if (sub.type === 0x40) transferSyntaxes.push(sub.uid());
  }
  return { id, abstractSyntax, transferSyntaxes };
}

function decodeAnsweredContext(item: Part): AnsweredContext {
  const head = item.u32();
  let transferSyntax = "";
  while (item.left > 0) {
    const sub = item.item("sub-item");
    if (sub.type === 0x40) transferSyntax = sub.uid();
  }
  return { id: head >>> 24, result: (head >>> 8) & 0xff, transferSyntax };
}

function decodeUserInformation(item: Part, parts: AssociateParts): void {
  // Mangled by some peers: then it counts as absent, and all is synchronous.
  if (item.holdsCutOff(0x53)) return item.skip(item.left);
  const sub = item.item("user information sub-item");
  switch (sub.type) {
    case 0x51:
      parts.maximumLengthReceived = sub.u32();
      break;
    case 0x52:
      parts.implementationClassUid = sub.uid();
      break;
    case 0x53:
      if (sub.left === 4) parts.operationsWindow = { maxInvoked: sub.u16(), maxPerformed: sub.u16() };
      break;
    case 0x54: {
      const abstractSyntax = sub.part(sub.u16(), "role selection SOP class UID").uid();
      parts.roles.push({ abstractSyntax, scu: sub.u8() !== 0, scp: sub.u8() !== 0 });
      break;
    }
    case 0x55:
      parts.implementationVersionName = sub.text();
      break;
    case 0x56: {
      const abstractSyntax = sub.part(sub.u16(), "extended negotiation SOP class UID").uid();
      parts.extended.push({ abstractSyntax, data: sub.rest().slice() });
      break;
    }
    case 0x58:
      parts.userIdentity = decodeUserIdentity(sub);
      break;
    case 0x59:
      parts.userIdentityResponse = sub.part(sub.u16(), "user identity server response").rest().slice();
      break;
  }
}

function decodeUserIdentity(sub: Part): UserIdentity {
  const type = sub.u8();
  if (type !== 1 && type !== 2 && type !== 3 && type !== 4 && type !== 5) {
    throw new Malformed(`user identity of unknown type ${type}`);
  }
  const positiveResponseRequested = sub.u8() !== 0;
  const primary = sub.part(sub.u16(), "user identity primary field").rest().slice();
  const secondary = sub.part(sub.u16(), "user identity secondary field").rest().slice();
  return { type, positiveResponseRequested, primary, secondary };
}

function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0") + "H";
}

/** A bounds-checked run of bytes with a name for messages; reading past its end is Malformed. */
class Part {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  readonly #name: string;
  /** Of an item or sub-item; undefined for other parts. */
  readonly type: number | undefined;

  constructor(bytes: Uint8Array, start: number, end: number, name: string, type?: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#name = name;
    this.type = type;
  }

  /** Put together only if somebody asks for it. */
  get name(): string {
    return this.type === undefined ? this.#name : `${this.#name} ${hex8(this.type)}`;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  as(name: string): Part {
    return new Part(this.#bytes, this.#at, this.#end, name);
  }

  u8(): number {
    return this.#number(1);
  }

  u16(): number {
    return this.#number(2);
  }

  u32(): number {
    return this.#number(4);
  }

  skip(lengthBytes: number): void {
    this.#take(lengthBytes);
  }

  /** The next bytes; `type` completes their name. */
  part(lengthBytes: number, name: string, type?: number): Part {
    const part = new Part(this.#bytes, this.#at, this.#at + lengthBytes, name, type);
    if (lengthBytes > this.left) {
      throw new Malformed(
        `${part.name} of ${lengthBytes} bytes, but only ${this.left} bytes are left in its ${this.name}`,
      );
    }
    this.#at += lengthBytes;
    return part;
  }

  /** The next item is of this type, and says that it is longer than what is left. */
  holdsCutOff(type: number): boolean {
    if (this.left < 4 || this.#bytes[this.#at] !== type) return false;
    return (this.#bytes[this.#at + 2] ?? 0) * 256 + (this.#bytes[this.#at + 3] ?? 0) > this.left - 4;
  }

  /** The content of the next item, behind its type, a reserved octet and its 16-bit length. */
  item(name: string): Part {
    const head = this.u32();
    return this.part(head & 0xffff, name, head >>> 24);
  }

  /** All bytes that are left, as a view. */
  rest(): Uint8Array {
    const start = this.#take(this.left);
    return this.#bytes.subarray(start, this.#end);
  }

  /** All bytes that are left as characters, without padding at the end. */
  text(): string {
    const start = this.#take(this.left);
    let end = this.#end;
    while (end > start && (this.#bytes[end - 1] === 0x20 || this.#bytes[end - 1] === 0)) end--;
    return charactersOf(this.#bytes.subarray(start, end));
  }

  uid(): string {
    return this.text().trim();
  }

  /** Big endian. No DataView: most PDUs are so short that making one costs more than reading them. */
  #number(lengthBytes: number): number {
    const start = this.#take(lengthBytes);
    let value = 0;
    for (let at = start; at < start + lengthBytes; at++) value = value * 256 + (this.#bytes[at] ?? 0);
    return value;
  }

  #take(lengthBytes: number): number {
    if (lengthBytes > this.left) {
      throw new Malformed(`${this.name} ends ${lengthBytes - this.left} bytes too early`);
    }
    const start = this.#at;
    this.#at += lengthBytes;
    return start;
  }
}
