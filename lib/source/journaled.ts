/** What the journal has to do with opening files: which are left out, and what is noted of those that were stored. */

import type { Input, NoInstance, OpenInstance } from "./instance.ts";
import type { Journal } from "./journal.ts";

/** Opens what the journal does not say is stored. */
export function exceptStored(open: OpenInstance, journal: Journal | undefined): OpenInstance {
  return journal === undefined ? open : (input) => storedBefore(journal, input) ?? open(input);
}

/** Why it is not sent again, if the journal says that it is stored. */
export function storedBefore(journal: Journal, input: Input): NoInstance | undefined {
  const { path, inside } = placeOf(input);
  return journal.has(path, inside)
    ? { skipped: "already stored, says the journal", isStored: true }
    : undefined;
}

/** @throws Fault "configuration" when it cannot be written */
export function noteStored(journal: Journal | undefined, input: Input, sopInstanceUid: string): void {
  const { path, inside } = placeOf(input);
  journal?.add(path, sopInstanceUid, inside);
}

/** The file that holds it, and which member of that it is: several can have the same name. */
function placeOf({ path, member }: Input): { readonly path: string; readonly inside: string } {
  if (member === undefined) return { path, inside: "" };
  return { path: member.archivePath, inside: `!${member.name}@${member.offset}` };
}
