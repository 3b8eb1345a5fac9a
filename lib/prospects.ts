/** Files that are only looked at: what would become of them if they were sent. */

import { Turns } from "./bytes/turns.ts";
import type { Profile } from "./cli/profile.ts";
import { asFault, type Fault } from "./errors.ts";
import { openOptionsOf, profileOf } from "./prepare.ts";
import type { FileEvent } from "./report/events.ts";
import { badInputEvent, neverTriedEvent, prospectEvent, skippedEvent } from "./report/file_event.ts";
import type { CheckedInputs } from "./source/inputs.ts";
import type { Instance, OpenInstance } from "./source/instance.ts";
import type { Journal } from "./source/journal.ts";
import { exceptStored } from "./source/journaled.ts";
import { instanceOpener } from "./source/open_instance.ts";
import { runEvent, type Stage } from "./stage.ts";

/** What it takes to look at files. */
export interface ReadyToLook {
  readonly profile: Profile | undefined;
  readonly openInstance: OpenInstance;
}

/** Reads what the settings name for it; undefined when a signal came first. @throws Fault "usage", "configuration" */
export async function readyToLook(
  { settings, log, inputs, signals }: Stage,
  journal: Journal | undefined,
): Promise<ReadyToLook | undefined> {
  const reading = Promise.all([profileOf(settings, log), openOptionsOf(settings, log)]);
  const read = await Promise.race([reading, signals.first]);
  if (read === undefined) return undefined;
  const [profile, options] = read;
  return { profile, openInstance: exceptStored(instanceOpener(options, inputs.pace), journal) };
}

/** Counts the files and tells how many there are; there may be none. @throws Fault "input" as Inputs.check does */
export async function beginWithFiles(
  { settings, inputs, telling }: Stage,
  openInstance: OpenInstance,
): Promise<CheckedInputs> {
  const { operands, input } = settings;
  const isNamed = operands.length > 0 || input.filesFrom !== undefined || input.dicomdirs.length > 0;
  const checked = isNamed
    ? await inputs.check(openInstance)
    : { needs: [], count: 0, bad: [], totalBytes: undefined };
  telling.begin(runEvent(settings, checked.count));
  return checked;
}

/** Opens every file; what cannot be sent, or is not meant to be, is left out. */
export async function* instances({ inputs }: Stage, openInstance: OpenInstance): AsyncGenerator<Instance> {
  const turns = new Turns();
  for await (const work of inputs.work()) {
    if (inputs.stopped) return;
    const turn = turns.due();
    if (turn !== undefined) await turn;
    try {
      const instance = await inputs.untilStopped(Promise.resolve(openInstance(work)));
      if (instance === undefined) return;
      if ("skipped" in instance) continue;
      instance.close();
      yield instance;
    } catch {
      // `prospects` will tell of it
    }
  }
}

/**
 * The end of every file, with `judge` in the place of the peer: it says why an instance could not be sent. Answers how
 * many could not.
 */
export async function tellProspects(
  stage: Stage,
  { bad }: CheckedInputs,
  openInstance: OpenInstance,
  judge: (instance: Instance) => Fault | undefined,
  tell: (event: FileEvent) => void,
): Promise<number> {
  const { settings, inputs, telling } = stage;
  const note = (event: FileEvent) => {
    telling.note(event);
    tell(event);
  };
  for (const input of bad) note(badInputEvent(input));
  const turns = new Turns();
  for await (const work of inputs.work()) {
    const { path } = work;
    if (inputs.stopped) {
      note(neverTriedEvent(path));
      continue;
    }
    const turn = turns.due();
    if (turn !== undefined) await turn;
    try {
      const instance = await inputs.untilStopped(Promise.resolve(openInstance(work)));
      if (instance === undefined) note(neverTriedEvent(path));
      else if ("skipped" in instance) note(skippedEvent(path, instance.skipped));
      else {
        try {
          const refusal = judge(instance);
          if (refusal === undefined && settings.edits.length > 0) await makeEdits(instance);
          note(prospectEvent(path, instance, refusal));
        } finally {
          instance.close();
        }
      }
    } catch (caught) {
      note(badInputEvent({ path, fault: asFault(caught) }));
    }
  }
  return telling.tally.failures;
}

const READ_BYTES = 64 * 1024;

/** Some edits can only be found impossible by making them: a text that the character set cannot hold. @throws Fault "input" */
async function makeEdits(instance: Instance): Promise<void> {
  const into = new Uint8Array(READ_BYTES);
  const source = await instance.dataSet(instance.transferSyntax);
  try {
    while (!source.ended) await source.fill(into);
  } finally {
    source.close();
  }
}
