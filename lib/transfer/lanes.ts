/**
 * Associations that work on one list at the same time, each in its lane: a lane opens one and drains the list over it, then
 * over another one if that was lost.
 */

import type { Association } from "../association/association.ts";
import type { AcceptedContext, ContextWish } from "../association/proposal.ts";
import { Occasion } from "../bytes/occasion.ts";
import { asFault, Fault, isTooManyOpenFiles } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { Course } from "./course.ts";
import { Drain, type Drained, type Surroundings, type WithoutRoom } from "./drain.ts";
import type { OpenAssociation } from "./open.ts";
import type { TransferPlan } from "./plan.ts";
import type { Prepared } from "./preparation.ts";
import { tellCannotOpen } from "./tell.ts";
import type { WorkList } from "./work_list.ts";

/** After the operator has asked for the end, a peer that moves no byte for so long is not waited for any longer. */
const AFTER_STOP = { writingSeconds: 5, otherwiseSeconds: 20 };

/** A peer that accepts so many associations and ends each before any file's turn has come does not want us. */
const MOST_FRUITLESS_ASSOCIATIONS = 3;

export type Associate = (contexts: readonly ContextWish[]) => Promise<OpenAssociation>;

/** What they share, as far as it does not come from here. */
type TransferSurroundings = Omit<Surroundings, "proposed" | "accepted" | "withoutRoom">;

/** Invariant: an association in use is known here, so that it can be ended. */
export class Lanes {
  readonly #associate: Associate;
  readonly #around: TransferSurroundings;
  readonly #plan: TransferPlan;
  readonly #log: Logger;
  readonly #course: Course;
  readonly #proposed: ContextWish[] = [];
  /** Each once. */
  readonly #accepted: AcceptedContext[] = [];
  readonly #associations = new Set<Association>();
  #hasFewer = false;
  /** Lanes that have not ended. */
  #running = 0;
  /** Kept when the lane has ended that makes room for the others. */
  #leaving: Promise<void> | undefined;

  constructor(associate: Associate, around: TransferSurroundings) {
    this.#associate = associate;
    this.#around = around;
    this.#plan = around.plan;
    this.#log = around.log;
    this.#course = around.course;
  }

