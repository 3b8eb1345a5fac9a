/** pydicom's test files: ten transfer syntaxes, many vendors, and a good number of broken ones. */

import { PYDICOM_DATA } from "./available.ts";
import { readInstances, type StoredInstance } from "./part10.ts";

const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10";

/** All of them, also those that are no DICOM, in name order; but no DICOMDIRs, which stand for other files. */
export async function readTestFiles(): Promise<StoredInstance[]> {
  const files = await readInstances(PYDICOM_DATA);
  return files.filter(({ path, sopClassUid }) =>
    !/\.(py|pyc|json)$/.test(path) && sopClassUid !== MEDIA_STORAGE_DIRECTORY
  );
}

/** Those whose meta header names an instance that no file before them has: an archive keeps each only once. */
export function withDistinctInstances(files: readonly StoredInstance[]): StoredInstance[] {
  const seen = new Set<string>();
  return files.filter(({ sopInstanceUid }) => {
    if (sopInstanceUid === undefined || seen.has(sopInstanceUid)) return false;
    seen.add(sopInstanceUid);
    return true;
  });
}

/** What a sender with -v claims to have stored: paths, in the order they were sent. */
export function claimedStored(stderr: string): string[] {
  const stored: string[] = [];
  let sending = "";
  for (const line of stderr.split("\n")) {
    sending = /^I: Sending file: (.*)$/.exec(line)?.[1] ?? sending;
    if (/^I: Received Store Response \((Success|Warning)/.test(line)) stored.push(sending);
  }
  return stored;
}
