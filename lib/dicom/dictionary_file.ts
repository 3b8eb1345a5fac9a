/**
 * The user's own dictionary files, which DCMDICTPATH names, in DCMTK's format.
 *
 * One entry a line, fields separated by tabs: tag, VR, name, and optionally VM and version. "#" begins a comment. A tag
 * is (gggg,eeee), or for a private element (gggg,"CREATOR",ee); group and element may be ranges: gggg-hhhh means the
 * even ones of them, gggg-o-hhhh the odd ones, gggg-u-hhhh all.
 */

import { Dictionary, type DictionaryEntry } from "./dictionary.ts";
import { isStandardVr, VR_LUT_DATA, VR_OB_OR_OW, VR_UL, VR_US_OR_SS, vrCode } from "./vr.ts";

/** The text of one file, and the name to complain with. */
export interface DictionaryFile {
  readonly name: string;
  readonly text: string;
}

/** What came of reading dictionary files. */
export interface LoadedDictionary {
  /** The built-in dictionary with the entries of the good lines over it; later lines win. */
  readonly dictionary: Dictionary;
  /** One line for each line that could not be used, with its number, in DCMTK's words. */
  readonly complaints: readonly string[];
}

/** VRs that only dictionary files know. Items ("na") have none at all. */
const INTERNAL_VRS: Readonly<Record<string, number>> = {
  xs: VR_US_OR_SS,
  ox: VR_OB_OR_OW,
  px: VR_OB_OR_OW,
  lt: VR_LUT_DATA,
  up: VR_UL,
  na: 0,
};

const TAG = /^\(\s*([^,"]+?)\s*,(?:\s*"([^"]*)"\s*,)?\s*([^,"]+?)\s*\)$/;
const RANGE = /^([0-9a-f]{1,4})(?:\s*-\s*(?:([ou])\s*-\s*)?([0-9a-f]{1,4}))?$/i;
const VM = /^(\d+)(-(\d*n|\d+))?$/;

interface Range {
  readonly first: number;
  readonly last: number;
  readonly which: "even" | "odd" | "any";
}

function rangeOf(text: string): Range | undefined {
  const match = RANGE.exec(text);
  if (match === null) return undefined;
  const [, from = "", restriction, to] = match;
  const first = parseInt(from, 16);
  if (to === undefined) return { first, last: first, which: "any" };
  const last = parseInt(to, 16);
  const which = restriction === undefined ? "even" : restriction.toLowerCase() === "o" ? "odd" : "any";
  return { first: Math.min(first, last), last: Math.max(first, last), which };
}

function vrOf(text: string): number | undefined {
  const internal = INTERNAL_VRS[text];
  if (internal !== undefined) return internal;
  const code = text.length === 2 ? vrCode(text.toUpperCase()) : 0;
  return isStandardVr(code) ? code : undefined;
}

/** The entry of one line, or what is wrong with it. */
function parseLine(line: string): DictionaryEntry | string {
  const [tag = "", vr = "", keyword = "", vm = "1", ...rest] = line.split("\t").map((field) => field.trim());
  if (keyword === "" && line.split("\t").length < 3) return "too few fields";
  if (rest.length > 1) return "too many fields";
  const [, groupText = "", creator, elementText = ""] = TAG.exec(tag) ?? [];
  const groups = rangeOf(groupText);
  const elements = rangeOf(elementText);
  if (groups === undefined || elements === undefined) return `bad Tag field: ${tag}`;
  const code = vrOf(vr.replaceAll('"', ""));
  if (code === undefined) return `bad VR field: ${vr}`;
  if (vm !== "" && !VM.test(vm)) return `bad VM field: ${vm}`;
  return {
    creator: creator?.trimEnd(),
    firstGroup: groups.first,
    lastGroup: groups.last,
    groups: groups.which,
    firstElement: elements.first,
    lastElement: elements.last,
    elements: elements.which,
    vr: code,
    keyword,
  };
}

/**
 * Lays the entries of `files` over the built-in dictionary. Never throws: a line that cannot be understood is left out
 * and complained about.
 */
export function loadDictionary(files: readonly DictionaryFile[]): LoadedDictionary {
  const entries: DictionaryEntry[] = [];
  const complaints: string[] = [];
  for (const { name, text } of files) {
    text.split(/\r\n?|\n/).forEach((line, index) => {
      if (line.trim() === "" || line.trimStart().startsWith("#")) return;
      const entry = parseLine(line);
      if (typeof entry !== "string") {
        entries.push(entry);
        return;
      }
      const [problem, value] = entry.split(": ", 2);
      const where = `${problem} (line ${index + 1})`;
      complaints.push(`DcmDataDictionary: ${name}: ${where}${value === undefined ? "" : `: ${value}`}`);
    });
  }
  return { dictionary: new Dictionary(entries), complaints };
}