  /** Ends the associations after the objects that are under way. A peer that stalls is left soon. */
  stop(): void {
    for (const association of this.#associations) association.limitStall(AFTER_STOP);
  }

  /** Ends them now: each peer is told with an A-ABORT. */
  abandon(): void {
    for (const association of this.#associations) {
      association.cancel(new Fault("lost", "stopped by the operator"));
    }
  }

  /**
   * All lanes, until the list is empty. A lane that gets no association leaves its work to the others.
   * @param contexts proposed by each
   */
  async work(list: WorkList, contexts: readonly ContextWish[]): Promise<void> {
    this.#proposed.push(...contexts);
    const opened = Promise.withResolvers<void>();
    const lanes = [seen(this.#lane(list, contexts, true, opened.resolve))];
    // The first one associates whatever the files turn out to be, as DCMTK does. The others need a file to open for, and
    // wait until it is open: a peer that takes only one shall not choose which.
    await Promise.race([opened.promise, lanes[0]]);
    for (let lane = 1; lane < this.#plan.jobs && !this.#course.halted; lane++) {
      if (await list.available(lane) < lane) break;
      lanes.push(seen(this.#lane(list, contexts, false)));
    }
    await Promise.all(lanes);
    // Left by a lane that lost its association when the others had ended already.
    while (!this.#course.halted && await list.available(1) > 0) await this.#lane(list, contexts, true);
  }

  /** @param isFirst without it there is none, and the run ends if it cannot be had */
  async #lane(
    list: WorkList,
    contexts: readonly ContextWish[],
    isFirst: boolean,
    opened?: () => void,
  ): Promise<void> {
    this.#running++;
    try {
      await this.#oneAfterTheOther(list, contexts, isFirst, opened);
    } finally {
      this.#running--;
    }
  }

  /** Associations on the same list, until that is empty. */
  async #oneAfterTheOther(
    list: WorkList,
    contexts: readonly ContextWish[],
    isFirst: boolean,
    opened?: () => void,
  ): Promise<void> {
    const leave = isFirst ? this.#course.stopped : Occasion.either(this.#course.stopped, list.empty);
    let failures = 0;
    let fruitless = 0;
    while (!this.#course.halted) {
      const opening = this.#open(contexts, isFirst, failures, leave);
      // While the peer thinks about the request, the first file is got ready.
      const first = isFirst ? seen(this.#around.preparation.first(list)) : undefined;
      const open = await opening;
      if (typeof open !== "object") this.#around.preparation.giveBack(list, await first);
      if (open === undefined) return;
      if (open === "again") {
        failures++;
        continue;
      }
      opened?.();
      const { usable, begun, progress, lost, leaves } = await this.#drain(list, open, first);
      // Its first failure is its last, as with one association; the others go on.
      if (lost && !this.#plan.noHalt) return this.#endAfterLoss();
      if (progress) failures = 0;
      fruitless = begun ? 0 : fruitless + 1;
      if (usable || leaves || this.#course.halted || await list.available(1) === 0) return;
      if (fruitless > this.#plan.retries && fruitless >= MOST_FRUITLESS_ASSOCIATIONS) {
        return this.#giveUp(fruitless);
      }
      const { retries } = this.#plan;
      // For another file it may be the first failure: the wait grows no longer than for one that uses up its tries.
      if (retries > 0) await this.#course.pause("association lost", Math.min(failures++, retries - 1), leave);
    }
  }

  /** An association; "again" when that failed and may be tried again; undefined when this lane gets none. */
  async #open(
    contexts: readonly ContextWish[],
    isFirst: boolean,
    failures: number,
    leave: Occasion,
  ): Promise<OpenAssociation | "again" | undefined> {
    const opening = this.#associate(contexts);
    try {
      const open = await leave.before(opening);
      if (open !== undefined) return open;
      opening.then(({ association }) => association.abort(), () => {});
      return undefined;
    } catch (caught) {
      const fault = asFault(caught);
      const isAlone = this.#associations.size === 0;
      if (fault.transient && (isAlone || !isTooManyOpenFiles(fault)) && this.#course.mayTryAgain(failures)) {
        await this.#course.pause(fault.conditionLines, failures, leave);
        return "again";
      }
      if (isFirst && isAlone) this.#cannotOpen(fault);
      else this.#tellFewer(fault);
      return undefined;
    }
  }

  #endAfterLoss(): void {
    if (this.#running === 1) this.#course.halt();
  }

  #cannotOpen(fault: Fault): void {
    this.#course.halt();
    this.#course.fail(this.#around.settlement.firstFailure ?? 1);
    tellCannotOpen(this.#log, fault);
  }

  /** The others may be luckier. */
  #giveUp(fruitless: number): void {
    if (this.#associations.size > 0) return;
    this.#course.halt();
    this.#course.fail(10);
    this.#log.error(
      `giving up: the peer accepted ${fruitless} associations and ended each before a file was sent`,
    );
  }

  /** That others than the first are refused is no failure, but worth a word. */
  #tellFewer(fault: Fault): void {
    const text = `going on with fewer associations: ${fault.conditionLines.join(", ")}`;
    if (this.#hasFewer) return this.#log.info(text);
    this.#hasFewer = true;
    this.#log.warn(text);
    if (fault.remedy !== undefined) this.#log.warn(`hint: ${fault.remedy}`);
  }

  /** One lane after the other makes room, until there is enough of it or only one is left. */
  async #withoutRoom(fault: Fault, hasEnded: Promise<unknown>): Promise<WithoutRoom> {
    if (this.#leaving !== undefined) {
      await this.#leaving;
      return "tryAgain";
    }
    if (this.#running === 1) return "alone";
    this.#tellFewer(fault);
    this.#leaving = hasEnded.then(() => this.#leaving = undefined);
    return "leave";
  }

  #noteAccepted(contexts: readonly AcceptedContext[]): void {
    for (const context of contexts) {
      const isKnown = this.#accepted.some(({ abstractSyntax, transferSyntax }) =>
        abstractSyntax === context.abstractSyntax && transferSyntax === context.transferSyntax
      );
      if (!isKnown) this.#accepted.push(context);
    }
  }

  async #drain(
    list: WorkList,
    open: OpenAssociation,
    first: Promise<Prepared | undefined> | undefined,
  ): Promise<Drained> {
    const ended = Promise.withResolvers<void>();
    const withoutRoom = (fault: Fault) => this.#withoutRoom(fault, ended.promise);
    this.#noteAccepted(open.accepted);
    const [proposed, accepted] = [this.#proposed, this.#accepted];
    const drain = new Drain(list, open, { ...this.#around, proposed, accepted, withoutRoom });
    this.#associations.add(open.association);
    try {
      return await drain.run(first);
    } finally {
      this.#associations.delete(open.association);
      ended.resolve();
    }
  }
}

/** A promise that will be waited for, but not at once: until then its failure is nobody's mistake. */
function seen<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
