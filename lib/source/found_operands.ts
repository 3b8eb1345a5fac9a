/**
 * All that is to be sent, in the order of the command line, then of the list, then of the DICOMDIRs.
 *
 * How this works: it is looked for once, as far as somebody asks, and noted (`operand_record.ts`); whoever goes through it
 * again is given what was noted. Only members of archives are looked for again, by whoever wants to open them.
 */
import type { Occasion } from "../bytes/occasion.ts";
import { Turns } from "../bytes/turns.ts";
import type { Settings } from "../cli/settings.ts";
import { Expansion, type MembersAgain } from "./expand.ts";
import { readFileList } from "./files_from.ts";
import { OperandRecord } from "./operand_record.ts";
import { type Operand, operands, type Warn } from "./operands.ts";
import type { ReadPace } from "./read_pace.ts";

export interface FoundWishes {
  /** Find out how large files are, as far as that is possible without reading them. */
  readonly sizes: boolean;
  readonly pace: ReadPace;
  /** Thrown when nothing more is to be looked for, and nothing will be opened any more. */
  readonly stop: Occasion;
  readonly warn: Warn;
}

/** Invariant: only one at a time goes through them beyond what is known already. */
export class FoundOperands {
  readonly #settings: Settings;
  readonly #wishes: FoundWishes;
  readonly #expansion: Expansion;
  readonly #record = new OperandRecord();
  #search: AsyncIterator<Operand> | undefined;

  constructor(settings: Settings, wishes: FoundWishes) {
    this.#settings = settings;
    this.#wishes = wishes;
    this.#expansion = new Expansion(wishes.pace);
  }

  /** How many have been found so far. */
  get count(): number {
    return this.#record.count;
  }

  /** If the search is to end before it has begun, files that were named are there all the same. */
  nameUnsearched(): void {
    if (this.#search !== undefined || this.count > 0) return;
    const named = operands(this.#settings.operands, { scanFolder: undefined }, () => {});
    for (const operand of named) this.#record.add(operand);
  }

  /** From the first one on, to be opened. */
  files(): AsyncGenerator<Operand> {
    return this.#walk(true);
  }

  /** The same, only to be told: members of archives that are known already are not asked for again. */
  names(): AsyncGenerator<Operand> {
    return this.#walk(false);
  }

  async *#walk(toBeOpened: boolean): AsyncGenerator<Operand> {
    const turns = new Turns();
    const known = this.#record.reader();
    let members: MembersAgain | undefined;
    try {
      for (let operand = known.next(); operand !== undefined; operand = known.next()) {
        const turn = turns.due();
        if (turn !== undefined) await turn;
        if (operand.member === undefined) members = members?.close();
        if (operand.archive === undefined) {
          yield members === undefined ? operand : await this.#again(members, operand);
        } else if (toBeOpened) members = await this.#expansion.again(operand.path);
      }
      for (let found = await this.#find(); found !== undefined; found = await this.#find()) {
        const turn = turns.due();
        if (turn !== undefined) await turn;
        if (found.archive === undefined) yield found;
      }
    } finally {
      members?.close();
    }
  }

  /** As soon as nothing will be opened any more, its name will do. */
  async #again(members: MembersAgain, operand: Operand): Promise<Operand> {
    const { stop } = this.#wishes;
    return stop.hasCome ? operand : await stop.before(members.next(operand)) ?? operand;
  }

  async #find(): Promise<Operand | undefined> {
    const { stop } = this.#wishes;
    if (stop.hasCome) return undefined;
    this.#search ??= this.#everything();
    const found = await stop.before(this.#search.next());
    if (found === undefined || found.done === true) return undefined;
    this.#record.add(found.value);
    return found.value;
  }

  async *#everything(): AsyncGenerator<Operand> {
    const { operands: named, input } = this.#settings;
    const { sizes, warn } = this.#wishes;
    // Loaded only where it is needed, as every start waits for what is loaded.
    const scanFolder = input.scanDirectories ? (await import("./scan.ts")).folderScan(input) : undefined;
    const wishes = { scanFolder, sizes };
    yield* this.#expansion.expand(operands(named, wishes, warn), false, warn);
    if (input.filesFrom !== undefined) {
      const listed = await readFileList(input.filesFrom);
      yield* this.#expansion.expand(operands(listed, wishes, warn), true, warn);
    }
    for (const dicomdir of input.dicomdirs) yield* this.#expansion.dicomdir(dicomdir);
  }
}
