/** How many files ended how: always adds up to the number of inputs. */

import type { EndedWork } from "../transfer/transfer.ts";
import { isGood, type OutcomeKind } from "../transfer/outcome.ts";

/** In the order they are told, with the words for them. */
const WORDS: readonly (readonly [OutcomeKind, string])[] = [
  ["stored", "stored"],
  ["storedWithWarning", "stored with warning"],
  ["refused", "refused"],
  ["notAccepted", "not accepted"],
  ["unreadable", "unreadable"],
  ["skipped", "skipped"],
  ["notSent", "not sent"],
];

export class Tally {
  readonly #counts = new Map<OutcomeKind, number>();
  readonly #startedMs = performance.now();
  #files = 0;
  #storedBytes = 0;

  add({ outcome, lengthBytes }: Pick<EndedWork, "outcome" | "lengthBytes">): void {
    this.#files++;
    this.#counts.set(outcome.kind, this.count(outcome.kind) + 1);
    if (isGood(outcome)) this.#storedBytes += lengthBytes ?? 0;
  }

  count(kind: OutcomeKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** "3 files: 2 stored, 1 refused; 1.2 MB in 0.4 s (3.1 MB/s)". */
  line(): string {
    const counts = WORDS.filter(([kind]) => this.count(kind) > 0).map(([kind, word]) =>
      `${this.count(kind)} ${word}`
    );
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const megabytes = this.#storedBytes / 1e6;
    const rate = seconds > 0 ? ` (${(megabytes / seconds).toFixed(1)} MB/s)` : "";
    return `${this.#files} ${this.#files === 1 ? "file" : "files"}: ${
      counts.join(", ") || "nothing done"
    }; ` +
      `${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s${rate}`;
  }
}
