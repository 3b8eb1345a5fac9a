/** Files are got ready for their turn: opened and identified, while others are still being sent. */

import { asFault, Fault } from "../errors.ts";
import type { Instance, NoInstance, OpenInstance } from "../source/instance.ts";
import type { Course } from "./course.ts";
import type { Work } from "./work.ts";
import type { WorkList } from "./work_list.ts";

/** An opened file waiting for its turn, or why it cannot be opened. */
export interface Prepared {
  readonly work: Work;
  readonly instance: Instance | NoInstance | Fault;
}

/** Invariant: what can be opened only once is never closed before its turn has come. */
export class Preparation {
  readonly #openInstance: OpenInstance;
  readonly #course: Course;
  /** Open instances that wait for their turn, by the number of their work. */
  readonly #kept = new Map<number, Instance>();

  constructor(openInstance: OpenInstance, course: Course) {
    this.#openInstance = openInstance;
    this.#course = course;
  }

  /** The next file; undefined when there is none, or when the operator does not want to wait for it any longer. */
  async next(list: WorkList): Promise<Prepared | undefined> {
    const work = await list.next();
    return work && this.#prepare(list, work);
  }

  /** The same, but only a file that can be opened without waiting for anybody who writes to it. */
  async first(list: WorkList): Promise<Prepared | undefined> {
    const work = await list.next();
    if (work === undefined || work.seen === "file") return work && this.#prepare(list, work);
    list.putBack(work);
    return undefined;
  }

  /** Why there is nothing in it to be sent, if so; otherwise it goes back to the list, and is open already when its turn comes. */
  async whySkipped(list: WorkList, work: Work): Promise<NoInstance | undefined> {
    const prepared = await this.#prepare(list, work);
    if (prepared === undefined) return undefined;
    const { instance } = prepared;
    if ("skipped" in instance) return instance;
    if (!(instance instanceof Fault)) this.keep(work, instance);
    list.putBack(work);
    return undefined;
  }

  async #prepare(list: WorkList, work: Work): Promise<Prepared | undefined> {
    const kept = this.#kept.get(work.number);
    if (kept !== undefined) {
      this.#kept.delete(work.number);
      return { work, instance: kept };
    }
    try {
      const opening = this.#openInstance(work);
      const instance = opening instanceof Promise ? await this.#unlessStopped(opening) : opening;
      if (instance !== undefined) return { work, instance };
    } catch (caught) {
      return { work, instance: asFault(caught) };
    }
    list.putBack(work);
    return undefined;
  }

  async #unlessStopped(opening: Promise<Instance | NoInstance>): Promise<Instance | NoInstance | undefined> {
    const instance = await this.#course.stopped.before(opening);
    if (instance === undefined) opening.then((late) => "close" in late && late.close(), () => {});
    return instance;
  }

  /** Its turn does not come now. */
  giveBack(list: WorkList, prepared: Prepared | undefined): void {
    if (prepared === undefined) return;
    const { work, instance } = prepared;
    if ("readOnce" in instance && instance.readOnce) this.keep(work, instance);
    else if ("close" in instance) instance.close();
    list.putBack(work);
  }

  /** Until its turn comes again. */
  keep(work: Work, instance: Instance): void {
    this.#kept.set(work.number, instance);
  }

  /** No more turns will come. */
  close(): void {
    for (const instance of this.#kept.values()) instance.close();
  }
}
