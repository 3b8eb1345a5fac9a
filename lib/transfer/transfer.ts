/**
 * The files go to the peer: over one association or several at a time, one after the other, until none is left.
 *
 * How this room works: `work_list.ts` hands the files out; a lane opens an association (`open.ts`) and drains the list
 * over it (`drain.ts`), then over another one if that was lost. `delivery.ts` takes one file to its answer, and
 * `settlement.ts` says what that means for the run, whose `course.ts` all of them look at. While an answer is awaited,
 * the next file is already opened and identified (`preparation.ts`). A file that needs a context nobody proposed yet is put aside and gets a further
 * association at the end. Every file ends in exactly one Outcome, which `record` is told.
 */

import type { Association } from "../association/association.ts";
import { type ContextWish, neededContexts, type SyntaxWish } from "../association/proposal.ts";
import { asFault, Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { Instance, Need, NoInstance, OpenInstance } from "../source/instance.ts";
import { Course } from "./course.ts";
import type { WatchMessage } from "./delivery.ts";
import { Drain, type Drained } from "./drain.ts";
import type { OpenAssociation } from "./open.ts";
import { Occasion } from "./occasion.ts";
import { Preparation, type Prepared } from "./preparation.ts";
import type { RetryLimits } from "./retry.ts";
import { type RecordEnd, Settlement, type SettlementRules } from "./settlement.ts";
import { tellRemedy } from "./tell.ts";
import { type Work, WorkList } from "./work_list.ts";

export interface TransferPlan extends RetryLimits, SettlementRules {
  /** Proposed on the first association. */
  readonly contexts: readonly ContextWish[];
  /** How contexts for files put aside are made; undefined when a profile says exactly what may be proposed. */
  readonly wish: SyntaxWish | undefined;
  /** Prefer Deflated for uncompressed data sets. */
  readonly deflate: boolean;
  /** End with A-ABORT. */
  readonly abort: boolean;
}

/** What the transfer needs from around it. */
export interface TransferTools {
  readonly log: Logger;
  open(contexts: readonly ContextWish[]): Promise<OpenAssociation>;
  readonly openInstance: OpenInstance;
  /** What an earlier run is known to have stored, without opening it; absent where nothing is known of earlier runs. */
  storedBefore?(work: Work): NoInstance | undefined;
  readonly record: RecordEnd;
  /** Told before each wait for another try. */
  retrying?(reason: string, afterSeconds: number): void;
  watch?: WatchMessage | undefined;
}

/** After the operator has asked for the end, a peer that moves no byte for so long is not waited for any longer. */
const AFTER_STOP = { writingSeconds: 5, otherwiseSeconds: 20 };

/** A peer that accepts so many associations and ends each before any file's turn has come does not want us. */
const MOST_FRUITLESS_ASSOCIATIONS = 3;

/** A file that needs a context nobody proposed yet. */
interface Aside {
  readonly work: Work;
  readonly need: Need;
}

export class Transfer {
  readonly #plan: TransferPlan;
  readonly #tools: TransferTools;
  readonly #log: Logger;
  readonly #proposed: ContextWish[] = [];
  #aside: Aside[] = [];
  #hasFewer = false;
  readonly #associations = new Set<Association>();
  readonly #course: Course;
  readonly #settlement: Settlement;
  readonly #preparation: Preparation;

  constructor(plan: TransferPlan, tools: TransferTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#log = tools.log;
    this.#course = new Course(plan, tools.log, tools.retrying);
    this.#settlement = new Settlement(plan, this.#course, tools.log, tools.record);
    this.#preparation = new Preparation(tools.openInstance, this.#course);
  }

  /** Sends everything; answers the exit code: 0, or that of the first failure. */
  async run(source: AsyncIterable<Work>): Promise<number> {
    const list = new WorkList(source);
    if (await this.#hasWork(list)) await this.#phase(list, this.#plan.contexts);
    while (this.#aside.length > 0 && !this.#course.halted) await this.#nextAside();
    for await (const work of list.rest()) await this.#leave(list, work);
    for (const { work } of this.#aside) await this.#leave(list, work);
    this.#preparation.close();
    const { filesNotTried } = this.#settlement;
    if (filesNotTried > 0) this.#log.error(`${countOf(filesNotTried, "file was", "files were")} not sent`);
    return this.#course.exitCode;
  }

  /** Ends the transfer after the objects that are under way; the rest is not sent. A peer that stalls is left soon. */
  stop(): void {
    this.#course.stop();
    for (const association of this.#associations) association.limitStall(AFTER_STOP);
  }

  /** Ends everything now: each peer is told with an A-ABORT. */
  abandon(): void {
    this.stop();
    for (const association of this.#associations) {
      association.cancel(new Fault("lost", "stopped by the operator"));
    }
  }

  /** False when an earlier run has stored everything: then the peer need not be bothered, nor even be there. */
  async #hasWork(list: WorkList): Promise<boolean> {
    if (this.#tools.storedBefore === undefined) return true;
    for (let work = await list.next(); work !== undefined; work = await list.next()) {
      if (!await this.#skippedAsStored(list, work)) {
        list.putBack(work);
        return true;
      }
    }
    this.#log.info("nothing is left to be sent");
    return false;
  }

  async #skippedAsStored(list: WorkList, work: Work): Promise<boolean> {
    const stored = this.#tools.storedBefore?.(work);
    if (stored === undefined) return false;
    await this.#settlement.skip(list, work, stored);
    return true;
  }

  /** Its turn will not come any more. */
  async #leave(list: WorkList, work: Work): Promise<void> {
    if (!await this.#skippedAsStored(list, work)) await this.#settlement.notTried(work);
  }

  // --- associations ---

  /** A further association for as many of the files put aside as 128 contexts serve. */
  async #nextAside(): Promise<void> {
    const { wish } = this.#plan;
    if (wish === undefined) {
      throw new Fault("bug", "a file was put aside although nothing more may be proposed");
    }
    const [contexts = []] = neededContexts(this.#aside.map(({ need }) => need), wish);
    const served = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
    const now = this.#aside.filter(({ need }) => served.has(need.sopClassUid));
    this.#aside = this.#aside.filter(({ need }) => !served.has(need.sopClassUid));
    const files = countOf(now.length, "file needs", "files need");
    this.#log.info(`${files} presentation contexts that were not proposed yet: using a further association`);
    const list = new WorkList(eachWork(now));
    await this.#phase(list, contexts);
    for await (const work of list.rest()) await this.#leave(list, work);
  }

  /** All lanes, until the list is empty. A lane that gets no association leaves its work to the others. */
  async #phase(list: WorkList, contexts: readonly ContextWish[]): Promise<void> {
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

  /**
   * One association after the other on the same list, until that is empty.
   * @param isFirst without it there is none, and the run ends if it cannot be had
   */
  async #lane(
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
      const first = isFirst ? seen(this.#preparation.first(list)) : undefined;
      const open = await opening;
      if (typeof open !== "object") this.#preparation.giveBack(list, await first);
      if (open === undefined) return;
      if (open === "again") {
        failures++;
        continue;
      }
      opened?.();
      const { usable, begun, progress } = await this.#drain(list, open, first);
      if (progress) failures = 0;
      fruitless = begun ? 0 : fruitless + 1;
      if (usable || this.#course.halted || await list.available(1) === 0) return;
      if (fruitless > this.#plan.retries && fruitless >= MOST_FRUITLESS_ASSOCIATIONS) {
        return this.#giveUp(fruitless);
      }
      if (this.#plan.retries > 0) await this.#course.pause("association lost", failures++, leave);
    }
  }

  /** An association; "again" when that failed and may be tried again; undefined when this lane gets none. */
  async #open(
    contexts: readonly ContextWish[],
    isFirst: boolean,
    failures: number,
    leave: Occasion,
  ): Promise<OpenAssociation | "again" | undefined> {
    const opening = this.#tools.open(contexts);
    try {
      const open = await leave.before(opening);
      if (open !== undefined) return open;
      opening.then(({ association }) => association.abort(), () => {});
      return undefined;
    } catch (caught) {
      const fault = asFault(caught);
      if (fault.transient && this.#course.mayTryAgain(failures)) {
        await this.#course.pause(fault.condition, failures, leave);
        return "again";
      }
      if (isFirst && this.#associations.size === 0) this.#cannotOpen(fault);
      else this.#tellFewer(fault);
      return undefined;
    }
  }

  #cannotOpen(fault: Fault): void {
    this.#course.halt();
    this.#course.fail(this.#settlement.firstFailure ?? 1);
    const prefix = fault.kind === "rejected" ? "" : "Association Request Failed: ";
    this.#log.fatal(`${prefix}${fault.condition}`);
    tellRemedy(this.#log, fault);
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
    const text = `going on with fewer associations: ${fault.condition.replaceAll("\n", ", ")}`;
    if (this.#hasFewer) this.#log.info(text);
    else this.#log.warn(text);
    this.#hasFewer = true;
  }

  async #drain(
    list: WorkList,
    open: OpenAssociation,
    first: Promise<Prepared | undefined> | undefined,
  ): Promise<Drained> {
    const drain = new Drain(list, open, {
      plan: this.#plan,
      log: this.#log,
      course: this.#course,
      settlement: this.#settlement,
      preparation: this.#preparation,
      proposed: this.#proposed,
      putAside: (work, instance) => this.#putAside(work, instance),
      watch: this.#tools.watch,
    });
    this.#associations.add(open.association);
    const drained = await drain.run(first);
    this.#associations.delete(open.association);
    return drained;
  }

  #putAside(work: Work, instance: Instance): void {
    const { sopClassUid, transferSyntax, readOnce } = instance;
    if (readOnce) this.#preparation.keep(work, instance);
    this.#aside.push({ work, need: { sopClassUid, transferSyntax } });
  }
}

/** A promise that will be waited for, but not at once: until then its failure is nobody's mistake. */
function seen<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}

function countOf(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

async function* eachWork(aside: readonly Aside[]): AsyncGenerator<Work> {
  for (const { work } of aside) yield work;
}
