/**
 * Edits as the user writes them: --set PATH=VALUE, --unset PATH.
 *
 * A path names an element by its keyword or as gggg,eeee; an element inside a sequence by the path of the sequence, the
 * item in brackets (counted from 0, * for all of them) and a dot: `RequestAttributesSequence[0].0040,0007=text`. A sequence
 * without brackets means its first item. The VR is that of the dictionary; another, or that of a private element, is
 * stated behind a colon: `0029,1010:LO=text`. Where the path leads to nothing yet, sequence, item and element are
 * added.
 */

import { nearestWord } from "../cli/suggest.ts";
import { type Dictionary, isPrivateCreator } from "../dicom/dictionary.ts";
import { isStandardVr, VR_SQ, VR_UI, vrCode, vrText } from "../dicom/vr.ts";
import { Fault } from "../errors.ts";
import { problemOf } from "./edit_value.ts";
import type { Edit, ItemPath } from "./edits.ts";
import { tagText } from "./element.ts";
import { TAG_SOP_CLASS_UID, TAG_SOP_INSTANCE_UID } from "./top_level.ts";

const STEP = /^(\(?[0-9a-f]{4},[0-9a-f]{4}\)?|[a-z][a-z0-9]*)(?:\[(\d{1,9}|\*)\])?(?::([a-z]{2}))?$/i;

interface Step {
  readonly tag: number;
  readonly item: number | "all" | undefined;
  /** 0 if none is stated. */
  readonly vr: number;
}

/**
 * Reads the argument of --set.
 * @throws Fault "usage" when it is not PATH=VALUE, or the value cannot be one of the element
 */
export function parseSet(argument: string, dictionary: Dictionary): Edit {
  const split = argument.indexOf("=");
  if (split < 0) throw unusable("--set", undefined, "there is no =", "write it as PatientName=DOE^JANE");
  const path = argument.slice(0, split);
  const text = argument.slice(split + 1);
  const { within, last } = parsePath("--set", path, dictionary);
  const vr = last.vr || dictionaryVr(last.tag, dictionary);
  if (vr === 0 && !isPrivateElement(last.tag)) {
    throw unusable(
      "--set",
      path,
      `the dictionary does not know ${tagText(last.tag)}`,
      "state its VR: gggg,eeee:VR=value",
    );
  }
  // Whether "US or SS" is the one or the other, and what a private element is, only the data set tells.
  const problem = isStandardVr(vr) ? problemOf(vr, text) : undefined;
  if (problem !== undefined) throw unusable("--set", path, `VR ${vrText(vr)}: ${problem}`, undefined);
  if (within.length === 0) checkIdentity("--set", path, last.tag, text);
  return { within, tag: last.tag, value: { vr, text } };
}

/**
 * Reads the argument of --unset.
 * @throws Fault "usage" when it is not a path, or that of an element that no object can be without
 */
export function parseUnset(argument: string, dictionary: Dictionary): Edit {
  if (argument.includes("=")) {
    throw unusable("--unset", undefined, "there is a =", "name the element only: values belong to --set");
  }
  const { within, last } = parsePath("--unset", argument, dictionary);
  if (within.length === 0) checkIdentity("--unset", argument, last.tag, "");
  return { within, tag: last.tag, value: undefined };
}

/** The elements that every object has, and what to do for another one. */
const IDENTITY: ReadonlyMap<number, readonly [name: string, remedy: string]> = new Map([
  [TAG_SOP_CLASS_UID, ["SOP Class UID", "to send it as something else, --set SOPClassUID to that SOP class"]],
  [TAG_SOP_INSTANCE_UID, ["SOP Instance UID", "--set another one, or let --invent-instance make one up"]],
]);

function checkIdentity(option: string, path: string, tag: number, text: string): void {
  const [name, remedy] = IDENTITY.get(tag) ?? [];
  if (name === undefined || (problemOf(VR_UI, text) === undefined && /^[^\\]+$/.test(text))) return;
  throw unusable(option, path, `an object without exactly one ${name} cannot be stored`, remedy);
}

function dictionaryVr(tag: number, dictionary: Dictionary): number {
  return isPrivateElement(tag) ? 0 : dictionary.vrOf(tag);
}

function isPrivateElement(tag: number): boolean {
  return (tag & 0x10000) !== 0 && !isPrivateCreator(tag);
}

function parsePath(option: string, path: string, dictionary: Dictionary): { within: ItemPath[]; last: Step } {
  const steps = path.split(".").map((text) => parseStep(option, path, text, dictionary));
  const last = steps.pop();
  if (last === undefined || last.item !== undefined) {
    throw unusable(option, path, "an item is not an element", "name an element inside: Sequence[0].Element");
  }
  const within = steps.map(({ tag, item, vr }): ItemPath => {
    const known = vr || dictionaryVr(tag, dictionary);
    if (known !== 0 && known !== VR_SQ) {
      throw unusable(option, path, `${tagText(tag)} is not a sequence but ${vrText(known)}`, undefined);
    }
    return { tag, item: item ?? 0 };
  });
  return { within, last };
}

function parseStep(option: string, path: string, text: string, dictionary: Dictionary): Step {
  const [, name = "", item, vr] = STEP.exec(text) ?? [];
  if (name === "") {
    const what = text === "" ? "it is empty" : `${JSON.stringify(text)} is neither a keyword nor gggg,eeee`;
    throw unusable(option, path, what, "write paths as Keyword, gggg,eeee or Sequence[0].Element");
  }
  const tag = name.includes(",") ? parseInt(name.replace(/[(),]/g, ""), 16) : dictionary.tagOf(name);
  if (tag === undefined) {
    const near = nearestWord(name, dictionary.keywords());
    throw unusable(
      option,
      path,
      `the dictionary does not know ${name}`,
      near === undefined ? "keywords are those of PS3.6; gggg,eeee always works" : `did you mean ${near}?`,
    );
  }
  const group = tag >>> 16;
  if (group < 8 || group >= 0xFFFC || (tag & 0xFFFF) === 0) {
    throw unusable(
      option,
      path,
      `${tagText(tag)} is not part of what is sent, or made by the program itself`,
      undefined,
    );
  }
  const code = vr === undefined ? 0 : vrCode(vr.toUpperCase());
  if (vr !== undefined && !isStandardVr(code)) throw unusable(option, path, `${vr} is not a VR`, undefined);
  return { tag, item: item === undefined ? undefined : item === "*" ? "all" : Number(item), vr: code };
}

/** @param path never with a value, which may be about a patient; undefined when they cannot be told apart */
function unusable(option: string, path: string | undefined, why: string, remedy: string | undefined): Fault {
  const message = `cannot use ${option}${path === undefined ? "" : ` ${JSON.stringify(path)}`}: ${why}`;
  return new Fault("usage", message, remedy === undefined ? {} : { remedy });
}
