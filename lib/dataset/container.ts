import { type Encoding, tagText } from "./element.ts";

export const DATA_SET = 0;
export const ITEM = 1;
export const SEQUENCE = 2;
export const FRAGMENTS = 3;

/** The end of a container that is closed by a delimitation item. */
export const UNTIL_DELIMITER = -1;

/** One open data set, item, sequence or list of fragments. */
export class Container {
  kind = DATA_SET;
  encoding: Encoding = "explicitLittle";
  /** Offset of its header, or of the data set. */
  start = 0;
  /** Offset of its end, or UNTIL_DELIMITER. */
  end = UNTIL_DELIMITER;
  /** The nearest end that is known, its own or that of a container around it. */
  limit = 0;
  /** The tag read last in it. */
  lastTag = 0;
  /** It only looks like a sequence, in an encoding that does not say so. */
  presumed = false;
  readonly outer: Container | undefined;
  readonly depth: number;
  inner: Container | undefined;

  constructor(outer: Container | undefined) {
    this.outer = outer;
    this.depth = outer === undefined ? 0 : outer.depth + 1;
  }
}

/** For messages: "an item of sequence (0008,1140)". */
export function textOf(container: Container): string {
  switch (container.kind) {
    case DATA_SET:
      return "the data set";
    case ITEM:
      return `an item of ${container.outer === undefined ? "a sequence" : textOf(container.outer)}`;
    case SEQUENCE:
      return `sequence ${tagText(container.lastTag)}`;
    default:
      return `the fragments of ${tagText(container.lastTag)}`;
  }
}
