/** What the end of one file means for the run: it is tried again, or told, recorded, and may halt everything. */

import { mayPass } from "../dimse/status.ts";
import { type Fault, isTooManyOpenFiles } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { NoInstance } from "../source/instance.ts";
import type { Course } from "./course.ts";
import { exitCodeOfOutcome, isGood, type Outcome } from "./outcome.ts";
import { tellHalt, tellOutcome, tellUnreadable } from "./tell.ts";
import type { EndedWork, Identity, Work } from "./work.ts";
import type { WorkList } from "./work_list.ts";

/** Told of every file's end, once, in the order of the ends. */
export type RecordEnd = (ended: EndedWork) => void | Promise<void>;

export interface SettlementRules {
  /** Go on after a failure. */
  readonly noHalt: boolean;
  /** Associations at the same time. */
  readonly jobs: number;
}

/** Whether the peer had answered; if not, whether the file is put back or lost with the association. */
export type Settled = "answered" | "toBeTriedAgain" | "lost";

/** Invariant: every file is recorded once, unless it is put back to be tried again. */
export class Settlement {
  readonly #rules: SettlementRules;
  readonly #course: Course;
  readonly #log: Logger;
  readonly #record: RecordEnd;
  /** Exit codes of files that have failed and are to be tried again, by the number of their work. */
  readonly #toBeTriedAgain = new Map<number, number>();
  #haltedByFile = false;
  #hasAnswers = false;
  #notTried = 0;

  constructor(rules: SettlementRules, course: Course, log: Logger, record: RecordEnd) {
    this.#rules = rules;
    this.#course = course;
    this.#log = log;
    this.#record = record;
  }

  /** The run halted on a file, after which DCMTK aborts instead of releasing. */
  get haltedByFile(): boolean {
    return this.#haltedByFile;
  }

  /** The peer has answered a store request. */
  get hasAnswers(): boolean {
    return this.#hasAnswers;
  }

  /** Exit code of the first failure that stands because nothing can be tried again. */
  get firstFailure(): number | undefined {
    const [first] = this.#toBeTriedAgain.values();
    return first;
  }

  /** How many files never had their turn. */
  get filesNotTried(): number {
    return this.#notTried;
  }

  /** A file that cannot be opened. */
  async unreadable(list: WorkList, work: Work, fault: Fault): Promise<void> {
    this.#log.info(`Sending file: ${work.path}`);
    tellUnreadable(this.#log, work.path, fault);
    // Nobody knows whether it could be read.
    await this.settle(list, work, { kind: isTooManyOpenFiles(fault) ? "notSent" : "unreadable", fault });
  }

  /** A file that is not to be sent although nothing is wrong. */
  async skip(list: WorkList, work: Work, { skipped: why, isStored = false }: NoInstance): Promise<void> {
    await this.settle(list, work, { kind: "skipped", why, isStored });
  }

  /** A file whose turn never came, or not once more: then what it came to the last time is its end. */
  async notTried(work: Work): Promise<void> {
    if (work.last !== undefined) {
      this.#course.fail(exitCodeOfOutcome(work.last.outcome));
      return await this.#record(work.last);
    }
    this.#notTried++;
    await this.#record({ work, outcome: { kind: "notSent", fault: undefined }, identity: undefined });
  }

  /** Puts what may pass back on the list; everything else is told and recorded. */
  async settle(list: WorkList, work: Work, outcome: Outcome, identity?: Identity): Promise<Settled> {
    this.#toBeTriedAgain.delete(work.number);
    tellOutcome(this.#log, work.path, outcome, identity?.sopClassUid ?? "");
    const isAnswered = outcome.kind !== "notSent";
    this.#hasAnswers ||= "status" in outcome;
    if (!identity?.readOnce && this.#mayTryAgain(work, outcome)) {
      // Before it is put back, because another association would take it at once.
      if (outcome.kind === "refused") await this.#course.pause("this status may pass", work.attempts);
      this.#toBeTriedAgain.set(work.number, exitCodeOfOutcome(outcome));
      const { last: _, ...tried } = work;
      list.putBack({ ...tried, attempts: work.attempts + 1, last: { work: tried, outcome, identity } });
      return isAnswered ? "answered" : "toBeTriedAgain";
    }
    if (!isGood(outcome)) this.#countFailure(outcome);
    await this.#record({ work, outcome, identity });
    return isAnswered ? "answered" : "lost";
  }

  #mayTryAgain({ attempts }: Work, outcome: Outcome): boolean {
    if (this.#course.halted || !this.#course.mayTryAgain(attempts)) return false;
    if (outcome.kind === "refused") return mayPass(outcome.status);
    return outcome.kind === "notSent" && outcome.fault?.transient === true;
  }

  #countFailure(outcome: Outcome): void {
    this.#course.fail(exitCodeOfOutcome(outcome));
    if (this.#rules.noHalt || this.#course.halted) return;
    // One of several associations has been lost: the others go on.
    if (this.#rules.jobs > 1 && outcome.kind === "notSent") return;
    this.#course.halt();
    if (outcome.kind === "notAccepted" && outcome.nothingAccepted) return;
    const fault = "fault" in outcome ? outcome.fault : undefined;
    if (outcome.kind === "unreadable" || outcome.kind === "notAccepted") this.#haltedByFile = true;
    if (fault !== undefined) tellHalt(this.#log, fault);
  }
}
