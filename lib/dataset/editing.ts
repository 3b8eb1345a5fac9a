/**
 * Edits while a data set passes: what is added before an element, put in its place, or appended to a sequence.
 *
 * Beside the elements of a level runs its list of actions in tag order; `level.nextAction` is the first that has not been
 * passed. A sequence to be changed inside is changed wherever it stands and as often as it comes; it is added only where it does
 * not come at all, also not later, out of order.
 */

import { isPrivateCreator } from "../dicom/dictionary.ts";
import { Fault } from "../errors.ts";
import { TAG_PIXEL_REPRESENTATION } from "./context_vr.ts";
import { createItem, createSequence } from "./created.ts";
import { encodeValue, type ValueContext } from "./edit_value.ts";
import { type Action, actionIndexOf, type InsideAction } from "./edits.ts";
import { tagText } from "./element.ts";
import type { Level } from "./level.ts";
import type { Measuring } from "./measuring.ts";
import type { Walk } from "./walk.ts";

export const TAG_SPECIFIC_CHARACTER_SET = 0x00080005;

/** Comes after every element. */
export const AFTER_ALL_TAGS = 2 ** 32;

/** What edits make of an element: nothing, something else, or changes inside. */
export type Change = "none" | "replaced" | InsideAction;

export class Editing {
  readonly #walk: Walk;
  readonly #measuring: Measuring;

  constructor(walk: Walk, measuring: Measuring) {
    this.#walk = walk;
    this.#measuring = measuring;
  }

  /** Adds one element that comes before `tag` here; false when there is none left to add. */
  addBefore(level: Level, tag: number): boolean {
    for (;;) {
      const action = level.edits?.actions[level.nextAction];
      if (action === undefined || action.tag >= tag) return false;
      const adds = action.kind === "set"
        ? !action.onlyIfPresent
        : action.kind === "inside" && (action.fresh || !this.#walk.comesLate(level, action.tag));
      const group = action.tag >>> 16;
      if (adds && level.group !== group) {
        if (this.#measuring.closeGroup(level)) return true;
        level.group = group;
      }
      level.nextAction++;
      if (adds && this.#add(level, action)) return true;
    }
  }

  /** What becomes of the element just read; "replaced" when it is to be passed over. */
  change(level: Level): Change {
    if (level.edits === undefined) return "none";
    const index = actionIndexOf(level.edits, this.#walk.header.tag);
    const action = level.edits.actions[index];
    if (action === undefined) return "none";
    if (action.kind === "inside" && !action.fresh) {
      if (level.added.includes(action.tag)) throw this.#comesTooLate(action.tag);
      return action;
    }
    const added = index < level.nextAction && !(action.kind === "set" && action.onlyIfPresent);
    if (!added) this.#add(level, action);
    level.nextAction = Math.max(level.nextAction, index + 1);
    return "replaced";
  }

  /** The element just read is what `action` asks for: it has not to be added any more. */
  passed(level: Level, action: Action): void {
    if (level.edits === undefined) return;
    level.nextAction = Math.max(level.nextAction, actionIndexOf(level.edits, action.tag) + 1);
  }

  /** Adds the next item that an edit asks for behind those of the data set; false when there is none. */
  addItem(level: Level, inside: InsideAction): boolean {
    const item = inside.items.missingFrom(level.items)[0];
    if (item === undefined) return false;
    if (item > level.items) {
      const what = `cannot change item ${item} of sequence ${tagText(level.tag)}`;
      throw new Fault("input", `${what}: it has only ${level.items} items`, {
        file: this.#walk.task.name,
        remedy: `items count from 0; ${level.items} adds one`,
      });
    }
    this.#walk.outlet.literal(createItem(inside.items.ofAdded(item), this.#contextOf(level)));
    level.items++;
    return true;
  }

  /** States the element that an action makes; false if that is none. */
  #add(level: Level, action: Action): boolean {
    const { outlet, blocks } = this.#walk;
    if (action.kind === "unset") return false;
    if (action.kind === "inside") {
      const bytes = createSequence(action, this.#contextOf(level));
      if (bytes === undefined) return false;
      if (!action.fresh) level.added = [...level.added, action.tag];
      outlet.literal(bytes);
      return true;
    }
    const { tag, value } = action;
    const { vr, bytes } = encodeValue(tag, value, this.#contextOf(level));
    if (isPrivateCreator(tag)) blocks.reserve(tag, value.text);
    else if (tag === TAG_SPECIFIC_CHARACTER_SET) level.characterSet = value.text;
    else if (tag === TAG_PIXEL_REPRESENTATION) level.pixelRepresentation = Number(value.text);
    outlet.header(tag, vr, bytes.length);
    outlet.literal(bytes);
    return true;
  }

  /** A sequence has been added, and now it comes. */
  #comesTooLate(tag: number): Fault {
    const why = "it does not come in tag order, so that it was taken for missing";
    return new Fault("input", `cannot change sequence ${tagText(tag)}: ${why}`, {
      file: this.#walk.task.name,
      remedy:
        "put its elements in order before, such as by dcmconv; if it came as a stream, save it as a file",
    });
  }

  #contextOf(level: Level): ValueContext {
    const { task: { name, target, dictionary }, blocks } = this.#walk;
    return {
      name,
      target,
      pixelRepresentation: level.pixelRepresentation,
      characterSet: level.characterSet,
      dictionaryVrOf: (tag) => {
        const isPrivate = (tag & 0x10000) !== 0 && !isPrivateCreator(tag);
        return isPrivate ? blocks.vrOf(tag, level.blocksFrom) : dictionary.vrOf(tag);
      },
    };
  }
}
