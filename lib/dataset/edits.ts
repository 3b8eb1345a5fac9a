/**
 * Edits: what is to be changed in a data set on its way out, and how that is looked up while it passes.
 *
 * How this works: an Edit names one element by its path and says what becomes of it. All edits of a run are laid out
 * level by level (a data set, or an item): for each tag of a level the one thing that is to happen, in tag order. The
 * converter walks that list beside the elements. Edits count in the order given: a later one sees what an earlier one
 * has done.
 */

/** A sequence on the way to an element, and which of its items are meant; items count from 0. */
export interface ItemPath {
  readonly tag: number;
  readonly item: number | "all";
}

/** A value as text; see encodeValue for what is allowed in which VR. */
export interface EditValue {
  /** 0 where only the data set tells: a private element whose creator the dictionary may know. */
  readonly vr: number;
  readonly text: string;
}

/** One change to one element. */
export interface Edit {
  /** From the top level down; empty for an element of the data set itself. */
  readonly within: readonly ItemPath[];
  readonly tag: number;
  /** Undefined: the element is removed. */
  readonly value: EditValue | undefined;
  /** Change it where it is, but do not add it where it is not. */
  readonly onlyIfPresent?: boolean;
}

/** The element gets a value. */
interface SetAction {
  readonly kind: "set";
  readonly tag: number;
  readonly value: EditValue;
  readonly onlyIfPresent: boolean;
}

/** The element goes. */
interface UnsetAction {
  readonly kind: "unset";
  readonly tag: number;
}

/** The element is a sequence, and something is to be done to its items. */
export interface InsideAction {
  readonly kind: "inside";
  readonly tag: number;
  /** What the data set has there is thrown away first. */
  readonly fresh: boolean;
  readonly items: ItemEdits;
}

export type Action = SetAction | UnsetAction | InsideAction;

/** What is to happen at one level, in tag order. */
export interface LevelEdits {
  readonly actions: readonly Action[];
}

/** Where `tag` stands among the actions of a level, or -1. */
export function actionIndexOf(level: LevelEdits, tag: number): number {
  const { actions } = level;
  let low = 0;
  let high = actions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((actions[middle]?.tag ?? 0) < tag) low = middle + 1;
    else high = middle;
  }
  return actions[low]?.tag === tag ? low : -1;
}

/** Lays out edits for the level that their paths start at; undefined when there are none. */
export function layOut(edits: readonly Edit[]): LevelEdits | undefined {
  const actions = new Map<number, Action>();
  for (const edit of edits) {
    const tag = edit.within[0]?.tag ?? edit.tag;
    actions.set(tag, then(actions.get(tag), edit, tag));
  }
  if (actions.size === 0) return undefined;
  return { actions: [...actions.values()].sort((a, b) => a.tag - b.tag) };
}

/** What `before` and then `edit` amount to. */
function then(before: Action | undefined, edit: Edit, tag: number): Action {
  if (edit.within.length > 0) {
    const inside = before?.kind === "inside" ? before : undefined;
    const fresh = inside?.fresh ?? before !== undefined;
    return { kind: "inside", tag, fresh, items: new ItemEdits([...inside?.items.edits ?? [], edit]) };
  }
  if (edit.value === undefined) return { kind: "unset", tag };
  const onlyIfPresent = edit.onlyIfPresent ?? false;
  if (before?.kind === "unset" && onlyIfPresent) return before;
  const certain = before?.kind === "set" && !before.onlyIfPresent;
  return { kind: "set", tag, value: edit.value, onlyIfPresent: onlyIfPresent && !certain };
}

/** The edits inside one sequence, handed out item by item. */
export class ItemEdits {
  readonly edits: readonly Edit[];
  readonly #laidOut = new Map<number, LevelEdits | undefined>();
  readonly #named: readonly number[];

  /** @param edits with paths that start at the sequence */
  constructor(edits: readonly Edit[]) {
    this.edits = edits;
    const named = new Set<number>();
    for (const edit of edits) {
      const item = edit.within[0]?.item;
      if (typeof item === "number" && adds(edit)) named.add(item);
    }
    this.#named = [...named].sort((a, b) => a - b);
  }

  /** What is to happen in an item. */
  of(item: number): LevelEdits | undefined {
    // Items that no edit names are all alike.
    const key = this.edits.some(({ within }) => within[0]?.item === item) ? item : -1;
    if (!this.#laidOut.has(key)) this.#laidOut.set(key, layOut(insideItem(this.edits, key)));
    return this.#laidOut.get(key);
  }

  /** What an item gets that an edit adds: earlier edits have not seen it. */
  ofAdded(item: number): LevelEdits | undefined {
    const first = this.edits.findIndex((edit) => edit.within[0]?.item === item && adds(edit));
    return layOut(insideItem(this.edits.slice(first), item));
  }

  /** The items from `count` on that an edit gives a value to, in order: they have to be made. */
  missingFrom(count: number): readonly number[] {
    return this.#named.filter((item) => item >= count);
  }
}

/** It gives a value also to what is not there yet. */
function adds({ value, onlyIfPresent }: Edit): boolean {
  return value !== undefined && onlyIfPresent !== true;
}

/** The edits of one item, with paths that start there. */
function insideItem(edits: readonly Edit[], item: number): Edit[] {
  return edits
    .filter(({ within }) => within[0]?.item === item || within[0]?.item === "all")
    .map((edit) => ({ ...edit, within: edit.within.slice(1) }));
}

/** What edits make of an element of the top level: its new text, null if it is removed, undefined if it stays. */
export function topLevelOutcome(edits: readonly Edit[], tag: number): string | null | undefined {
  const action = layOut(edits)?.actions.find((action) => action.tag === tag);
  if (action === undefined || action.kind === "inside") return undefined;
  return action.kind === "unset" ? null : action.value.text;
}
