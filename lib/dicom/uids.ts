/** Names of well-known UIDs: SOP classes and instances, service classes, the application context, transfer syntaxes. */

import { transferSyntaxes, transferSyntaxOf } from "./transfer_syntaxes.ts";
import { ROOT, ROWS } from "./uid_names.ts";

export const VERIFICATION = "1.2.840.10008.1.1";
export const APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
export const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10";

interface Names {
  /** DCMTK's name. */
  readonly name: string;
  /** PS3.6 Annex A keyword. */
  readonly keyword: string;
}

let names: ReadonlyMap<string, Names> | undefined;
let uids: ReadonlyMap<string, string> | undefined;

function namesByUid(): ReadonlyMap<string, Names> {
  return names ??= new Map(
    ROWS.split("\n").map((row) => {
      const [uid = "", name = "", keyword = name] = row.split(" ");
      return [ROOT + uid, { name, keyword }];
    }),
  );
}

function uidsByName(): ReadonlyMap<string, string> {
  if (uids !== undefined) return uids;
  const all = new Map<string, string>();
  const known: Iterable<readonly [string, Names]>[] = [namesByUid(), transferSyntaxes()];
  // Keywords first: should a DCMTK name ever equal another UID's keyword, DCMTK's meaning wins.
  for (const table of known) for (const [uid, { keyword }] of table) all.set(keyword, uid);
  for (const table of known) for (const [uid, { name }] of table) all.set(name, uid);
  return uids = all;
}

/** DCMTK's name of a UID, which dumps show after "=", or undefined for one without. */
export function nameOf(uid: string): string | undefined {
  return (namesByUid().get(uid) ?? transferSyntaxOf(uid))?.name;
}

/** The keyword of a UID in PS3.6 Annex A, or undefined for one without. */
export function keywordOf(uid: string): string | undefined {
  return (namesByUid().get(uid) ?? transferSyntaxOf(uid))?.keyword;
}

/** The UID of an exactly spelled DCMTK name or PS3.6 keyword, or undefined if no UID has it. */
export function uidOfName(nameOrKeyword: string): string | undefined {
  return uidsByName().get(nameOrKeyword);
}
