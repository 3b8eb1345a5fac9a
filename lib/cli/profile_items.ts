/** What one numbered entry of a profile file says. All throw Fault "configuration" with DCMTK's texts. */

import { uidOfName } from "../dicom/uids.ts";
import { Fault } from "../errors.ts";
import { type ProfileEntry, referenceIn } from "./profile_sections.ts";

export interface ProfileContext {
  readonly abstractSyntax: string;
  /** At least one, in order of preference. */
  readonly transferSyntaxes: readonly string[];
}

export interface ProfileRole {
  readonly abstractSyntax: string;
  readonly scu: boolean;
  readonly scp: boolean;
}

export interface ProfileExtension {
  readonly abstractSyntax: string;
  /** Service class application information, 1 to 1024 bytes. */
  readonly data: Uint8Array;
}

const MAX_EXTENSION_BYTES = 1024;
/** PS3.5 9.1. */
const MAX_UID_CHARACTERS = 64;

/** A fault of the file; the remedy says where to look. */
export function profileFault(text: string, at: string): Fault {
  return new Fault("configuration", text, { remedy: `see ${at}` });
}

/** The UID in `TransferSyntaxN = <UID or name>`. */
export function transferSyntaxIn(entry: ProfileEntry): string {
  return uidIn("transfer", entry.value, entry);
}

/** `PresentationContextN = <class>\<section>`; `transferSyntaxesOf` answers none for an unknown section. */
export function contextIn(
  entry: ProfileEntry,
  transferSyntaxesOf: (reference: string) => readonly string[],
): ProfileContext {
  const [className, rest] = split(entry);
  const reference = referenceIn(rest);
  const transferSyntaxes = transferSyntaxesOf(reference);
  if (transferSyntaxes.length === 0) {
    throw profileFault(`transfer syntax key undefined: ${reference}`, entry.place);
  }
  if (className === "") throw profileFault("Illegal call, perhaps wrong parameters", entry.place);
  return { abstractSyntax: uidIn("abstract", className, entry), transferSyntaxes };
}

/** `RoleN = <class>\SCU`, `SCP` or `BOTH`; blanks count. */
export function roleIn(entry: ProfileEntry, before: readonly ProfileRole[]): ProfileRole {
  const [className, rest] = split(entry);
  const role = rest.toUpperCase();
  if (role !== "SCU" && role !== "SCP" && role !== "BOTH") {
    throw profileFault(`syntax error: unknown role key in entry ${entry.key} in config file`, entry.place);
  }
  const abstractSyntax = uidIn("abstract", className, entry);
  if (before.some((other) => other.abstractSyntax === abstractSyntax)) {
    throw profileFault(`role selection defined twice for abstract syntax UID: ${className}`, entry.place);
  }
  return { abstractSyntax, scu: role !== "SCP", scp: role !== "SCU" };
}

/** `ExtendedNegotiationN = <class>\<hex digits>`. */
export function extensionIn(entry: ProfileEntry, before: readonly ProfileExtension[]): ProfileExtension {
  const [className, hex] = split(entry);
  const where = `in entry ${entry.key} in config file`;
  if (hex.length > 2 * MAX_EXTENSION_BYTES) {
    throw profileFault(
      `extended negotiation data too long, cannot handle > ${MAX_EXTENSION_BYTES} bytes ${where}`,
      entry.place,
    );
  }
  if (!/^([0-9A-Fa-f]{2})*$/.test(hex)) {
    throw profileFault(`parse error in extended negotiation data ${where}`, entry.place);
  }
  if (hex === "") throw profileFault("Illegal call, perhaps wrong parameters", entry.place);
  const abstractSyntax = uidIn("abstract", className, entry);
  if (before.some((other) => other.abstractSyntax === abstractSyntax)) {
    throw profileFault(
      `extended negotiation defined twice for abstract syntax UID: ${className}`,
      entry.place,
    );
  }
  return { abstractSyntax, data: Uint8Array.fromHex(hex) };
}

/** What stands before and after the first backslash. */
function split(entry: ProfileEntry): [className: string, rest: string] {
  const backslash = entry.value.indexOf("\\");
  if (backslash < 0) {
    throw profileFault(`syntax error: missing '\\' in entry ${entry.key} in config file`, entry.place);
  }
  return [entry.value.slice(0, backslash), entry.value.slice(backslash + 1)];
}

/** The UID that a UID, DCMTK name or PS3.6 keyword stands for. Private ones are as good as any. */
function uidIn(kind: "abstract" | "transfer", text: string, entry: ProfileEntry): string {
  const uid = uidOfSymbol(text.replace(/^=/, "")) ?? text;
  if (/^[0-9.]+$/.test(uid) && uid.length <= MAX_UID_CHARACTERS) return uid;
  throw profileFault(`not a valid ${kind} syntax UID: ${text}`, entry.place);
}

/** As uidOfName, with the two names that DCMTK resolves by the byte order of the host: ours count as little endian. */
function uidOfSymbol(name: string): string | undefined {
  if (name === "LocalEndianExplicit") return uidOfName("LittleEndianExplicit");
  if (name === "OppositeEndianExplicit") return uidOfName("BigEndianExplicit");
  return uidOfName(name);
}
