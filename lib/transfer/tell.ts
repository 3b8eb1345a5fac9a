/** The lines that say how a file ended, for those ends that have not been told on the way. */

import { CONDITION } from "../association/refusals.ts";
import { modalityOf } from "../dicom/sop_classes.ts";
import { nameOf } from "../dicom/uids.ts";
import { failureRemedy } from "../dimse/status.ts";
import { type Fault, isTooManyOpenFiles } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import { type Outcome, refusalText, warningText } from "./outcome.ts";

export function tellOutcome(log: Logger, path: string, outcome: Outcome, sopClassUid: string): void {
  switch (outcome.kind) {
    case "stored":
      return;
    case "storedWithWarning":
      log.info(`stored, file: ${path}: ${warningText(outcome)}`);
      return;
    case "skipped":
      log.info(`skipping file: ${path}: ${outcome.why}`);
      return;
    case "refused":
      log.error(`Store Refused, file: ${path}: ${refusalText(outcome)}`);
      log.error(`hint: ${failureRemedy(outcome.status)}`);
      return;
    case "notAccepted": {
      const { fault } = outcome;
      if (fault.code === undefined) log.fatal(fault.message);
      else {
        const name = modalityOf(sopClassUid) ?? nameOf(sopClassUid) ?? "unknown SOP class";
        log.error([
          `No presentation context for: (${name}) ${sopClassUid}`,
          `${fault.message}, file: ${path}`,
        ]);
      }
      return tellRemedy(log, fault);
    }
    case "unreadable":
    case "notSent":
      if (outcome.fault !== undefined) tellRemedy(log, outcome.fault);
  }
}

/** A file that could not be opened. */
export function tellUnreadable(log: Logger, path: string, fault: Fault): void {
  const line = `${path}: ${fault.messageBehind(path)}`;
  log.error(fault.line ?? (isTooManyOpenFiles(fault) ? line : `Bad DICOM file: ${line}`));
}

/** DCMTK's short text for a condition code, which scripts look for after "Store SCU Failed: ". */
const CONDITIONS: ReadonlyMap<string, string> = new Map([
  ["0001:0005", "End of stream"],
  ["0001:000a", "I/O suspension or premature end of stream"],
  ["0001:001c", "File meta information header missing"],
  ["0006:0202", "DIMSE Inappropriate data for message"],
  ["0006:0208", "DIMSE No valid Presentation Context ID"],
  ["0006:020e", "DIMSE Failed to send message"],
]);

/** The last line of a run that a file has halted; none when it was the peer who ended the association. */
export function tellHalt(log: Logger, { code, condition }: Fault): void {
  if (code === CONDITION.peerAborted || code === CONDITION.peerReleases) return;
  const text = code === undefined ? undefined : CONDITIONS.get(code);
  log.error(`Store SCU Failed: ${text === undefined ? condition : `${code} ${text}`}`);
}

/** No association: the peer cannot be reached, or does not let us in. */
export function tellCannotOpen(log: Logger, fault: Fault): void {
  const prefix = fault.kind === "rejected" ? "" : "Association Request Failed: ";
  const [first, ...further] = fault.conditionLines;
  log.fatal([`${prefix}${first}`, ...further]);
  tellRemedy(log, fault);
}

export function tellRemedy(log: Logger, { remedy }: Fault): void {
  if (remedy !== undefined) log.error(`hint: ${remedy}`);
}
