/** What a run comes to: counts that always add up to the number of inputs, and the failures by name. */

import type { OutcomeKind } from "../transfer/outcome.ts";
import type { Event, FileEvent, Observer, SummaryEvent } from "./events.ts";

/** In the order they are told, with the words for them. */
export const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  stored: "stored",
  storedWithWarning: "stored with warning",
  refused: "refused",
  notAccepted: "not accepted",
  unreadable: "unreadable",
  skipped: "skipped",
  notSent: "not sent",
};

const KINDS: readonly OutcomeKind[] = [
  "stored",
  "storedWithWarning",
  "refused",
  "notAccepted",
  "unreadable",
  "skipped",
  "notSent",
];

/** So many failures are listed by name, then how many more there are. */
const LISTED_FAILURES = 20;

const isFailure = (kind: OutcomeKind): boolean => !["stored", "storedWithWarning", "skipped"].includes(kind);

/** Counts as the run goes on. */
export class Tally implements Observer {
  readonly #counts: Record<OutcomeKind, number> = {
    stored: 0,
    storedWithWarning: 0,
    refused: 0,
    notAccepted: 0,
    unreadable: 0,
    skipped: 0,
    notSent: 0,
  };
  readonly #startedMs = performance.now();
  readonly #failures: FileEvent[] = [];
  #bytes = 0;

  note(event: Event): void {
    if (event.event !== "file") return;
    const { outcome, bytes } = event;
    this.#counts[outcome]++;
    if (outcome === "stored" || outcome === "storedWithWarning") this.#bytes += bytes ?? 0;
    if (isFailure(outcome) && this.#failures.length < LISTED_FAILURES) this.#failures.push(event);
  }

  /** Files that have come to their end so far. */
  get files(): number {
    return KINDS.reduce((sum, kind) => sum + this.#counts[kind], 0);
  }

  get failures(): number {
    return KINDS.reduce((sum, kind) => sum + (isFailure(kind) ? this.#counts[kind] : 0), 0);
  }

  /** Of what has been stored so far. */
  get bytes(): number {
    return this.#bytes;
  }

  event(exitCode: number, stoppedBy: string | undefined): SummaryEvent {
    return {
      event: "summary",
      endedAt: new Date().toISOString(),
      seconds: (performance.now() - this.#startedMs) / 1000,
      bytes: this.#bytes,
      files: this.files,
      outcomes: { ...this.#counts },
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      exitCode,
    };
  }

  /** The first failures by name, one line each, and how many more there were. */
  failureLines(): string[] {
    const lines = this.#failures.map(({ path, outcome, reason, remedy }) => {
      const hint = remedy === undefined ? "" : ` (${remedy})`;
      return `  ${OUTCOME_WORDS[outcome]}: ${path}: ${reason ?? ""}${hint}`;
    });
    const more = this.failures - this.#failures.length;
    return more > 0 ? [...lines, `  and ${more} more`] : lines;
  }
}

/** "3 files: 2 stored, 1 refused; 1.2 MB in 0.4 s (3.1 MB/s)". */
export function summaryLine({ files, outcomes, bytes, seconds }: SummaryEvent): string {
  const counts = KINDS.filter((kind) => outcomes[kind] > 0).map((kind) =>
    `${outcomes[kind]} ${OUTCOME_WORDS[kind]}`
  );
  const megabytes = bytes / 1e6;
  const rate = seconds > 0 ? ` (${(megabytes / seconds).toFixed(1)} MB/s)` : "";
  return `${files} ${files === 1 ? "file" : "files"}: ${counts.join(", ") || "nothing done"}; ` +
    `${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s${rate}`;
}
