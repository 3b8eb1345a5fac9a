/**
 * The PDUs of the DICOM upper layer protocol (PS3.8 section 9.3) as one closed sum type.
 *
 * How this room works: `encode.ts` turns a PDU into bytes, `decode.ts` turns the bytes of one whole PDU back into a
 * value or a MalformedPdu, `frame.ts` cuts an incoming byte stream into whole PDUs, and `fragment.ts` lays a message
 * out as P-DATA-TF PDUs inside one send buffer. Nothing here knows of sockets, files or time.
 */

/** Octet 1 of every PDU, PS3.8 section 9.3.1. */
export const PDU_TYPE = {
  associateRq: 0x01,
  associateAc: 0x02,
  associateRj: 0x03,
  pDataTf: 0x04,
  releaseRq: 0x05,
  releaseRp: 0x06,
  abort: 0x07,
} as const;

/** The standard's names, for messages. */
export const PDU_NAME: Readonly<Record<Pdu["type"], string>> = {
  associateRq: "A-ASSOCIATE-RQ",
  associateAc: "A-ASSOCIATE-AC",
  associateRj: "A-ASSOCIATE-RJ",
  pDataTf: "P-DATA-TF",
  releaseRq: "A-RELEASE-RQ",
  releaseRp: "A-RELEASE-RP",
  abort: "A-ABORT",
};

/** Type, reserved octet, 32-bit big endian length. */
export const PDU_HEADER_BYTES = 6;
/** 32-bit item length, presentation context ID, message control header (PS3.8 9.3.5.1, annex E.2). */
export const PDV_HEADER_BYTES = 6;

/** Bits of the message control header (PS3.8 annex E.2): else a data set, and more to follow. */
export const MESSAGE_CONTROL = { command: 1, last: 2 } as const;

export interface ProposedContext {
  /** Odd, 1 to 255. */
  readonly id: number;
  readonly abstractSyntax: string;
  /** In order of preference, at least one. */
  readonly transferSyntaxes: readonly string[];
}

/** Result/reason octet of a presentation context in an A-ASSOCIATE-AC, PS3.8 table 9-18. */
export const CONTEXT_RESULT = {
  acceptance: 0,
  userRejection: 1,
  noReason: 2,
  abstractSyntaxNotSupported: 3,
  transferSyntaxesNotSupported: 4,
} as const;

export interface AnsweredContext {
  readonly id: number;
  /** 0 to 4, see CONTEXT_RESULT; peers may send other values. */
  readonly result: number;
  /** Significant only when accepted; then exactly one. */
  readonly transferSyntax: string;
}

/** SCP/SCU role selection, item 54H, PS3.7 D.3.3.4. */
export interface RoleSelection {
  readonly abstractSyntax: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

/** SOP class extended negotiation, item 56H, PS3.7 D.3.3.5. */
export interface ExtendedNegotiation {
  readonly abstractSyntax: string;
  readonly data: Uint8Array;
}

/** Asynchronous operations window, item 53H, PS3.7 D.3.3.3; 0 means unlimited. */
export interface OperationsWindow {
  readonly maxInvoked: number;
  readonly maxPerformed: number;
}

/** User identity, item 58H, PS3.7 D.3.3.7.1. */
export interface UserIdentity {
  /** 1 user name, 2 user name and passcode, 3 Kerberos, 4 SAML, 5 JSON Web Token. */
  readonly type: 1 | 2 | 3 | 4 | 5;
  readonly positiveResponseRequested: boolean;
  readonly primary: Uint8Array;
  /** Empty unless type 2. */
  readonly secondary: Uint8Array;
}

/** What the user information item 50H carries, PS3.8 annex D and PS3.7 annex D. */
export interface UserInformation {
  /** Item 51H; 0 means no limit; undefined when the peer sent none. */
  readonly maximumLengthReceived: number | undefined;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  readonly operationsWindow: OperationsWindow | undefined;
  readonly roles: readonly RoleSelection[];
  readonly extended: readonly ExtendedNegotiation[];
}

export interface AssociateRq extends UserInformation {
  readonly type: "associateRq";
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly applicationContext: string;
  readonly contexts: readonly ProposedContext[];
  readonly userIdentity: UserIdentity | undefined;
}

export interface AssociateAc extends UserInformation {
  readonly type: "associateAc";
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly applicationContext: string;
  readonly contexts: readonly AnsweredContext[];
  /** Item 59H; undefined when absent. */
  readonly userIdentityResponse: Uint8Array | undefined;
}

export interface AssociateRj {
  readonly type: "associateRj";
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

/** One presentation data value: a fragment of a command set or of a data set. */
export interface Pdv {
  readonly contextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  /** A view into the PDU it came from. */
  readonly fragment: Uint8Array;
}

export interface PDataTf {
  readonly type: "pDataTf";
  readonly pdvs: readonly Pdv[];
}

export interface ReleaseRq {
  readonly type: "releaseRq";
}

export interface ReleaseRp {
  readonly type: "releaseRp";
}

/** Who ends an association with an A-ABORT, PS3.8 table 9-26. */
export const ABORT_SOURCE = { serviceUser: 0, serviceProvider: 2 } as const;

/** Why the service provider does; the service user sends 0. PS3.8 table 9-26. */
export const ABORT_REASON = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedParameter: 4,
  unexpectedParameter: 5,
  invalidParameterValue: 6,
} as const;

export interface Abort {
  readonly type: "abort";
  /** An ABORT_SOURCE; a peer may send anything. */
  readonly source: number;
  /** An ABORT_REASON; a peer may send anything. */
  readonly reason: number;
}

export type Pdu = AssociateRq | AssociateAc | AssociateRj | PDataTf | ReleaseRq | ReleaseRp | Abort;

/** Bytes that are no PDU of PS3.8: says which PDU, which field, and what is wrong with it. */
export interface MalformedPdu {
  readonly type: "malformed";
  readonly what: string;
}
