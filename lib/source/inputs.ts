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
}

/** A file that cannot even be tried, and why. */
export interface BadInput {
  readonly path: string;
  readonly scanned: boolean;
  readonly fault: Fault;
}

/** The second time the operands are gone through, everything has been said. */
const SILENT = new Logger(plainBackend("off", () => {}));

export class Inputs {
  readonly #settings: Settings;
  readonly #openInstance: OpenInstance;
  readonly #log: Logger;
  readonly #bad = new Set<string>();

  constructor(settings: Settings, openInstance: OpenInstance, log: Logger) {
    this.#settings = settings;
    this.#openInstance = openInstance;
    this.#log = log;
  }

  /**
   * Looks at all files before the first association: whether those named exist, and with --required what they need.
   * @throws Fault "input" for the first bad file without --no-halt, and when no file is left
   */
  async check(): Promise<CheckedInputs> {
    const { input, network } = this.#settings;
    if (input.scanDirectories) this.#log.info("determining input files ...");
    const needs = new Map<string, Need>();
    const bad: BadInput[] = [];
    let count = 0;
    let told = false;
    for (const operand of this.#operands(this.#log)) {
      if (!told) this.#log.info("checking input files ...");
      told = true;
      count++;
      const fault = await this.#checkOne(operand, network.required ? needs : undefined);
      if (fault === undefined) continue;
      if (!network.noHalt) throw fault;
      this.#log.warn(`${fault.message}, ignoring file`);
      this.#bad.add(operand.path);
      bad.push({ path: operand.path, scanned: operand.scanned, fault });
    }
    if (count === 0) throw new Fault("input", "no input files to be sent");
    return {
      needs: [...needs.values()],
      count: (count - this.#bad.size) * network.repeat + this.#bad.size,
      bad,
    };
  }

  async #checkOne(
    { path, scanned, fault }: Operand,
    needs: Map<string, Need> | undefined,
  ): Promise<Fault | undefined> {
    if (fault !== undefined) return fault;
    if (!scanned) {
      try {
        if (Deno.statSync(path).isDirectory) return new Fault("input", `cannot access file: ${path}`);
      } catch (caught) {
        return new Fault("input", `cannot access file: ${path}`, { cause: caught });
      }
    }
    if (needs === undefined) return undefined;
    try {
      const instance = await this.#openInstance({ path, scanned, number: 0 });
      if ("skipped" in instance) return undefined;
      const { sopClassUid, transferSyntax } = instance;
      instance.close();
      needs.set(`${sopClassUid} ${transferSyntax}`, { sopClassUid, transferSyntax });
      return undefined;
    } catch (caught) {
      return new Fault(
        "input",
        `missing SOP class (or instance) in file: ${path}: ${asFault(caught).message}`,
        {
          cause: caught,
        },
      );
    }
  }

  /** Every file that passed the check, each as often as --repeat says. */
  async *work(): AsyncGenerator<Input & { isLastRound: boolean; attempts: number }> {
    const { repeat } = this.#settings.network;
    let number = 0;
    for (const { path, scanned, fault } of this.#operands(SILENT)) {
      if (fault !== undefined || this.#bad.has(path)) continue;
      for (let round = 1; round <= repeat; round++) {
        yield { path, scanned, number: ++number, isLastRound: round === repeat, attempts: 0 };
      }
    }
  }

  #operands(log: Logger) {
    return operands(this.#settings.operands, this.#settings.input, log);
  }
}
