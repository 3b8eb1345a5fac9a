/** What a run comes to: counts that always add up to the number of inputs, and the failures by name. */

import type { Fault } from "../errors.ts";
import {
  type Event,
  FILE_OUTCOMES,
  type FileEvent,
  type FileOutcome,
  hasFailed,
  type Observer,
  type SummaryEvent,
} from "./events.ts";
import { NEVER_TRIED } from "./file_event.ts";
import { bytesText, filesText, secondsText } from "./quantity.ts";

export const OUTCOME_WORDS: Readonly<Record<FileOutcome, string>> = {
  sendable: "could be sent",
  stored: "stored",
  storedWithWarning: "stored with warning",
  refused: "refused",
  notAccepted: "not accepted",
  unreadable: "unreadable",
  skipped: "skipped",
  notSent: "not sent",
};

/** So many failures are listed by name, then how many more there are. */
const LISTED_FAILURES = 20;

/** How a run ended. */
export interface Ending {
  readonly exitCode: number;
  /** Name of the signal that ended it early. */
  readonly stoppedBy?: string | undefined;
  /** What ended it as a whole. */
  readonly fault?: Fault | undefined;
}

/** Counts as the run goes on. */
export class Tally implements Observer {
  readonly #counts = zeros();
  readonly #outcomeBytes = zeros();
  readonly #startedMs = performance.now();
  readonly #failures: FileEvent[] = [];
  #failuresOfTheirOwn = 0;

  note(event: Event): void {
    if (event.event !== "file") return;
    const { outcome, bytes, reason } = event;
    this.#counts[outcome]++;
    this.#outcomeBytes[outcome] += bytes ?? 0;
    // Files whose turn never came have not failed: what stopped the run has.
    if (!hasFailed(outcome) || reason === NEVER_TRIED) return;
    this.#failuresOfTheirOwn++;
    if (this.#failures.length < LISTED_FAILURES) this.#failures.push(event);
  }

  count(outcome: FileOutcome): number {
    return this.#counts[outcome];
  }

  /** Files that have come to their end so far. */
  get files(): number {
    return FILE_OUTCOMES.reduce((sum, kind) => sum + this.#counts[kind], 0);
  }

  /** Of these, files that failed, and files that were not sent because of that. */
  get failures(): number {
    return FILE_OUTCOMES.filter(hasFailed).reduce((sum, kind) => sum + this.#counts[kind], 0);
  }

  event({ exitCode, stoppedBy, fault }: Ending): SummaryEvent {
    return {
      event: "summary",
      endedAt: new Date().toISOString(),
      seconds: Math.round(performance.now() - this.#startedMs) / 1000,
      bytes: this.#outcomeBytes.stored + this.#outcomeBytes.storedWithWarning,
      files: this.files,
      outcomes: { ...this.#counts },
      outcomeBytes: { ...this.#outcomeBytes },
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      ...(fault === undefined ? {} : { reason: fault.message }),
      ...(fault?.remedy === undefined ? {} : { remedy: fault.remedy }),
      exitCode,
    };
  }

  /** The first failures by name, with reason and remedy, and how many more there were. */
  failureLines(): string[] {
    const lines = this.#failures.flatMap(({ path, outcome, reason = "", remedy }, index) => [
      `  ${OUTCOME_WORDS[outcome]}: ${path}: ${reason}`,
      // Once for all files that failed one after the other in the same way.
      ...(remedy === undefined || remedy === this.#failures[index + 1]?.remedy
        ? []
        : [`    hint: ${remedy}`]),
    ]);
    const more = this.#failuresOfTheirOwn - this.#failures.length;
    return more > 0 ? [...lines, `  and ${more} more`] : lines;
  }
}

/** "3 files in 0.4 s", then one line for each outcome that some had. */
export function summaryLines({ files, outcomes, outcomeBytes, seconds, bytes }: SummaryEvent): string[] {
  const rate = bytes > 0 && seconds > 0
    ? `, ${bytesText(bytes)} stored (${bytesText(bytes / seconds)}/s)`
    : "";
  const kinds = FILE_OUTCOMES.filter((kind) => outcomes[kind] > 0);
  const width = Math.max(0, ...kinds.map((kind) => OUTCOME_WORDS[kind].length)) + 1;
  return [
    `${filesText(files)} in ${secondsText(seconds)}${rate}`,
    ...kinds.map((kind) => {
      const size = outcomeBytes[kind] > 0 ? `, ${bytesText(outcomeBytes[kind])}` : "";
      return `  ${`${OUTCOME_WORDS[kind]}:`.padEnd(width)} ${filesText(outcomes[kind])}${size}`;
    }),
  ];
}

/** "3 files: 2 stored, 1 refused": the last line of every run; its counts add up. */
export function totalLine({ files, outcomes }: SummaryEvent): string {
  const counts = FILE_OUTCOMES.filter((kind) => outcomes[kind] > 0)
    .map((kind) => `${outcomes[kind]} ${OUTCOME_WORDS[kind]}`);
  return `${filesText(files)}: ${counts.join(", ") || "nothing to do"}`;
}

function zeros(): Record<FileOutcome, number> {
  return {
    sendable: 0,
    stored: 0,
    storedWithWarning: 0,
    refused: 0,
    notAccepted: 0,
    unreadable: 0,
    skipped: 0,
    notSent: 0,
  };
}
