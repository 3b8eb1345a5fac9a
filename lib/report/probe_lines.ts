/** What --probe prints: one line for each step, a table of what was negotiated, and what that means for the files. */

import type { Settings } from "../cli/settings.ts";
import { longNameOf } from "../dicom/transfer_syntaxes.ts";
import { nameOf, VERIFICATION } from "../dicom/uids.ts";
import { CONTEXT_RESULT } from "../pdu/types.ts";
import { FILE_OUTCOMES, type ProbedContext, type ProbeEvent, type TlsFacts } from "./events.ts";
import { OUTCOME_WORDS, type Tally } from "./summary.ts";

const LABEL_COLUMNS = 14;

export function probeLines({ peer, port, network }: Settings, event: ProbeEvent, tally: Tally): string[] {
  const { addresses, tcp, tls, association, contexts, echo, reason, remedy } = event;
  const { callingAeTitle, calledAeTitle } = network;
  const lines = [row("peer", `${peer} port ${port}`)];
  if (addresses.length > 0) lines.push(row("address", addresses.join(", ")));
  if (tcp !== undefined) lines.push(row("TCP", `connected to ${tcp.address}, ${tcp.milliseconds} ms`));
  if (tls !== undefined) lines.push(...tlsLines(tls));
  lines.push(row("AE titles", `calling ${callingAeTitle}, called ${calledAeTitle}`));
  if (association !== undefined) {
    const { peerImplementationClassUid: uid, peerImplementationVersionName: name } = association;
    const limit = association.maximumLengthReceived;
    lines.push(
      row("association", `accepted, ${association.milliseconds} ms`),
      row("peer is", name === undefined ? uid : `${name} (${uid})`),
      row("takes PDUs of", limit === 0 ? "any length" : `${limit} bytes`),
    );
  }
  if (reason !== undefined) {
    lines.push(...reason.split("\n").map((line, index) => row(index === 0 ? "FAILED" : "", line)));
  }
  if (remedy !== undefined) lines.push(row("hint", remedy));
  lines.push(...contextLines(contexts));
  const verification = contexts.find(({ sopClassUid }) => sopClassUid === VERIFICATION);
  if (echo !== undefined) {
    const answer = echo.status === "0000" ? "success" : `status ${echo.status}H`;
    lines.push(row("C-ECHO", `${answer}, ${echo.milliseconds} ms`));
  } else if (verification !== undefined) {
    lines.push(row("C-ECHO", verification.accepted === undefined ? "not accepted" : "not answered"));
  }
  if (tally.files > 0) lines.push(...fileLines(tally));
  return lines;
}

function row(label: string, text: string): string {
  return `${label.padEnd(LABEL_COLUMNS)}${text}`;
}

function tlsLines({ engine, milliseconds, protocol, cipherSuite, certificate }: TlsFacts): string[] {
  const how = [protocol ?? "on", ...(cipherSuite === undefined ? [] : [cipherSuite])].join(", ");
  const lines = [row("TLS", `${how}, ${milliseconds} ms (${engine})`)];
  if (certificate === undefined) return lines;
  const { subject, issuer, validTo, daysLeft } = certificate;
  const left = daysLeft < 0 ? `expired ${-daysLeft} days ago` : `${daysLeft} days left`;
  return [
    ...lines,
    row("certificate", `of ${subject}`),
    row("", `by ${issuer}`),
    row("", `until ${validTo.slice(0, 10)}, ${left}`),
  ];
}

/** A block for each SOP class. */
function contextLines(contexts: readonly ProbedContext[]): string[] {
  const byClass = Map.groupBy(contexts, ({ sopClassUid }) => sopClassUid);
  return [...byClass].flatMap(([uid, rows]) => [
    nameOf(uid) ?? uid,
    ...rows.map(({ transferSyntaxes, accepted, reason = "" }) => {
      const names = transferSyntaxes.map(longNameOf).join(", ");
      if (accepted === undefined) return `  refused   ${names}: ${reason}`;
      return `  accepted  ${names}${transferSyntaxes.length > 1 ? `: as ${longNameOf(accepted)}` : ""}`;
    }),
  ]);
}

/** PS3.8 table 9-18. */
export function refusalText(result: number | undefined): string {
  switch (result) {
    case undefined:
      return "no answer";
    case CONTEXT_RESULT.acceptance:
      return "accepted with a transfer syntax that was not proposed";
    case CONTEXT_RESULT.userRejection:
      return "rejected by the user";
    case CONTEXT_RESULT.noReason:
      return "no reason given";
    case CONTEXT_RESULT.abstractSyntaxNotSupported:
      return "SOP class not supported";
    case CONTEXT_RESULT.transferSyntaxesNotSupported:
      return "transfer syntax not supported";
    default:
      return `unknown result ${result}`;
  }
}

function fileLines(tally: Tally): string[] {
  const counts = FILE_OUTCOMES.filter((kind) => tally.count(kind) > 0)
    .map((kind) => `${tally.count(kind)} ${OUTCOME_WORDS[kind]}`);
  return [row("files", counts.join(", ")), ...tally.failureLines()];
}
