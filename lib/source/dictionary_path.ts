/** The data dictionaries of the user, which the environment variable DCMDICTPATH names. */

import type { Dictionary } from "../dicom/dictionary.ts";
import { type DictionaryFile, loadDictionary } from "../dicom/dictionary_file.ts";
import type { Logger } from "../log/log.ts";
import { readWholeFileLater } from "./whole_file.ts";

const SEPARATOR = Deno.build.os === "windows" ? ";" : ":";

/**
 * The files of a DCMDICTPATH over the built-in dictionary. A file that cannot be opened and a line that cannot be
 * understood are errors in the log, not the end: unlike DCMTK, this program always has a dictionary.
 */
export async function dictionaryOf(searchPath: string, log: Logger): Promise<Dictionary> {
  const files: DictionaryFile[] = [];
  for (const name of searchPath.split(SEPARATOR).filter((part) => part !== "")) {
    try {
      log.debug(`DcmDataDictionary: Loading file: ${name}`);
      files.push({ name, text: new TextDecoder().decode(await readWholeFileLater(name)) });
    } catch {
      log.error(`DcmDataDictionary: Cannot open file: ${name}`);
    }
  }
  const { dictionary, complaints } = loadDictionary(files);
  for (const complaint of complaints) log.error(complaint);
  return dictionary;
}
