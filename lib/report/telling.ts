/** Who is told what happens. */

import type { Event, Observer, RunEvent, SummaryEvent } from "./events.ts";
import { type Ending, Tally } from "./summary.ts";

/** Invariant: a run event comes first, a summary last, and nothing follows it. */
export class Telling {
  readonly tally = new Tally();
  readonly #observers: readonly Observer[];
  #begun = false;

  constructor(observers: readonly Observer[]) {
    this.#observers = [this.tally, ...observers];
  }

  /** The run event has been told. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Somebody wants to know of every file, even when nothing could be sent at all. */
  get detailed(): boolean {
    return this.#observers.length > 1;
  }

  /** Somebody could not be told. */
  get broken(): boolean {
    return this.#observers.some((observer) => observer.broken);
  }

  begin(event: RunEvent): void {
    this.#begun = true;
    this.note(event);
  }

  readonly note = (event: Event): void => {
    for (const observer of this.#observers) observer.note(event);
  };

  end(ending: Ending): SummaryEvent {
    const summary = this.tally.event(ending);
    this.note(summary);
    return summary;
  }
}
