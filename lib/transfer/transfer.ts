/**
 * The files go to the peer: over one association or several at a time, one after the other, until none is left.
 *
 * How this room works: `work_list.ts` hands the files out; a lane (`lanes.ts`) opens an association (`open.ts`) and drains
 * the list over it (`drain.ts`), then over another one if that was lost. `delivery.ts` takes one file to its answer, and
 * `settlement.ts` says what that means for the run, whose `course.ts` all of them look at. While an answer is awaited,
 * the next file is already opened and identified (`preparation.ts`). A file that needs a context nobody proposed yet is
 * put aside and gets a further association at the end. Every file ends in exactly one Outcome, which `record` is told.
 */

import { neededContexts } from "../association/proposal.ts";
import { Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { Instance, Need, NoInstance, OpenInstance } from "../source/instance.ts";
import { Course } from "./course.ts";
import type { WatchMessage } from "./delivery.ts";
import { type Associate, Lanes } from "./lanes.ts";
import type { TransferPlan } from "./plan.ts";
import { Preparation } from "./preparation.ts";
import { type RecordEnd, Settlement } from "./settlement.ts";
import type { Work } from "./work.ts";
import { WorkList } from "./work_list.ts";

/** What the transfer needs from around it. */
export interface TransferTools {
  readonly log: Logger;
  readonly open: Associate;
  readonly openInstance: OpenInstance;
  /** What an earlier run is known to have stored, without opening it; absent where nothing is known of earlier runs. */
  storedBefore?(work: Work): NoInstance | undefined;
  readonly record: RecordEnd;
  /** Told before each wait for another try. */
  retrying?(reason: string, afterSeconds: number): void;
  watch?: WatchMessage | undefined;
}

/** A file that needs a context nobody proposed yet. */
interface Aside {
  readonly work: Work;
  readonly need: Need;
}

export class Transfer {
  readonly #plan: TransferPlan;
  readonly #tools: TransferTools;
  readonly #log: Logger;
  #aside: Aside[] = [];
  readonly #course: Course;
  readonly #settlement: Settlement;
  readonly #preparation: Preparation;
  readonly #lanes: Lanes;

  constructor(plan: TransferPlan, tools: TransferTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#log = tools.log;
    this.#course = new Course(plan, tools.log, tools.retrying);
    this.#settlement = new Settlement(plan, this.#course, tools.log, tools.record);
    this.#preparation = new Preparation(tools.openInstance, this.#course);
    this.#lanes = new Lanes(tools.open, {
      plan,
      log: tools.log,
      course: this.#course,
      settlement: this.#settlement,
      preparation: this.#preparation,
      putAside: (work, instance) => this.#putAside(work, instance),
      watch: tools.watch,
    });
  }

  /** Sends everything; answers the exit code: 0, or that of the first failure. */
  async run(source: AsyncIterable<Work>): Promise<number> {
    const list = new WorkList(source);
    if (await this.#hasWork(list)) await this.#lanes.work(list, this.#plan.contexts);
    while (this.#aside.length > 0 && !this.#course.halted) await this.#nextAside();
    for await (const work of list.rest()) await this.#leave(list, work);
    for (const { work } of this.#aside) await this.#leave(list, work);
    this.#preparation.close();
    const { filesNotTried } = this.#settlement;
    if (filesNotTried > 0) this.#log.error(`${countOf(filesNotTried, "file was", "files were")} not tried`);
    return this.#course.exitCode;
  }

  /** Ends the transfer after the objects that are under way; the rest is not sent. A peer that stalls is left soon. */
  stop(): void {
    this.#course.stop();
    this.#lanes.stop();
  }

  /** Ends everything now: each peer is told with an A-ABORT. */
  abandon(): void {
    this.stop();
    this.#lanes.abandon();
  }

  /** False when an earlier run has stored all there is to be sent: then the peer need not be bothered, nor even be there. */
  async #hasWork(list: WorkList): Promise<boolean> {
    if (this.#tools.storedBefore === undefined) return true;
    for (let work = await list.next(); work !== undefined; work = await list.next()) {
      if (await this.#skippedAsStored(list, work)) continue;
      if (!work.scanned) {
        list.putBack(work);
        return true;
      }
      // A spool folder may hold other files, the journal itself among them.
      const none = await this.#preparation.whySkipped(list, work);
      if (none === undefined) return true;
      await this.#settlement.skip(list, work, none);
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
    await this.#lanes.work(list, contexts);
    for await (const work of list.rest()) await this.#leave(list, work);
  }

  #putAside(work: Work, instance: Instance): void {
    const { sopClassUid, transferSyntax, readOnce } = instance;
    if (readOnce) this.#preparation.keep(work, instance);
    this.#aside.push({ work, need: { sopClassUid, transferSyntax } });
  }
}

function countOf(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

async function* eachWork(aside: readonly Aside[]): AsyncGenerator<Work> {
  for (const { work } of aside) yield work;
}
