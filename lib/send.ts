/**
 * The street behind the command line: settings -> plan -> instances -> data set stream -> PDUs -> outcome -> report -> exit code.
 * Each stage knows only the one before it, through plain data.
 */

import type { Settings } from "./cli/settings.ts";
import { NotDicom } from "./dataset/not_dicom.ts";
import { asFault, type Fault, isTooManyOpenFiles } from "./errors.ts";
import { LOGGER, type Logger } from "./log/log.ts";
import { connectorOf, journalOf, openOptionsOf, profileOf } from "./prepare.ts";
import { dotsTo } from "./report/dots.ts";
import { badInputEvent, fileEventOf } from "./report/file_event.ts";
import { observed } from "./report/observed.ts";
import type { Ending } from "./report/summary.ts";
import type { Input } from "./source/instance.ts";
import type { Journal } from "./source/journal.ts";
import { exceptStored, noteStored, storedBefore } from "./source/journaled.ts";
import { instanceOpener } from "./source/open_instance.ts";
import { ArchivesToRename, renameProcessed } from "./source/rename.ts";
import { runEvent, type Stage, stoppedEarly } from "./stage.ts";
import { Inventor } from "./transfer/invention.ts";
import { openAssociation } from "./transfer/open.ts";
import { isGood, type Outcome } from "./transfer/outcome.ts";
import { associationWishOf, transferPlanOf } from "./transfer/plan.ts";
import type { EndedWork } from "./transfer/work.ts";
import { tellRemedy } from "./transfer/tell.ts";
import { Transfer } from "./transfer/transfer.ts";
import { userIdentityOf } from "./transfer/user_identity.ts";

/** Sends what the settings say. @throws Fault when that cannot even be begun */
export async function send(stage: Stage): Promise<Ending> {
  const { settings, log, inputs, telling, progress, toStdout, signals } = stage;
  const { network, input } = settings;
  const equipment = await Promise.race([equip(settings, log), signals.first]);
  if (equipment === undefined) return await stoppedEarly(stage);
  const { profile, options, wish, connect } = equipment;
  using journal = await journalOf(settings);
  const inventor = network.invention && new Inventor(network.invention);
  const invent = inventor && (({ number }: Input) => inventor.inventFor(number));
  const openInstance = exceptStored(
    instanceOpener(invent === undefined ? options : { ...options, invent }, inputs.pace),
    journal,
  );
  progress?.look(() => inputs.checked);
  const checking = inputs.check(exceptStored(instanceOpener(options, inputs.pace), journal));
  const checked = await Promise.race([checking, signals.second]);
  if (checked === undefined) return await stoppedEarly(stage);
  const { needs, count, bad, totalBytes } = checked;
  const { note } = telling;
  const archives = new ArchivesToRename(input.rename ? bad : []);
  telling.begin(runEvent(settings, count));
  progress?.begin(totalBytes);
  for (const input of bad) note(badInputEvent(input));
  if (count === 0) return { exitCode: signals.exitCode ?? 0, stoppedBy: signals.name };
  let unkept = false;
  let abandoned = false;
  const transfer = new Transfer(transferPlanOf(settings, profile, needs), {
    log,
    openInstance,
    ...(journal === undefined ? {} : { storedBefore: (work: Input) => storedBefore(journal, work) }),
    open: observed((contexts) => openAssociation(connect, wish, contexts, log), note),
    record: (ended) => {
      remember(ended, journal, (fault) => {
        if (!unkept) {
          log.error(fault.message);
          tellRemedy(log, fault);
        }
        unkept = true;
        transfer.stop();
      });
      // What the second signal broke off says nothing about the file.
      const brokenOff = abandoned && !isGood(ended.outcome);
      const notRenamed = input.rename && !brokenOff
        ? renameEnded(ended, archives, network.noHalt, log)
        : undefined;
      inventor?.forget(ended.work.number);
      progress?.passed(ended.work.sizeBytes);
      note(fileEventOf(ended, notRenamed));
    },
    retrying: (reason, afterSeconds) => note({ event: "retry", reason, afterSeconds }),
    watch: progress?.watch ?? (showsDots(settings, log) ? dotsTo(toStdout) : undefined),
  });
  signals.first.then(() => transfer.stop());
  signals.second.then(() => {
    abandoned = true;
    transfer.abandon();
  });
  if (signals.name !== undefined) transfer.stop();
  const sent = await transfer.run(inputs.work());
  archives.renameAll(log);
  // What was found to be unusable at the beginning failed first.
  const failed = bad.length > 0 ? 1 : sent || (unkept ? 1 : 0);
  return { exitCode: signals.exitCode ?? failed, stoppedBy: signals.name };
}

/** It may wait for a password, or for what another program writes. */
async function equip(settings: Settings, log: Logger) {
  const profile = await profileOf(settings, log);
  const options = await openOptionsOf(settings, log);
  const wish = associationWishOf(settings, profile, await userIdentityOf(settings.network, log));
  return { profile, options, wish, connect: await connectorOf(settings, log) };
}

/** A journal that cannot be kept ends the run: going on would only make doubles later. */
function remember(
  { work, outcome, identity }: EndedWork,
  journal: Journal | undefined,
  failed: (fault: Fault) => void,
): void {
  if (outcome.kind !== "stored" && outcome.kind !== "storedWithWarning") return;
  try {
    noteStored(journal, work, identity?.version, identity?.sopInstanceUid ?? "");
  } catch (caught) {
    failed(asFault(caught));
  }
}

/** A file at once, and answers why that could not be done; an archive when all of its members have come to their end. */
function renameEnded(
  ended: EndedWork,
  archives: ArchivesToRename,
  noHalt: boolean,
  log: Logger,
): string | undefined {
  const { work: { path, member }, outcome, identity } = ended;
  const isDone = isDealtWith(ended, noHalt);
  if (member === undefined) {
    return isDone ? renameProcessed(path, isGood(outcome), log, identity?.version) : undefined;
  }
  if (!wasLeftOut(outcome) && (isDone || ended.work.isLastRound)) {
    archives.note(member, isGood(outcome), isDone);
  }
  return undefined;
}

/** Its turn came, and it will not come again (--repeat). */
function isDealtWith({ work, outcome }: EndedWork, noHalt: boolean): boolean {
  if (wasLeftOut(outcome) || outcome.kind === "notSent" && wasNotTried(outcome.fault)) return false;
  // As in DCMTK: that is a mistake in the settings of one side, and what is sent when it is mended are these files.
  if (outcome.kind === "notAccepted" && outcome.nothingAccepted) return false;
  if (outcome.kind === "unreadable" && isBlankIn(work, outcome.fault)) return false;
  return work.isLastRound || !isGood(outcome) && !noHalt;
}

/** It may be that somebody is just beginning to write it: the next run will see. */
function isBlankIn({ scanned }: Input, fault: Fault): boolean {
  return scanned && fault instanceof NotDicom && fault.isBlank;
}

function wasNotTried(fault: Fault | undefined): boolean {
  return fault === undefined || isTooManyOpenFiles(fault);
}

/** It is none of our business; what an earlier run has stored is. */
function wasLeftOut(outcome: Outcome): boolean {
  return outcome.kind === "skipped" && !outcome.isStored;
}

/** Dots belong to one message at a time, and to the level INFO only: DEBUG shows more than that. */
function showsDots({ delivery, network, report }: Settings, log: Logger): boolean {
  return log.named(LOGGER.progress).threshold === "info" && delivery.jobs === 1 &&
    network.maxOperationsInvoked === 1 && !report.json;
}
