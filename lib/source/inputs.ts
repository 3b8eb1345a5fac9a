/** The files of a run: checked before anything is sent, then handed out in order. */

import { Turns } from "../bytes/turns.ts";
import type { Settings } from "../cli/settings.ts";
import { asFault, Fault } from "../errors.ts";
import { Logger, plainBackend } from "../log/log.ts";
import type { ArchiveMember } from "./archives/member.ts";
import { Expansion } from "./expand.ts";
import { readFileList } from "./files_from.ts";
import type { Input, Need, OpenInstance } from "./instance.ts";
import { type Operand, OperandMemory, operands } from "./operands.ts";
import { STANDARD_INPUT } from "./pipe.ts";
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

/** A file that cannot even be tried, and why. */
export interface BadInput {
  readonly path: string;
  readonly member?: ArchiveMember;
  readonly fault: Fault;
}

/** The second time the operands are gone through, everything has been said. */
const SILENT = new Logger(plainBackend("off", () => {}));

export interface InputsWishes {
  /** Find out how large files are, as far as that is possible without reading them. */
  readonly sizes: boolean;
}

export class Inputs {
  /** How fast the files of this run can be read; for whoever opens them, too. */
  readonly pace = new ReadPace();
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #wishes: InputsWishes;
  /** By `keyOf`; what is missing is remembered as such already. */
  readonly #bad = new Map<string, BadInput>();
  readonly #expansion = new Expansion(this.pace);
  readonly #memory = new OperandMemory();
  #listed: Iterable<string> | undefined;
  #stopped = false;
  /** Instead of a list that has not come yet. */
  readonly #stop = Promise.withResolvers<readonly string[]>();
  /** How many operands `check` has seen. */
  #checked = 0;

  constructor(settings: Settings, log: Logger, wishes: InputsWishes = { sizes: false }) {
    this.#settings = settings;
    this.#log = log;
    this.#wishes = wishes;
  }

  /** How many files `check` has looked at so far. */
  get checked(): number {
    return this.#checked;
  }

  /** The operator has asked for the end. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends a check under way; nothing behind that point is handed out. */
  stop(): void {
    this.#stopped = true;
    this.#stop.resolve([]);
  }

