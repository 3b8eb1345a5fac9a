/** DICOMDIRs made up by the tests' own writer. */

import { type Elements, encodeDataSet, joined, metaHeader, SYNTAX_OF } from "./made_up_files.ts";

export const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10";

/** A directory record (PS3.3 F.3.2.2); without file ID it is one of a patient or study. */
export function record(fileId: string | undefined, inUse = 0xffff, more: Elements = []): Elements {
  const file: Elements = fileId === undefined ? [] : [[0x00041500, "CS", fileId]];
  return [[0x00041410, "US", inUse], [0x00041430, "CS", "IMAGE"], ...file, ...more];
}

/** A DICOMDIR (PS3.10 section 8.6) with these records. */
export function dicomdir(
  records: readonly Elements[],
  encoding: "explicit" | "implicit" = "explicit",
): Uint8Array {
  const dataSet = encodeDataSet([[0x00041130, "CS", "TEST"], [0x00041220, "SQ", records]], encoding);
  return joined([metaHeader(SYNTAX_OF[encoding], MEDIA_STORAGE_DIRECTORY, "1.2.3"), dataSet]);
}
