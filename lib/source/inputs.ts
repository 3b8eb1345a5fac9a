/** The files of a run: checked before anything is sent, then handed out in order. */

import { Occasion } from "../bytes/occasion.ts";
import type { Settings } from "../cli/settings.ts";
import { Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import { type BadInput, checkFromOutside, checkInside, MissingInput, severalTimes } from "./check_input.ts";
import { factsOf } from "./file_calls.ts";
import { FoundOperands } from "./found_operands.ts";
import type { Input, Need, OpenInstance } from "./instance.ts";
import type { Operand } from "./operands.ts";
import { Prefetch } from "./prefetch.ts";
import { ReadPace } from "./read_pace.ts";

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

export interface InputsWishes {
  /** Find out how large files are, as far as that is possible without reading them. */
  readonly sizes: boolean;
}

/** Invariant: the files that `check` has counted are those that are handed out, whatever happens to them meanwhile. */
export class Inputs {
  /** How fast the files of this run can be read; for whoever opens them, too. */
  readonly pace = new ReadPace();
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #wishes: InputsWishes;
  readonly #stop = new Occasion();
  readonly #found: FoundOperands;
  /** By their place among the operands; what is missing is remembered as such already. */
  readonly #bad = new Map<number, BadInput>();
  #checking = false;

  constructor(settings: Settings, log: Logger, wishes: InputsWishes = { sizes: false }) {
    this.#settings = settings;
    this.#log = log;
    this.#wishes = wishes;
    const { pace } = this;
    const warn = (text: string) => {
      if (this.#checking) log.warn(text);
    };
    this.#found = new FoundOperands(settings, { ...wishes, pace, warn, stop: this.#stop });
  }

  /** How many files `check` has looked at so far. */
  get checked(): number {
    return this.#found.count;
  }

  /** The operator has asked for the end. */
  get stopped(): boolean {
    return this.#stop.hasCome;
  }

  /** Ends a check under way, at once; nothing behind that point is handed out. */
  stop(): void {
    this.#found.nameUnsearched();
    this.#stop.come();
  }

  /** What `promise` comes to; undefined as soon as the operator has asked for the end. */
  untilStopped<Value>(promise: Promise<Value>): Promise<Value | undefined> {
    return this.#stop.before(promise);
  }

  /**
   * Looks at all files before the first association: whether those named exist, and with --required what they need.
   * @throws Fault "input" for the first bad file without --no-halt, and when no file is left, unless that is the normal
   * state of a spool
   */
  async check(openInstance: OpenInstance): Promise<CheckedInputs> {
    const { input, network } = this.#settings;
    if (input.scanDirectories) this.#log.info("determining input files ...");
    this.#checking = true;
    try {
      const needs = new Map<string, Need>();
      const again = severalTimes(this.#settings);
      const look = network.required ? { needs, openInstance } : undefined;
      const bad: BadInput[] = [];
      let count = 0;
      let totalBytes: number | undefined = this.#wishes.sizes ? 0 : undefined;
      for await (const operand of this.#found.files()) {
        if (count === 0) this.#log.info("checking input files ...");
        count++;
        totalBytes = sum(totalBytes, operand.sizeBytes);
        // Of very many files each promise would be felt.
        const one = checkFromOutside(operand, again) ??
          (look === undefined ? undefined : await this.untilStopped(checkInside(operand, look)));
        if (one === undefined) continue;
        if (operand.seen !== "nothing") this.#bad.set(count, one);
        const { fault } = one;
        if (!network.noHalt) {
          // What a scan or an archive has brought is one of many.
          throw operand.fault !== undefined && operand.scanned
            ? fault.withMoreAdvice("--no-halt (-nh) sends the rest")
            : fault;
        }
        // Scripts look for DCMTK's lines; of what it has no line for, some are folders.
        this.#log.warn(`${fault.message}, ignoring ${fault.line === undefined ? "it" : "file"}`);
        bad.push(one);
      }
      if (count === 0 && this.#isEmptySpool()) this.#log.info("nothing is left to be sent");
      else if (count === bad.length && !this.stopped) {
        const remedy = bad.length === 1 ? bad[0]?.fault.remedy : undefined;
        throw new Fault("input", "no input files to be sent", { remedy });
      }
      return {
        needs: [...needs.values()],
        count: (count - bad.length) * network.repeat + bad.length,
        bad,
        totalBytes: totalBytes === undefined ? undefined : totalBytes * network.repeat,
      };
    } finally {
      this.#checking = false;
    }
  }

  /** An earlier run has dealt with everything: it has renamed it, or somebody takes away what the journal has. */
  #isEmptySpool(): boolean {
    const { delivery, input, operands } = this.#settings;
    if (delivery.journal === undefined && !input.rename) return false;
    return input.filesFrom !== undefined ||
      input.scanDirectories && operands.some((path) => factsOf(path)?.isDirectory === true);
  }

  /** How many files there are, repeats counted, whatever they are. */
  async count(): Promise<number> {
    let count = 0;
    for await (const _ of this.all()) count++;
    return count;
  }

  /** Every file, each as often as --repeat says; `bad` if it cannot even be tried, and `check` has found that out. */
  async *all(): AsyncGenerator<{ readonly path: string; readonly bad: BadInput | undefined }> {
    let place = 0;
    for await (const operand of this.#found.names()) {
      const bad = this.#badInput(operand, ++place);
      const rounds = bad !== undefined ? 1 : this.#settings.network.repeat;
      for (let round = 0; round < rounds; round++) yield { path: operand.path, bad };
    }
  }

  #badInput({ path, seen }: Operand, place: number): BadInput | undefined {
    return seen === "nothing" ? new MissingInput(path) : this.#bad.get(place);
  }

  /** Every file that passed the check, each as often as --repeat says. */
  async *work(): AsyncGenerator<Input & { isLastRound: boolean; attempts: number }> {
    const { repeat } = this.#settings.network;
    const files = new Prefetch<Input & { isLastRound: boolean; attempts: number }>(this.pace);
    let [place, number] = [0, 0];
    for await (const operand of this.#found.files()) {
      if (this.#badInput(operand, ++place) !== undefined) continue;
      for (let round = 1; round <= repeat; round++) {
        const file = { ...operand, number: ++number, isLastRound: round === repeat, attempts: 0 };
        for (let due = files.put(file); due !== undefined; due = files.take()) yield due;
      }
    }
    for (let due = files.end(); due !== undefined; due = files.take()) yield due;
  }
}

/** Undefined once anything of it is. */
function sum(total: number | undefined, addend: number | undefined): number | undefined {
  return total === undefined || addend === undefined ? undefined : total + addend;
}
