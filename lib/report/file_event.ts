/** From how a file ended to its event. */

import { failureRemedy, statusDigits } from "../dimse/status.ts";
import type { Fault } from "../errors.ts";
import type { BadInput } from "../source/check_input.ts";
import type { Instance } from "../source/instance.ts";
import { type Outcome, refusalText, warningText } from "../transfer/outcome.ts";
import type { EndedWork } from "../transfer/work.ts";
import type { FileEvent } from "./events.ts";

/** The reason why a file was not sent that nothing is wrong with. */
export const NEVER_TRIED = "its turn never came";

/** @param notRenamed why +rn could not rename it */
export function fileEventOf(ended: EndedWork, notRenamed?: string): FileEvent {
  const { work, outcome, identity } = ended;
  const { sopClassUid, sopInstanceUid, transferSyntax, lengthBytes } = identity ?? {};
  const reason = reasonText(work.path, outcome);
  const remedy = remedyOf(outcome);
  return {
    event: "file",
    path: work.path,
    outcome: outcome.kind,
    ...(sopClassUid === undefined ? {} : { sopClassUid }),
    ...(sopInstanceUid === undefined ? {} : { sopInstanceUid }),
    ...(transferSyntax === undefined ? {} : { transferSyntax }),
    ...(lengthBytes === undefined ? {} : { bytes: lengthBytes }),
    ...("status" in outcome ? { status: statusDigits(outcome.status) } : {}),
    retries: work.attempts,
    ...(reason === undefined ? {} : { reason }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(notRenamed === undefined ? {} : { notRenamed }),
  };
}

function remedyOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "refused") return failureRemedy(outcome.status);
  return "fault" in outcome ? outcome.fault?.remedy : undefined;
}

/** One line, without the file's name. */
function reasonText(path: string, outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "stored":
      return undefined;
    case "storedWithWarning":
      return warningText(outcome);
    case "refused":
      return refusalText(outcome);
    case "skipped":
      return outcome.why;
    case "notAccepted":
    case "unreadable":
      return outcome.fault.messageBehind(path);
    case "notSent":
      return outcome.fault?.messageBehind(path) ?? NEVER_TRIED;
  }
}

/** The event of a file that was not even looked at. */
export function neverTriedEvent(path: string): FileEvent {
  return { event: "file", path, outcome: "notSent", retries: 0, reason: NEVER_TRIED };
}

/** The event of a file that was only looked at. @param fault why it could not be sent, or why nothing could */
export function prospectEvent(path: string, instance: Instance, fault: Fault | undefined): FileEvent {
  const { sopClassUid, sopInstanceUid, transferSyntax, lengthBytes } = instance;
  const isOfThisFile = fault?.kind === "noContext";
  const reason = isOfThisFile ? fault.message : fault && NEVER_TRIED;
  const remedy = isOfThisFile ? fault.remedy : undefined;
  return {
    event: "file",
    path,
    outcome: fault === undefined ? "sendable" : isOfThisFile ? "notAccepted" : "notSent",
    sopClassUid,
    sopInstanceUid,
    transferSyntax,
    ...(lengthBytes === undefined ? {} : { bytes: lengthBytes }),
    retries: 0,
    ...(reason === undefined ? {} : { reason }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** The event of a file that is not to be sent although nothing is wrong. */
export function skippedEvent(path: string, reason: string): FileEvent {
  return { event: "file", path, outcome: "skipped", retries: 0, reason };
}

/** The event of a file that was left out before anything was sent. */
export function badInputEvent({ path, fault }: Pick<BadInput, "path" | "fault">): FileEvent {
  const remedy = fault.remedy === undefined ? {} : { remedy: fault.remedy };
  const reason = fault.messageBehind(path);
  return { event: "file", path, outcome: "unreadable", retries: 0, reason, ...remedy };
}
