/** UIDs as values of data elements (PS3.5 9.1): what is meant by those that are not quite right, and which cannot be sent. */
import { charactersOf } from "../bytes/characters.ts";
import { Fault } from "../errors.ts";

const MOST_CHARACTERS = 64;
const MOST_RULE = `has at most ${MOST_CHARACTERS} characters`;

/** As much of a value is looked at: some slack, so that a UID that is too long can be shown. */
export const UID_WINDOW_BYTES = 128;

/** A UID as the bytes hold it, and as it is meant. */
export interface UidValue {
  /** Without padding and without blanks, wherever they are, as in DCMTK; "" for an empty value. */
  readonly uid: string;
  /** There were blanks, and be it as padding, for which PS3.5 9.1 has the NUL. */
  readonly blanks: boolean;
  /** There were blanks between its characters. */
  readonly blanksInside: boolean;
  /** The value is longer than anything that could be a UID; `uid` is its beginning. */
  readonly isCut: boolean;
}

const BLANKS = /[\t-\r ]+/g;
const BLANKS_AROUND = /^[\t-\r ]+|[\t-\r ]+$/g;

/** Reads a UID value of `lengthBytes`, or what fits in UID_WINDOW_BYTES of it. */
export function readUid(view: DataView, offset: number, lengthBytes: number): UidValue {
  const visibleBytes = Math.min(lengthBytes, UID_WINDOW_BYTES);
  const value = charactersOf(new Uint8Array(view.buffer, view.byteOffset + offset, visibleBytes));
  let end = value.length;
  while (end > 0 && (value[end - 1] === "\0" || value[end - 1] === " ")) end--;
  const trimmed = value.slice(0, end).replace(BLANKS_AROUND, "");
  const uid = withoutBlanks(trimmed);
  return {
    uid,
    blanks: uid.length < value.replace(/\0+$/, "").length,
    blanksInside: uid.length < trimmed.length,
    isCut: lengthBytes > UID_WINDOW_BYTES,
  };
}

export function withoutBlanks(uid: string): string {
  return uid.replace(BLANKS, "");
}

/** PS3.5 9.1, but for the rules about zeros and dots, against which many files offend to nobody's harm. */
export function isUid(uid: string): boolean {
  return /^[0-9.]{1,64}$/.test(uid);
}

/**
 * The UID of a SOP class or transfer syntax, "" if there is none. It is proposed when an association is requested, and a peer
 * that is shown what cannot be a UID may refuse all of it, and so every other file.
 * @param element for messages, such as "SOPClassUID (0008,0016)"
 * @throws Fault "input"
 */
export function proposableUid(found: UidValue, element: string, name: string): string {
  const { uid } = found;
  if (found.isCut) throw farTooLong(element, name);
  if (uid === "" || isUid(uid)) return uid;
  if (uid.length > MOST_CHARACTERS) {
    throw notSendable(`its ${element} is too long to be a UID: ${uid}`, MOST_RULE, name);
  }
  throw notSendable(`its ${element} is no UID: ${JSON.stringify(uid)}`, "has digits and dots only", name);
}

/**
 * The UID of a SOP instance, "" if there is none. Letters, or some characters too many, are left to the peer: it may well
 * keep the instance, and cut it would be another's UID.
 * @throws Fault "input" for what is no text, or without end
 */
export function instanceUid({ uid, isCut }: UidValue, element: string, name: string): string {
  if (isCut) throw farTooLong(element, name);
  if (!/\p{Cc}/u.test(uid)) return uid;
  throw notSendable(`its ${element} is no UID: ${JSON.stringify(uid)}`, "has digits and dots only", name);
}

function farTooLong(element: string, name: string): Fault {
  return notSendable(`its ${element} is far too long to be a UID`, MOST_RULE, name);
}

function notSendable(why: string, rule: string, name: string): Fault {
  return new Fault("input", `cannot send it: ${why}`, {
    file: name,
    code: "0006:0202",
    remedy: `a UID ${rule}: correct it where the file comes from`,
  });
}

/** DCMTK's words. */
export function blanksRemoved(element: string): string {
  return `DcmUniqueIdentifier: Element ${element} contains one or more space characters, which were removed`;
}
