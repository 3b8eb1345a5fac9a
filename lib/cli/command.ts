/**
 * From argv to what to do: the one entrance to this room.
 *
 * The order is DCMTK's: the grammar is checked, then options that answer by themselves are looked for, then missing
 * operands, then values. What is wrong with the command line comes back as a value, because how it is told depends on
 * what was already understood.
 */

import { asFault, Fault } from "../errors.ts";
import type { CommandEnvironment } from "./environment.ts";
import { evaluate, evaluateLog, evaluatePort } from "./evaluate.ts";
import type { Given } from "./given.ts";
import { findOption, type Option } from "./options.ts";
import { parseArguments, requireOperands } from "./parse.ts";
import type { LogSettings, Settings } from "./settings.ts";
import { nearestOptions } from "./suggest.ts";

export type Shell = "bash" | "zsh" | "fish";

/** What the command line asks for. */
export type Command =
  | { readonly kind: "run"; readonly settings: Settings }
  /** `option`: explain this one only. */
  | { readonly kind: "help"; readonly option?: Option }
  | { readonly kind: "version" | "listCiphers" | "listProfiles" | "man" }
  /** `json`: standard output is not for texts. */
  | { readonly kind: "selftest"; readonly json: boolean }
  | { readonly kind: "completions"; readonly shell: Shell }
  /** `log` is there if it was understood before the mistake: then --arguments is to be heeded, and silence. */
  | { readonly kind: "mistake"; readonly fault: Fault; readonly log?: LogSettings };

/** Understands the arguments that follow the program's name. Never throws. */
export function readCommand(
  argv: readonly string[],
  { readFile, exists, variable }: CommandEnvironment,
): Command {
  let log: LogSettings | undefined;
  try {
    const named = explained(argv);
    if (named !== undefined) return named;
    const given = parseArguments(argv, readFile, exists);
    if (given.options.length === 0 && given.operands.length === 0) return { kind: "help" };
    const answer = answerByItself(given);
    if (answer !== undefined) return answer;
    requireOperands(given);
    const port = evaluatePort(given);
    log = evaluateLog(given);
    const settings = evaluate(given, port, log, variable);
    return { kind: "run", settings };
  } catch (caught) {
    const fault = asFault(caught);
    return log === undefined ? { kind: "mistake", fault } : { kind: "mistake", fault, log };
  }
}

/** True if errors are to be told at all: -q and -ll silence everything that is found after they were understood. */
export function isAudible(log: LogSettings | undefined): boolean {
  return log === undefined || !["off", "fatal"].includes(log.level);
}

/** `--help NAME`, exactly that: with anything more, words after --help are operands and are not looked at. */
function explained(argv: readonly string[]): Command | undefined {
  const [first = "", name = ""] = argv;
  if (argv.length !== 2 || findOption(first)?.long !== "--help" || /^@./.test(name)) return undefined;
  const option = findOption(name) ?? findOption(`--${name}`) ?? findOption(`-${name}`) ??
    findOption(`+${name}`);
  if (option?.long === "--help" || option?.exclusive) return undefined;
  if (option !== undefined) return { kind: "help", option };
  if (/^[-+][^0-9]/.test(name)) return undefined;
  const near = nearestOptions(name);
  throw new Fault("usage", `There is no option named ${name}`, {
    remedy: near.length === 0
      ? "--help alone lists all of them"
      : `did you mean --help ${near.join(" or ")}?`,
  });
}

/** Help before version before lists, wherever they stand. */
function answerByItself(given: Given): Command | undefined {
  if (given.has("--help")) return { kind: "help" };
  if (given.has("--version")) return { kind: "version" };
  if (![...given.effective()].some(({ option }) => option.exclusive)) return undefined;
  if (given.has("--list-ciphers")) return { kind: "listCiphers" };
  if (given.has("--list-profiles")) return { kind: "listProfiles" };
  if (given.has("--man")) return { kind: "man" };
  if (given.has("--completions")) return { kind: "completions", shell: shellOf(given) };
  return { kind: "selftest", json: given.has("--json") };
}

function shellOf(given: Given): Shell {
  const typed = given.text("--completions") ?? "";
  if (typed === "bash" || typed === "zsh" || typed === "fish") return typed;
  throw new Fault("usage", `Invalid value for option --completions (${typed})`, {
    remedy: "it takes one of bash, zsh, fish",
  });
}
