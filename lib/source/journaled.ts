/** What the journal has to do with opening files: which are left out, and what is noted of those that were stored. */

import type { ArchiveMember } from "./archives/member.ts";
import type { Input, NoInstance, OpenInstance } from "./instance.ts";
import type { FileVersion } from "./open_file.ts";
import type { Journal } from "./journal.ts";

/** Opens what the journal does not say is stored. */
export function exceptStored(open: OpenInstance, journal: Journal | undefined): OpenInstance {
  return journal === undefined ? open : (input) => storedBefore(journal, input) ?? open(input);
}

/** Why it is not sent again, if the journal says that it is stored. */
export function storedBefore(journal: Journal, { path, member }: Input): NoInstance | undefined {
  const isStored = member === undefined
    ? journal.has(path)
    : journal.has(member.archivePath, insideOf(member), member.version);
  return isStored ? { skipped: "already stored, says the journal", isStored } : undefined;
}

/**
 * What is no file, such as a FIFO, is not noted: it can be read only once.
 * @param version of the file, or of the archive, that was opened to be sent
 * @throws Fault "configuration" when it cannot be written
 */
export function noteStored(
  journal: Journal | undefined,
  { path, member }: Input,
  version: FileVersion | undefined,
  sopInstanceUid: string,
): void {
  if (version === undefined) return;
  if (member === undefined) journal?.add(path, "", version, sopInstanceUid);
  else journal?.add(member.archivePath, insideOf(member), version, sopInstanceUid);
}

/** Several members can have the same name. */
function insideOf({ name, offset }: ArchiveMember): string {
  return `!${name}@${offset}`;
}
