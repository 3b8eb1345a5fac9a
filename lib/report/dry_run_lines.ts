/** What --dry-run prints. */

import { longNameOf } from "../dicom/transfer_syntaxes.ts";
import { nameOf } from "../dicom/uids.ts";
import { type FileEvent, hasFailed, type ProposalEvent } from "./events.ts";
import { bytesText } from "./quantity.ts";

export function fileLines({ path, outcome, reason = "", remedy, ...facts }: FileEvent): string[] {
  if (outcome === "sendable") return [`would send   ${path}: ${factsText(facts)}`];
  const why = `${path}: ${reason}`;
  if (!hasFailed(outcome)) return [`would skip   ${why}`];
  return [`cannot send  ${why}`, ...(remedy === undefined ? [] : [`             hint: ${remedy}`])];
}

function factsText({ sopClassUid = "", transferSyntax = "", bytes }: Partial<FileEvent>): string {
  const size = bytes === undefined ? [] : [bytesText(bytes)];
  return [nameOf(sopClassUid) ?? sopClassUid, longNameOf(transferSyntax), ...size].join(", ");
}

/** What would be proposed for these SOP classes. */
export function proposalLines(
  { number, contexts }: ProposalEvent,
  sopClassUids: ReadonlySet<string>,
): string[] {
  const used = contexts.filter(({ sopClassUid }) => sopClassUids.has(sopClassUid));
  const rest = used.length === contexts.length ? "" : `, ${used.length || "none"} of them for these files`;
  return [
    `association ${number} would propose ${contexts.length} presentation contexts${rest}${
      used.length > 0 ? ":" : ""
    }`,
    ...used.map(({ id, sopClassUid, transferSyntaxes }) =>
      `  ${String(id).padStart(3)}  ${nameOf(sopClassUid) ?? sopClassUid}: ${
        transferSyntaxes.map(longNameOf).join(", ")
      }`
    ),
  ];
}
