/** What the journal has to do with opening files: which are left out, and what is noted of those that were stored. */

import type { Input, NoInstance, OpenInstance } from "./instance.ts";
import type { FileVersion } from "./open_file.ts";
import type { Journal } from "./journal.ts";

/** Opens what the journal does not say is stored. */
export function exceptStored(open: OpenInstance, journal: Journal | undefined): OpenInstance {
  return journal === undefined ? open : (input) => storedBefore(journal, input) ?? open(input);
}

/** Why it is not sent again, if the journal says that it is stored. */
export function storedBefore(journal: Journal, input: Input): NoInstance | undefined {
  const { path, inside, version } = placeOf(input);
  return journal.has(path, inside, version)
    ? { skipped: "already stored, says the journal", isStored: true }
    : undefined;
}

/**
 * What is no file, such as a FIFO, is not noted: it can be read only once.
 * @param version of the file, or of the archive, that was opened to be sent
 * @throws Fault "configuration" when it cannot be written
 */
export function noteStored(
  journal: Journal | undefined,
  input: Input,
  version: FileVersion | undefined,
  sopInstanceUid: string,
): void {
  if (version === undefined) return;
  const { path, inside } = placeOf(input);
  journal?.add(path, inside, version, sopInstanceUid);
}

/** The file that holds it, of an archive as the member was found in it, and which member that is: several can have the same name. */
function placeOf({ path, member }: Input) {
  if (member === undefined) return { path, inside: "", version: undefined };
  const { archivePath, version, name, offset } = member;
  return { path: archivePath, inside: `!${name}@${offset}`, version };
}
