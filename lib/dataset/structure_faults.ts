/** What can be wrong with the structure of a data set, in words, with the codes that DCMTK gives to it. */
import { Fault, type FaultDetails } from "../errors.ts";
import { type Container, ITEM, textOf } from "./container.ts";
import { type ElementHeader, tagText } from "./element.ts";

const TRUNCATED_REMEDY = "the file is truncated: copy or export it again";

/** DCMTK reads values up to this length at once and longer ones later, and reports a missing end differently. */
const DCMTK_IMMEDIATE_BYTES = 4096;

/** Where a header stands: for messages. */
export interface Place {
  /** The file. */
  readonly name: string;
  readonly offset: number;
  /** The offset counts in what its data set inflates to. */
  readonly inflated: boolean;
}

/** "offset 12". */
export function offsetText({ offset, inflated }: Place): string {
  return inflated ? `offset ${offset} of its inflated data set` : `offset ${offset}`;
}

/** An element that is all there, but cannot be at this place or like this. */
export function broken(header: ElementHeader, place: Place, code: string, why: string): Fault {
  return cannotRead(`data element ${tagText(header.tag)}`, place, why, { code });
}

/** The data end inside a header, of which `available` bytes are there. */
export function headerEndsEarly(header: ElementHeader, place: Place, available: number): Fault {
  const what = available < 8 ? "a data element" : `data element ${tagText(header.tag)}`;
  const missing = (available < 8 ? 8 : 12) - available;
  return cannotRead(what, place, `its header is ${missing} bytes short`, {
    code: "0001:000a",
    remedy: TRUNCATED_REMEDY,
  });
}

/** The data end `missing` bytes before the value does. */
export function valueEndsEarly(header: ElementHeader, place: Place, missing: number): Fault {
  return cannotRead(`data element ${tagText(header.tag)}`, place, `value is ${missing} bytes short`, {
    code: header.lengthBytes > DCMTK_IMMEDIATE_BYTES ? "0001:000a" : "0001:0004",
    remedy: TRUNCATED_REMEDY,
  });
}

/** The data end where something is still open. */
export function endsInside(container: Container, place: Place): Fault {
  return new Fault("input", `it ends inside ${textOf(container)} at ${offsetText(place)}`, {
    file: place.name,
    code: container.kind === ITEM ? "0001:0026" : "0001:0022",
    remedy: TRUNCATED_REMEDY,
  });
}

function cannotRead(what: string, place: Place, why: string, details: FaultDetails): Fault {
  return new Fault("input", `cannot read ${what} at ${offsetText(place)}: ${why}`, {
    file: place.name,
    ...details,
  });
}

/** A compressed file, or the deflated data set of one, that is no deflate stream to its end. */
export function cannotInflate(file: string, what: "it" | "its data set", cause: Error): Fault {
  return new Fault("input", `cannot inflate ${what}: ${cause.message}`, {
    file,
    code: "0001:000a",
    remedy: "the file is truncated or damaged: copy or export it again",
    cause,
  });
}
