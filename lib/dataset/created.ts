/** Sequences and items that edits add, encoded as a whole. They hold what the edits say and nothing else. */

import { VR_SQ } from "../dicom/vr.ts";
import { Fault } from "../errors.ts";
import { encodeValue, type ValueContext } from "./edit_value.ts";
import type { InsideAction, LevelEdits } from "./edits.ts";
import { TAG_ITEM, tagText } from "./element.ts";
import { putHeader } from "./encode.ts";

/** A sequence with the items that edits ask for; undefined if they ask for none. */
export function createSequence(action: InsideAction, context: ValueContext): Uint8Array | undefined {
  const items = action.items.missingFrom(0);
  if (items.length === 0) return undefined;
  const parts = items.map((item, index) => {
    if (item === index) return createItem(action.items.ofAdded(item), context);
    const what = `cannot add item ${item} to sequence ${tagText(action.tag)}`;
    throw new Fault("input", `${what}: there is no item ${index}`, {
      file: context.name,
      remedy: "items count from 0",
    });
  });
  return element(action.tag, VR_SQ, parts, context);
}

/** An item with the elements that edits give a value to. */
export function createItem(edits: LevelEdits | undefined, context: ValueContext): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const action of edits?.actions ?? []) {
    if (action.kind === "set" && !action.onlyIfPresent) {
      const { vr, bytes } = encodeValue(action.tag, action.value, context);
      parts.push(element(action.tag, vr, [bytes], context));
    } else if (action.kind === "inside") {
      const sequence = createSequence(action, context);
      if (sequence !== undefined) parts.push(sequence);
    }
  }
  return element(TAG_ITEM, 0, parts, context);
}

function element(tag: number, vr: number, parts: readonly Uint8Array[], context: ValueContext): Uint8Array {
  const lengthBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(12 + lengthBytes);
  let at = putHeader(bytes, 0, tag, vr, lengthBytes, context.target);
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.subarray(0, at);
}
