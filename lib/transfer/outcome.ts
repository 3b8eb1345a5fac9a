/** What became of one file: the closed set of endings, and what each does to the exit code. */

import { exitCodeOfStatus, failureMeaning, statusDigits } from "../dimse/status.ts";
import { exitCodeOf, type Fault } from "../errors.ts";

export type Outcome =
  /** Success status. */
  | { readonly kind: "stored"; readonly status: number }
  /** Warning status: stored all the same. */
  | { readonly kind: "storedWithWarning"; readonly status: number; readonly comment: string | undefined }
  /** Failure status: not stored. */
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly comment: string | undefined;
    readonly offendingElements: readonly string[];
  }
  /** The peer accepted no presentation context the instance could travel on. */
  | {
    readonly kind: "notAccepted";
    readonly fault: Fault;
    /** It has accepted none at all, of nobody: that says nothing about this file. */
    readonly nothingAccepted: boolean;
  }
  /** The file cannot be read, or not be sent whole. */
  | { readonly kind: "unreadable"; readonly fault: Fault }
  /** Found by scanning, and not a file to be sent; or stored by an earlier run. */
  | { readonly kind: "skipped"; readonly why: string; readonly isStored: boolean }
  /** Its turn never came, or the association was lost before its answer. */
  | { readonly kind: "notSent"; readonly fault: Fault | undefined };

export type OutcomeKind = Outcome["kind"];

/** All of them, in the order they are told. */
export const OUTCOME_KINDS: readonly OutcomeKind[] = [
  "stored",
  "storedWithWarning",
  "refused",
  "notAccepted",
  "unreadable",
  "skipped",
  "notSent",
];

/** True when the instance is where it was to go, or was not to go anywhere. */
export function isGood({ kind }: Outcome): boolean {
  return !isFailure(kind);
}

export function isFailure(kind: OutcomeKind): boolean {
  return kind !== "stored" && kind !== "storedWithWarning" && kind !== "skipped";
}

/** "warning status B000H, Error Comment: 'coerced'". */
export function warningText({ status, comment }: Extract<Outcome, { kind: "storedWithWarning" }>): string {
  return `warning status ${statusDigits(status)}H${commentText(comment)}`;
}

/** "status C000H, cannot understand, Error Comment: 'no patient', Offending Element: (0010,0010)". */
export function refusalText(
  { status, comment, offendingElements }: Extract<Outcome, { kind: "refused" }>,
): string {
  const offending = offendingElements.length > 0 ? `, Offending Element: ${offendingElements.join(" ")}` : "";
  return `status ${statusDigits(status)}H, ${failureMeaning(status)}${commentText(comment)}${offending}`;
}

/** Behind a status; empty without a comment. */
function commentText(comment: string | undefined): string {
  return comment ? `, Error Comment: '${comment}'` : "";
}

/** The exit code if this is the first failure of the run (design D2). */
export function exitCodeOfOutcome(outcome: Outcome): number {
  switch (outcome.kind) {
    case "stored":
    case "storedWithWarning":
    case "skipped":
      return 0;
    case "refused":
      return exitCodeOfStatus(outcome.status);
    case "notAccepted":
    case "unreadable":
      return 1;
    case "notSent":
      return outcome.fault === undefined ? 1 : exitCodeOf(outcome.fault);
  }
}
