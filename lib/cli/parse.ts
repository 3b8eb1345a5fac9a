/**
 * The grammar of the command line: which arguments are options, which are their values, which are operands.
 *
 * Names are compared exactly, an option swallows its values whatever they look like, and there is no --name=value, no
 * abbreviation and no bundling. The first mistake from the left is the one reported.
 */

import { Fault } from "../errors.ts";
import { expandCommandFiles } from "./command_file.ts";
import type { Exists, ReadFile } from "./environment.ts";
import { callOf, Given, type GivenOption, joinNames } from "./given.ts";
import { USAGE } from "./help.ts";
import { allOptions, findOption, type Option } from "./options.ts";
import { hintFor } from "./suggest.ts";

/** Shown in place of a secret. */
const MASK = "********";

/**
 * Parses the arguments that follow the program's name.
 *
 * @throws {Fault} usage: unknown option, missing value, unusable command file.
 */
export function parseArguments(
  argv: readonly string[],
  readFile: ReadFile,
  exists: Exists = () => false,
): Given {
  const rest = expandCommandFiles(argv, readFile);
  const options: GivenOption[] = [];
  const operands: string[] = [];
  const shown: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const argument = rest[at] ?? "";
    if (!looksLikeOption(argument)) {
      operands.push(argument);
      shown.push(argument);
      continue;
    }
    const option = findOption(argument);
    if (option === undefined) {
      const unknown = maskJoined(argument);
      const hint = exists(argument)
        ? `there is a file of that name: write ./${argument} to send it`
        : hintFor(unknown);
      throw new Fault("usage", `Unknown option ${unknown}`, { remedy: hint });
    }
    const given = { option, values: takeValues(option, rest, at + 1) };
    at += given.values.length;
    options.push(given);
    shown.push(option.long, ...maskSecrets(given));
  }
  return new Given(options, operands, shown);
}

/** A sign and then anything but a digit: "-5" and a lone "-" are operands. */
function looksLikeOption(argument: string): boolean {
  return /^[-+][^0-9]/.test(argument);
}

function takeValues(option: Option, rest: readonly string[], from: number): readonly string[] {
  const count = option.params?.length ?? 0;
  const values = rest.slice(from, from + count);
  if (values.length < count) {
    throw new Fault("usage", `Missing value for option ${option.long}`, {
      remedy: `write it as ${callOf(option)}`,
    });
  }
  return values;
}

function maskSecrets({ option, values }: GivenOption): string[] {
  return values.map((value, index) => {
    const kind = option.params?.[index]?.kind;
    if (kind === "assignment" && value.includes("=")) return `${value.split("=", 1)}=${MASK}`;
    return kind === "secret" || kind === "assignment" ? MASK : value;
  });
}

/** Who writes --password=secret gets an error, but the secret must not stand in it. */
function maskJoined(argument: string): string {
  const [name = ""] = argument.split("=", 1);
  const secret = name !== argument &&
    findOption(name)?.params?.some(({ kind }) => kind === "secret" || kind === "assignment");
  return secret ? `${name}=${MASK}` : argument;
}

const OPERANDS = ["peer", "port", "dcmfile-in"] as const;

/**
 * Checks that no operand is missing.
 *
 * @throws {Fault} usage, naming the first one that is.
 */
export function requireOperands(given: Given): void {
  const filesMayBeAbsent = given.options.some(({ option }) => option.withoutFiles);
  const missing = OPERANDS[given.operands.length];
  if (missing === undefined || (missing === "dcmfile-in" && filesMayBeAbsent)) return;
  throw new Fault("usage", `Missing parameter ${missing}`, {
    remedy: swallowed(given) ?? howToCall(missing),
  });
}

function howToCall(missing: string): string {
  if (missing !== "dcmfile-in") return `write it as ${USAGE}`;
  const withoutFiles = allOptions().filter((option) => option.withoutFiles).map(({ long }) => long);
  return `write it as ${USAGE}; only with ${joinNames(withoutFiles)} files may be absent`;
}

/** Where the first operand looks like a port, the argument before it was meant to be the peer. */
function swallowed({ operands, options, shown }: Given): string | undefined {
  const [first = ""] = operands;
  if (!/^[0-9]{1,5}$/.test(first)) return undefined;
  const before = shown[shown.indexOf(first) - 1];
  const by = options.find(({ values }) => before !== undefined && values.at(-1) === before);
  if (by === undefined) return undefined;
  return `${before} is the value of ${by.option.long}, and so ${first} the peer: write ${
    callOf(by.option)
  } peer port`;
}
