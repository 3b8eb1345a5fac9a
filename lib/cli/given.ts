/** The options and operands of one command line, and the questions that may be asked about them. */

import { Fault } from "../errors.ts";
import {
  findOption,
  INTEGER_MAX,
  type Option,
  type OptionName,
  type OptionRow,
  type Param,
  type SetName,
} from "./options.ts";

/** One option as it stands on the command line, with as many values as its row has parameters. */
export interface GivenOption {
  readonly option: Option;
  readonly values: readonly string[];
}

/**
 * What was given. Invariant: an option that shares a set with a later one is not there at all, so nothing about it is
 * checked; of an option that is given several times the rightmost counts.
 */
export class Given {
  readonly operands: readonly string[];
  /** All arguments in order, command files expanded, options by their long names. */
  readonly options: readonly GivenOption[];
  /** What --arguments shows: everything in order, options by their long names, secrets masked. */
  readonly shown: readonly string[];
  readonly #effective = new Map<string, GivenOption>();
  readonly #winners = new Map<string, OptionName>();

  constructor(options: readonly GivenOption[], operands: readonly string[], shown: readonly string[]) {
    this.options = options;
    this.operands = operands;
    this.shown = shown;
    for (const given of options) {
      const { long, set } = given.option;
      if (set !== undefined) {
        const former = this.#winners.get(set);
        if (former !== undefined) this.#effective.delete(former);
        this.#winners.set(set, long);
      }
      this.#effective.set(long, given);
    }
  }

  /** The options that count, in no particular order. */
  effective(): Iterable<GivenOption> {
    return this.#effective.values();
  }

  has(name: OptionName): boolean {
    return this.#effective.has(name);
  }

  /** The option of this set that counts. */
  winner(set: SetName): OptionName | undefined {
    return this.#winners.get(set);
  }

  /** The value of an option, as typed. */
  text(name: OptionName, index: number = 0): string | undefined {
    return this.#effective.get(name)?.values[index];
  }

  /** The values of every occurrence, left to right. */
  texts(name: OptionName): string[] {
    return this.options.filter((given) => given.option.long === name).flatMap((given) => given.values);
  }

  /**
   * The value of an integer option.
   *
   * @throws {Fault} usage: not a number, or out of the bounds that its row states.
   */
  integer(name: OptionName): number | undefined {
    const text = this.text(name);
    const param = findOption(name)?.params?.[0];
    if (text === undefined || param === undefined) return undefined;
    const { min = 0, max = INTEGER_MAX, signed = false } = param;
    const read = readInteger(text, min, max, signed);
    if (typeof read === "number") return read;
    const shown = read === "invalid" ? text : `${read}: ${text}`;
    throw new Fault("usage", `Invalid value for option ${name}${text === "" ? "" : ` (${shown})`}`, {
      remedy: `it takes ${describeParam(param)}`,
    });
  }

  /**
   * Checks that an option, if given, stands with one of those it needs.
   *
   * @throws {Fault} usage.
   */
  require(...names: OptionName[]): void {
    for (const name of names) {
      const needs = findOption(name)?.needs ?? [];
      if (this.has(name) && !needs.some((needed) => this.#effective.has(needed))) {
        throw new Fault("usage", `${name} only allowed with ${joinNames(needs)}`);
      }
    }
  }

  /**
   * Checks that two options are not both given.
   *
   * @throws {Fault} usage.
   */
  forbid(name: OptionName, other: OptionName): void {
    if (this.has(name) && this.has(other)) throw new Fault("usage", `${name} not allowed with ${other}`);
  }
}

/**
 * Reads a decimal integer, with blanks before it and a sign if need be, and nothing after it.
 *
 * Returns what is wrong where it cannot: a minus sign is "invalid" unless `signed`.
 */
export function readInteger(
  text: string,
  min: number,
  max: number,
  signed: boolean,
): number | "invalid" | "underflow" | "overflow" {
  const match = /^[ \t\n\v\f\r]*([+-]?[0-9]+)$/.exec(text);
  if (match === null || (!signed && match[1]?.startsWith("-"))) return "invalid";
  const value = Number(match[1]);
  if (value < min) return "underflow";
  return value > max ? "overflow" : value;
}

/** What a value must be: "an integer of at least 1". */
export function describeParam(param: Param): string {
  const { kind, min, max, choices } = param;
  switch (kind) {
    case "integer":
      return max === undefined
        ? `an integer of at least ${min ?? 0}`
        : `an integer from ${min ?? 0} to ${max}`;
    case "choice":
      return `one of ${choices?.join(", ")}`;
    case "aeTitle":
      return "1 to 16 characters of ASCII, not all blanks, without backslash";
    case "file":
      return "the name of a file";
    case "directory":
      return "the name of a directory";
    default:
      return "a text";
  }
}

/** How an option is written: "--config-file <filename> <profile>". */
export function callOf({ long, params = [] }: OptionRow): string {
  return [long, ...params.map(({ name }) => `<${name}>`)].join(" ");
}

/** "a", "a or b", "a, b or c". */
export function joinNames(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
