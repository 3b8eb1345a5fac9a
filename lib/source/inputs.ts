/** The files of a run: checked before anything is sent, then handed out in order. */

import type { Settings } from "../cli/settings.ts";
import { asFault, Fault } from "../errors.ts";
import { Logger, plainBackend } from "../log/log.ts";
import type { Input, Need, OpenInstance } from "./instance.ts";
import { type Operand, operands } from "./operands.ts";

/** What the check found. */
export interface CheckedInputs {
  /** Each different need once, in order of appearance; empty unless --required. */
  readonly needs: readonly Need[];
  /** Files that come to an end in this run, repeats counted; also those that were left out. */
  readonly count: number;
  /** Files that are left out because they cannot even be tried, and why; only with --no-halt. */
  readonly bad: readonly BadInput[];
  /** Of all files, repeats counted; undefined when nobody asked, or not all are known. */
  readonly totalBytes: number | undefined;
}

/** A file that cannot even be tried, and why. */
export interface BadInput {
  readonly path: string;
  readonly scanned: boolean;
  readonly fault: Fault;
}

/** The second time the operands are gone through, everything has been said. */
const SILENT = new Logger(plainBackend("off", () => {}));

export interface InputsWishes {
  /** Find out how large files are, as far as that is possible without reading them. */
  readonly sizes: boolean;
}

/** After so many files the rest of the program, signals above all, gets a turn. */
const FILES_PER_TURN = 256;

export class Inputs {
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #wishes: InputsWishes;
  readonly #bad = new Set<string>();
  #refused: BadInput | undefined;
  #stopped = false;
  /** How many operands were seen before the stop. */
  #limit = Infinity;

  constructor(settings: Settings, log: Logger, wishes: InputsWishes = { sizes: false }) {
    this.#settings = settings;
    this.#log = log;
    this.#wishes = wishes;
  }

  /** The file because of which `check` has thrown. */
  get refused(): BadInput | undefined {
    return this.#refused;
  }

  /** Ends a check under way; nothing behind that point is handed out. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Looks at all files before the first association: whether those named exist, and with --required what they need.
   * @throws Fault "input" for the first bad file without --no-halt, and when no file is left
   */
  async check(openInstance: OpenInstance): Promise<CheckedInputs> {
    const { input, network } = this.#settings;
    if (input.scanDirectories) this.#log.info("determining input files ...");
    const needs = new Map<string, Need>();
    const bad: BadInput[] = [];
    let count = 0;
    let totalBytes: number | undefined = this.#wishes.sizes ? 0 : undefined;
    for (const operand of this.#operands(this.#log)) {
      if (count === 0) this.#log.info("checking input files ...");
      if (count % FILES_PER_TURN === FILES_PER_TURN - 1) await aTurnForOthers();
      if (this.#stopped) {
        this.#limit = count;
        break;
      }
      count++;
      totalBytes = sum(totalBytes, operand.sizeBytes);
      const fault = await checkOne(operand, network.required ? { needs, openInstance } : undefined);
      if (fault === undefined) continue;
      const refused = { path: operand.path, scanned: operand.scanned, fault };
      if (!network.noHalt) {
        this.#refused = refused;
        throw fault;
      }
      this.#log.warn(`${fault.message}, ignoring file`);
      this.#bad.add(operand.path);
      bad.push(refused);
    }
    if (count === 0 && !this.#stopped) throw new Fault("input", "no input files to be sent");
    return {
      needs: [...needs.values()],
      count: (count - bad.length) * network.repeat + bad.length,
      bad,
      totalBytes: totalBytes === undefined ? undefined : totalBytes * network.repeat,
    };
  }

  /** How many files there are, repeats counted, whatever they are. */
  async count(): Promise<number> {
    let count = 0;
    for await (const _ of this.all()) count++;
    return count;
  }

  /** Every file, each as often as --repeat says. */
  async *all(): AsyncGenerator<{ readonly path: string }> {
    let seen = 0;
    for (const { path } of this.#operands(SILENT)) {
      if (++seen % FILES_PER_TURN === 0) await aTurnForOthers();
      const rounds = this.#refused?.path === path ? 1 : this.#settings.network.repeat;
      for (let round = 0; round < rounds; round++) yield { path };
    }
  }

  /** Every file that passed the check, each as often as --repeat says. */
  async *work(): AsyncGenerator<Input & { isLastRound: boolean; attempts: number }> {
    const { repeat } = this.#settings.network;
    let number = 0;
    let seen = 0;
    for (const { path, scanned, fault, sizeBytes } of this.#operands(SILENT)) {
      if (++seen > this.#limit) return;
      if (fault !== undefined || this.#bad.has(path)) continue;
      for (let round = 1; round <= repeat; round++) {
        yield { path, scanned, sizeBytes, number: ++number, isLastRound: round === repeat, attempts: 0 };
      }
    }
  }

  #operands(log: Logger) {
    return operands(this.#settings.operands, { ...this.#settings.input, ...this.#wishes }, log);
  }
}

/** @param required where to note what the file needs, if that is asked for */
async function checkOne(
  { path, scanned, fault }: Operand,
  required: { readonly needs: Map<string, Need>; readonly openInstance: OpenInstance } | undefined,
): Promise<Fault | undefined> {
  if (fault !== undefined) return fault;
  if (!scanned) {
    try {
      if (Deno.statSync(path).isDirectory) return new Fault("input", `cannot access file: ${path}`);
    } catch (caught) {
      return new Fault("input", `cannot access file: ${path}`, { cause: caught });
    }
  }
  if (required === undefined) return undefined;
  try {
    const instance = await required.openInstance({ path, scanned, number: 0 });
    if ("skipped" in instance) return undefined;
    const { sopClassUid, transferSyntax } = instance;
    instance.close();
    required.needs.set(`${sopClassUid} ${transferSyntax}`, { sopClassUid, transferSyntax });
    return undefined;
  } catch (caught) {
    const why = asFault(caught);
    return new Fault("input", `missing SOP class (or instance) in file: ${path}: ${why.message}`, {
      cause: caught,
      remedy: why.remedy,
    });
  }
}

/** Undefined once anything of it is. */
function sum(total: number | undefined, addend: number | undefined): number | undefined {
  return total === undefined || addend === undefined ? undefined : total + addend;
}

function aTurnForOthers(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