  /**
   * Looks at all files before the first association: whether those named exist, and with --required what they need.
   * @throws Fault "input" for the first bad file without --no-halt, and when no file is left
   */
  async check(openInstance: OpenInstance): Promise<CheckedInputs> {
    const { input, network } = this.#settings;
    if (input.scanDirectories) this.#log.info("determining input files ...");
    const needs = new Map<string, Need>();
    const again = severalTimes(this.#settings);
    const look = network.required ? { needs, openInstance } : undefined;
    const bad: BadInput[] = [];
    const turns = new Turns();
    let count = 0;
    let totalBytes: number | undefined = this.#wishes.sizes ? 0 : undefined;
    for await (const operand of this.#operands(this.#log)) {
      if (count === 0) this.#log.info("checking input files ...");
      const turn = turns.due();
      if (turn !== undefined) await turn;
      if (this.#stopped) break;
      this.#checked = ++count;
      totalBytes = sum(totalBytes, operand.sizeBytes);
      const one = await checkOne(operand, again, look);
      if (one === undefined) continue;
      if (!this.#isMissing(operand)) this.#bad.set(keyOf(operand), one);
      const { fault } = one;
      if (!network.noHalt) throw fault;
      this.#log.warn(`${fault.message}, ignoring file`);
      bad.push(one);
    }
    this.#memory.isComplete = !this.#stopped;
    if (count === bad.length && !this.#stopped) throw new Fault("input", "no input files to be sent");
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

  /** Every file, each as often as --repeat says; `bad` if it cannot even be tried, and `check` has found that out. */
  async *all(): AsyncGenerator<{ readonly path: string; readonly bad: BadInput | undefined }> {
    for await (const operand of this.#known()) {
      const bad = this.#badInput(operand);
      const rounds = bad !== undefined ? 1 : this.#settings.network.repeat;
      for (let round = 0; round < rounds; round++) yield { path: operand.path, bad };
    }
  }

  #badInput(operand: Operand): BadInput | undefined {
    if (this.#isMissing(operand)) return new MissingInput(operand.path);
    return this.#bad.size === 0 ? undefined : this.#bad.get(keyOf(operand));
  }

  #isMissing({ path, scanned, member }: Operand): boolean {
    return !scanned && member === undefined && this.#memory.wasMissing(path);
  }

  /** Every file that passed the check, each as often as --repeat says. */
  async *work(): AsyncGenerator<Input & { isLastRound: boolean; attempts: number }> {
    const { repeat } = this.#settings.network;
    const files = new Prefetch<Input & { isLastRound: boolean; attempts: number }>(this.pace);
    let number = 0;
    for await (const operand of this.#known()) {
      if (this.#badInput(operand) !== undefined) continue;
      for (let round = 1; round <= repeat; round++) {
        const file = { ...operand, number: ++number, isLastRound: round === repeat, attempts: 0 };
        for (let due = files.put(file); due !== undefined; due = files.take()) yield due;
      }
    }
    for (let due = files.end(); due !== undefined; due = files.take()) yield due;
  }

  /** All operands; if the check was stopped, those that it had come to: nobody knows how many there would have been. */
  async *#known(): AsyncGenerator<Operand> {
    const turns = new Turns();
    const isOver = (seen: number) => this.#stopped && seen >= this.#checked;
    let seen = 0;
    if (isOver(seen)) return;
    for await (const operand of this.#operands(SILENT)) {
      const turn = turns.due();
      if (turn !== undefined) await turn;
      seen++;
      yield operand;
      // Before the next one is looked for, which may take long.
      if (isOver(seen)) return;
    }
  }

  /** What the user named, in the order of the command line, then the list, then the DICOMDIRs. */
  async *#operands(log: Logger): AsyncGenerator<Operand> {
    const { operands: named, input } = this.#settings;
    const { sizes } = this.#wishes;
    // Loaded only where it is needed, as every start waits for what is loaded.
    const scanFolder = input.scanDirectories ? (await import("./scan.ts")).folderScan(input) : undefined;
    const wishes = { scanFolder, sizes, memory: this.#memory };
    yield* this.#expansion.expand(operands(named, wishes, log), false, log);
    if (input.filesFrom !== undefined) {
      this.#listed ??= await Promise.race([readFileList(input.filesFrom), this.#stop.promise]);
      yield* this.#expansion.expand(operands(this.#listed, wishes, log), true, log);
    }
    for (const dicomdir of input.dicomdirs) yield* this.#expansion.dicomdir(dicomdir);
  }
}

/** There may be very many of them: each makes its fault when it is asked for it. */
class MissingInput implements BadInput {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Cron jobs and services begin in other folders than people do. */
  get fault(): Fault {
    const where = this.path.startsWith("/") ? "" : `; it is looked for in ${workingFolder()}`;
    return new Fault("input", `cannot access file: ${this.path}`, {
      remedy: `check its name and permissions${where}`,
    });
  }
}

/** Of one path there can be several: a file named and found by scanning, members of an archive whose names are shown alike. */
function keyOf({ path, scanned, member }: Operand): string {
  return `${member?.offset ?? (scanned ? "scanned" : "")} ${path}`;
}

/** The option for which every file has to be read more than once. */
function severalTimes({ task, network }: Settings): string | undefined {
  if (network.required) return "--required";
  if (task !== "send") return task === "probe" ? "--probe" : "--dry-run";
  return network.repeat > 1 ? "--repeat" : undefined;
}

/**
 * @param again the option for which it has to be read more than once
 * @param look into it, and note what it needs
 */
async function checkOne(
  operand: Operand,
  again: string | undefined,
  look: { readonly needs: Map<string, Need>; readonly openInstance: OpenInstance } | undefined,
): Promise<BadInput | undefined> {
  const { path, scanned, fault, seen } = operand;
  if (fault !== undefined) return { ...operand, fault };
  if (!scanned && seen === "nothing") return new MissingInput(path);
  if (again !== undefined && isReadOnce(operand)) {
    const refused = new Fault("input", `${path} can be read only once, which is not enough for ${again}`, {
      remedy: `leave ${again} out, or save it as a file first`,
    });
    return { ...operand, fault: refused };
  }
  if (look === undefined) return undefined;
  try {
    const instance = await look.openInstance({ ...operand, number: 0 });
    if ("skipped" in instance) return undefined;
    const { sopClassUid, transferSyntax } = instance;
    instance.close();
    look.needs.set(`${sopClassUid} ${transferSyntax}`, { sopClassUid, transferSyntax });
    return undefined;
  } catch (caught) {
    const why = asFault(caught);
    const missing = new Fault("input", `missing SOP class (or instance) in file: ${path}: ${why.message}`, {
      cause: caught,
      remedy: why.remedy,
    });
    return { ...operand, fault: missing };
  }
}

/** A FIFO, a device, standard input. */
function isReadOnce({ path, scanned, seen, member }: Operand): boolean {
  return !scanned && member === undefined && (seen === undefined || path === STANDARD_INPUT);
}

function workingFolder(): string {
  try {
    return Deno.cwd();
  } catch {
    return "a folder that has gone";
  }
}

/** Undefined once anything of it is. */
function sum(total: number | undefined, addend: number | undefined): number | undefined {
  return total === undefined || addend === undefined ? undefined : total + addend;
}
