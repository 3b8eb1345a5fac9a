/** From how a file ended to its event. */

import { failureMeaning, failureRemedy } from "../dimse/status.ts";
import type { Fault } from "../errors.ts";
import type { BadInput } from "../source/inputs.ts";
import type { Instance } from "../source/instance.ts";
import type { Outcome } from "../transfer/outcome.ts";
import type { EndedWork } from "../transfer/transfer.ts";
import type { FileEvent } from "./events.ts";

/** The reason why a file was not sent that nothing is wrong with. */
export const NEVER_TRIED = "its turn never came";

export function fileEventOf(ended: EndedWork): FileEvent {
  const { work, outcome, sopClassUid, sopInstanceUid, transferSyntax, lengthBytes } = ended;
  const reason = reasonOf(outcome);
  const remedy = remedyOf(outcome);
  return {
    event: "file",
    path: work.path,
    outcome: outcome.kind,
    ...(sopClassUid === undefined ? {} : { sopClassUid }),
    ...(sopInstanceUid === undefined ? {} : { sopInstanceUid }),
    ...(transferSyntax === undefined ? {} : { transferSyntax }),
    ...(lengthBytes === undefined ? {} : { bytes: lengthBytes }),
    ...("status" in outcome ? { status: hex(outcome.status) } : {}),
    retries: work.attempts,
    ...(reason === undefined ? {} : { reason }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function remedyOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "refused") return failureRemedy(outcome.status);
  return "fault" in outcome ? outcome.fault?.remedy : undefined;
}

/** One line, without the file's name. */
function reasonOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "stored":
      return undefined;
    case "storedWithWarning":
      return `warning status ${hex(outcome.status)}${quoted(outcome.comment)}`;
    case "refused": {
      const { status, comment, offendingElements } = outcome;
      const offending = offendingElements.length > 0
        ? `, Offending Element: ${offendingElements.join(" ")}`
        : "";
      return `status ${hex(status)}, ${failureMeaning(status)}${quoted(comment)}${offending}`;
    }
    case "skipped":
      return outcome.why;
    case "notAccepted":
    case "unreadable":
      return outcome.fault.message;
    case "notSent":
      return outcome.fault?.message ?? NEVER_TRIED;
  }
}

function hex(status: number): string {
  return status.toString(16).padStart(4, "0").toUpperCase();
}

function quoted(comment: string | undefined): string {
  return comment ? `, Error Comment: '${comment}'` : "";
}

/** The event of a file that was not even looked at. */
export function neverTriedEvent(path: string): FileEvent {
  return { event: "file", path, outcome: "notSent", retries: 0, reason: NEVER_TRIED };
}

/** The event of a file that was only looked at. @param fault why it could not be sent */
export function prospectEvent(path: string, instance: Instance, fault: Fault | undefined): FileEvent {
  const { sopClassUid, sopInstanceUid, transferSyntax, lengthBytes } = instance;
  return {
    event: "file",
    path,
    outcome: fault === undefined ? "sendable" : "notAccepted",
    sopClassUid,
    sopInstanceUid,
    transferSyntax,
    ...(lengthBytes === undefined ? {} : { bytes: lengthBytes }),
    retries: 0,
    ...(fault === undefined ? {} : { reason: fault.message }),
    ...(fault?.remedy === undefined ? {} : { remedy: fault.remedy }),
  };
}

/** The event of a file that is not to be sent although nothing is wrong. */
export function skippedEvent(path: string, reason: string): FileEvent {
  return { event: "file", path, outcome: "skipped", retries: 0, reason };
}

/** The event of a file that was left out before anything was sent. */
export function badInputEvent({ path, fault }: Pick<BadInput, "path" | "fault">): FileEvent {
  const remedy = fault.remedy === undefined ? {} : { remedy: fault.remedy };
  return { event: "file", path, outcome: "unreadable", retries: 0, reason: fault.message, ...remedy };
}
