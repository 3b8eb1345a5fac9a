/** What every task of this program works with: sending, probing, echo, dry run. */

import type { Settings } from "./cli/settings.ts";
import type { Logger } from "./log/log.ts";
import type { WriteText } from "./log/standard_streams.ts";
import { type RunEvent, SCHEMA_VERSION } from "./report/events.ts";
import { badInputEvent, neverTriedEvent } from "./report/file_event.ts";
import type { Progress } from "./report/progress.ts";
import type { Ending } from "./report/summary.ts";
import type { Telling } from "./report/telling.ts";
import type { StopSignals } from "./signals.ts";
import type { Inputs } from "./source/inputs.ts";
import { VERSION } from "./version.ts";

export interface Stage {
  readonly settings: Settings;
  readonly log: Logger;
  readonly inputs: Inputs;
  /** A task tells it of everything but the end. */
  readonly telling: Telling;
  /** Undefined when it is not to be shown. */
  readonly progress: Progress | undefined;
  readonly toStdout: WriteText;
  /** The operator wants an end: files that are still to come have `neverTriedEvent`. */
  readonly signals: StopSignals;
}

/** A run that ended before it began: every file has its event all the same. */
export async function tellNothingSent({ settings, inputs, telling }: Stage): Promise<void> {
  telling.begin(runEvent(settings, await inputs.count()));
  for await (const { path, bad } of inputs.all()) {
    telling.note(bad === undefined ? neverTriedEvent(path) : badInputEvent(bad));
  }
}

/** A signal has ended a run before it began. */
export async function stoppedEarly(stage: Stage): Promise<Ending> {
  await tellNothingSent(stage);
  const { exitCode = 1, name } = stage.signals;
  return { exitCode, stoppedBy: name };
}

/** The event that begins every run. */
export function runEvent({ peer, port, network, task }: Settings, files: number): RunEvent {
  const { callingAeTitle, calledAeTitle } = network;
  const startedAt = new Date().toISOString();
  return {
    event: "run",
    schema: SCHEMA_VERSION,
    version: VERSION,
    task,
    startedAt,
    peer,
    port,
    callingAeTitle,
    calledAeTitle,
    files,
  };
}
