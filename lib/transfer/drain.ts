/** The list is drained over one open association, until either has an end. */

import type { AcceptedContext, ContextWish } from "../association/proposal.ts";
import { CONDITION } from "../association/refusals.ts";
import { asFault, Fault, isTooManyOpenFiles } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { Instance } from "../source/instance.ts";
import type { Course } from "./course.ts";
import { Delivery, type WatchMessage } from "./delivery.ts";
import { mayPropose } from "./not_accepted.ts";
import type { OpenAssociation } from "./open.ts";
import { Operations } from "./operations.ts";
import type { Outcome } from "./outcome.ts";
import { Patience } from "./patience.ts";
import type { TransferPlan } from "./plan.ts";
import type { Preparation, Prepared } from "./preparation.ts";
import type { Settled, Settlement } from "./settlement.ts";
import { identityOf, type Work } from "./work.ts";
import type { WorkList } from "./work_list.ts";

/** What an association does when no more files can be opened while those of the others are. */
export type WithoutRoom = "leave" | "tryAgain" | "alone";

/** What it shares with the other associations of the run. */
export interface Surroundings {
  readonly plan: TransferPlan;
  readonly log: Logger;
  readonly course: Course;
  readonly settlement: Settlement;
  readonly preparation: Preparation;
  /** On any association so far, and what of it was accepted. */
  readonly proposed: readonly ContextWish[];
  readonly accepted: readonly AcceptedContext[];
  /** It needs a context that nobody proposed yet. */
  putAside(work: Work, instance: Instance): void;
  /** Asked when too many files are open; answers when another association has made room, if it will. */
  withoutRoom(fault: Fault): Promise<WithoutRoom>;
  readonly watch?: WatchMessage | undefined;
}

export interface Drained {
  /** The association could have gone on. */
  readonly usable: boolean;
  /** A file's turn has come. */
  readonly begun: boolean;
  /** The peer has answered. */
  readonly progress: boolean;
  /** A file was lost with it, and is not tried again. */
  readonly lost: boolean;
  /** It has made room for the others. */
  readonly leaves: boolean;
}

/** Invariant: one association, which has ended when `run` has. */
export class Drain {
  readonly #list: WorkList;
  readonly #open: OpenAssociation;
  readonly #around: Surroundings;
  readonly #delivery: Delivery;

  constructor(list: WorkList, open: OpenAssociation, around: Surroundings) {
    const { log, plan, proposed, accepted, watch } = around;
    this.#list = list;
    this.#open = open;
    this.#around = around;
    this.#delivery = new Delivery(open, {
      log,
      deflate: plan.deflate,
      mayPropose: (instance) => mayPropose(plan.wish, proposed, instance),
      proposed: { contexts: proposed, fixedBy: plan.fixedBy },
      accepted,
      hasAnswered: () => around.settlement.hasAnswers,
      watch,
    });
  }

  /**
   * Works until the list or the association has an end, and ends the association.
   * @param first is already being got ready
   */
  async run(first?: Promise<Prepared | undefined>): Promise<Drained> {
    const list = this.#list;
    const { course, preparation, plan } = this.#around;
    const delivery = this.#delivery;
    const operations = new Operations(this.#open.operationsWindow);
    const patience = new Patience();
    let begun = false;
    let progress = false;
    let lost = false;
    let leaves = false;
    do {
      let prepared = await first ?? await preparation.next(list);
      first = undefined;
      while (prepared !== undefined && !course.halted && delivery.usable) {
        const { work, instance } = prepared;
        const crowded = whyCrowded(prepared);
        const way = crowded === undefined ? "alone" : await this.#around.withoutRoom(crowded);
        if (way === "leave") {
          leaves = true;
          break;
        }
        prepared = undefined;
        if (way === "tryAgain") {
          list.putBack(work);
          prepared = await preparation.next(list);
          continue;
        }
        begun = true;
        const sent = await this.#begin(work, instance);
        if (sent === undefined) {
          if (!course.halted) prepared = await preparation.next(list);
          continue;
        }
        operations.add(sent.settled.then((settled) => {
          progress ||= settled === "answered";
          lost ||= settled === "lost";
        }));
        // Of several associations each would keep one back from the others, and files would not start in order.
        if (plan.jobs === 1) prepared = await preparation.next(list);
        const waitingSinceMs = performance.now();
        // With other associations at work there is better to do than to ask again.
        const mayAsk = plan.jobs === 1 && operations.full;
        this.#open.association.takeAnswers(mayAsk ? patience.milliseconds : 0);
        await operations.room();
        if (mayAsk) patience.note(performance.now() - waitingSinceMs);
        prepared ??= await preparation.next(list);
      }
      await operations.end();
      preparation.giveBack(list, prepared);
      // The last answers may have put files back that are to be tried again.
    } while (!course.halted && delivery.usable && !leaves && await list.available(1) > 0);
    const { usable } = delivery;
    await this.#close();
    return { usable, begun, progress, lost, leaves };
  }

  /** Releases an association, or aborts it if that is asked for or nothing else is left. */
  async #close(): Promise<void> {
    const { association } = this.#open;
    const { course, log, plan, settlement } = this.#around;
    const { fault } = association;
    if (fault !== undefined) {
      if (!course.halted && !this.#delivery.hasTold(fault)) {
        this.#tellLost(fault, await this.#list.available(1) > 0);
      }
      // The peer has been told so already, unless it was the peer that aborted.
      if (fault.code !== CONDITION.peerAborted) log.info("Aborting Association");
      return await association.abort();
    }
    if (this.#delivery.torn || plan.abort || settlement.haltedByFile) {
      log.info("Aborting Association");
      return await association.abort();
    }
    log.info("Releasing Association");
    try {
      await association.release();
    } catch (caught) {
      log.error(`Association Release Failed: ${asFault(caught).condition}`);
      course.fail(10);
    }
  }

  /** It ended between two files, or behind the last: nothing is lost by that, but it is not as it should be. */
  #tellLost(fault: Fault, isMore: boolean): void {
    const { course, log } = this.#around;
    if (isMore) return log.warn(`Association lost, using another one: ${fault.condition}`);
    log.error(`Association Release Failed: ${fault.condition}`);
    course.fail(10);
  }

  /**
   * The file's turn has come. If it could be sent, `settled` is kept when its outcome has been dealt with.
   */
  async #begin(
    work: Work,
    instance: Prepared["instance"],
  ): Promise<{ readonly settled: Promise<Settled> } | undefined> {
    const list = this.#list;
    const { settlement } = this.#around;
    if ("skipped" in instance) {
      await settlement.skip(list, work, instance);
      return undefined;
    }
    if (instance instanceof Fault) {
      await settlement.unreadable(list, work, instance);
      return undefined;
    }
    const step = await this.#delivery.begin(instance, work.path);
    switch (step.kind) {
      case "aside":
        this.#around.putAside(work, instance);
        return undefined;
      case "ended":
        await settlement.settle(list, work, step.outcome, identityOf(instance));
        return undefined;
      case "underway": {
        const identity = identityOf(instance);
        const settle = (outcome: Outcome) => settlement.settle(list, work, outcome, identity);
        return { settled: step.outcome.then(settle) };
      }
    }
  }
}

/** The file could not be opened because too many are. What was found while the folders were read is not tried again. */
function whyCrowded({ work, instance }: Prepared): Fault | undefined {
  const isCrowded = instance instanceof Fault && work.fault === undefined && isTooManyOpenFiles(instance);
  return isCrowded ? instance : undefined;
}
