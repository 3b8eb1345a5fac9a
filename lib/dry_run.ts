/** --dry-run: what would be sent and how it would be proposed, and what would not and why. No network is used. */

import { type ContextWish, neededContexts, numbered } from "./association/proposal.ts";
import type { Fault } from "./errors.ts";
import { type Lines, printableLines } from "./log/printable.ts";
import { formerJournalOf } from "./prepare.ts";
import { beginWithFiles, instances, readyToLook, tellProspects } from "./prospects.ts";
import { fileLines, proposalLines } from "./report/dry_run_lines.ts";
import type { ProposalEvent } from "./report/events.ts";
import { filesText } from "./report/quantity.ts";
import type { Ending } from "./report/summary.ts";
import type { Instance, Need } from "./source/instance.ts";
import { type Stage, stoppedEarly } from "./stage.ts";
import { mayPropose, type Proposed, whyNotAccepted } from "./transfer/not_accepted.ts";
import { transferPlanOf } from "./transfer/plan.ts";

export async function dryRun(stage: Stage): Promise<Ending> {
  const { settings, telling, signals } = stage;
  const say = (lines: Lines) => settings.report.json || stage.toStdout(`${printableLines(lines)}\n`);
  using journal = await formerJournalOf(settings);
  const ready = await readyToLook(stage, journal);
  if (ready === undefined) return await stoppedEarly(stage);
  const { profile, openInstance } = ready;
  const checked = await beginWithFiles(stage, openInstance);
  const { contexts: first, wish, fixedBy } = transferPlanOf(settings, profile, checked.needs);
  const aside = new Map<string, Need>();
  for await (const instance of instances(stage, openInstance)) {
    const { sopClassUid, transferSyntax } = instance;
    if (isServed(first, instance) || !mayPropose(wish, first, instance)) continue;
    aside.set(`${sopClassUid} ${transferSyntax}`, { sopClassUid, transferSyntax });
  }
  const further = wish === undefined ? [] : neededContexts(aside.values(), wish);
  const associations = [first, ...further];
  const proposed = { contexts: associations.flat(), fixedBy };
  const classes = new Set<string>();
  const judge = (instance: Instance): Fault | undefined => {
    if (!associations.some((contexts) => isServed(contexts, instance))) return whyNot(proposed, instance);
    classes.add(instance.sopClassUid);
    return undefined;
  };
  const failures = await tellProspects(stage, checked, openInstance, judge, (event) => say(fileLines(event)));
  const { tally } = telling;
  // The same holds for sending: when a journal says that nothing is left to be sent the peer is not bothered.
  const tried = checked.count - checked.bad.length - (journal === undefined ? 0 : tally.count("skipped"));
  if (tried === 0) say("no association would be requested: nothing is left to be sent");
  else {
    for (const [index, contexts] of associations.entries()) {
      const proposal = proposalEvent(index + 1, contexts);
      telling.note(proposal);
      say(proposalLines(proposal, classes));
    }
  }
  say(
    `nothing was sent: ${filesText(tally.files)} looked at: ${tally.count("sendable")} would be sent, ` +
      `${tally.count("skipped")} skipped, ${failures} cannot be sent`,
  );
  return { exitCode: signals.exitCode ?? (failures > 0 ? 1 : 0), stoppedBy: signals.name };
}

/** Whether one of the contexts, if the peer accepts it, can carry the instance. */
function isServed(contexts: readonly ContextWish[], instance: Instance): boolean {
  return contexts.some(({ abstractSyntax, transferSyntaxes }) =>
    abstractSyntax === instance.sopClassUid && transferSyntaxes.some((uid) => instance.fits(uid))
  );
}

/** As if the peer accepted everything that is proposed. */
function whyNot(proposed: Proposed, instance: Instance): Fault {
  const all = numbered(proposed.contexts).flatMap(({ id, abstractSyntax, transferSyntaxes }) =>
    transferSyntaxes.map((transferSyntax) => ({ id, abstractSyntax, transferSyntax }))
  );
  return whyNotAccepted(instance, all, proposed);
}

function proposalEvent(number: number, wishes: readonly ContextWish[]): ProposalEvent {
  const contexts = numbered(wishes).map(({ id, abstractSyntax, transferSyntaxes }) => ({
    id,
    sopClassUid: abstractSyntax,
    transferSyntaxes,
  }));
  return { event: "proposal", number, contexts };
}
