/** What the command line asks for, done: with a log, with everybody who is told, and with an exit code for every end. */

import type { Settings, Task } from "./cli/settings.ts";
import { asFault, exitCodeOf } from "./errors.ts";
import { Logger, prefixed } from "./log/log.ts";
import { openLog } from "./log/open_log.ts";
import type { WriteText } from "./log/standard_streams.ts";
import { type StatusLine, stderrStatusLine } from "./log/status_line.ts";
import type { Observer, SummaryEvent } from "./report/events.ts";
import { jsonLines } from "./report/json_lines.ts";
import type { Progress } from "./report/progress.ts";
import { type Ending, summaryLines, totalLine } from "./report/summary.ts";
import { Telling } from "./report/telling.ts";
import { send } from "./send.ts";
import { listenForStop } from "./signals.ts";
import { Inputs } from "./source/inputs.ts";
import { OutputFiles } from "./source/output_files.ts";
import { readWholeFile } from "./source/whole_file.ts";
import { type Stage, tellNothingSent } from "./stage.ts";
import { VERSION } from "./version.ts";

/** Answers the exit code. @throws Fault "usage" for what is wrong with the command line all the same */
export async function perform(settings: Settings, toStdout: WriteText): Promise<number> {
  const outputs = new OutputFiles(settings);
  const line = stderrStatusLine();
  // Nothing gets between the events of --json, whatever a --log-config file says.
  const backend = await openLog(
    settings.log,
    readWholeFile,
    line.write,
    settings.report.json ? line.write : toStdout,
    (path) => outputs.refuseTaken("a log file of --log-config", path),
  );
  const log = new Logger(backend);
  try {
    return await performTold(settings, log, line, toStdout);
  } catch (caught) {
    const fault = asFault(caught);
    if (fault.kind === "usage") throw fault;
    // DCMTK tells of its configuration files at level ERROR, of everything else that ends a run at FATAL.
    const level = fault.kind === "configuration" && fault.code === undefined ? "error" : "fatal";
    log.log(level, fault.conditionLines);
    if (fault.remedy !== undefined) log.log(level, `hint: ${fault.remedy}`);
    return exitCodeOf(fault);
  } finally {
    await backend.close();
  }
}

async function performTold(
  settings: Settings,
  log: Logger,
  line: StatusLine,
  toStdout: WriteText,
): Promise<number> {
  const progress = showsProgress(settings, log, line) ? await newProgress(line) : undefined;
  const inputs = new Inputs(settings, log, { sizes: progress !== undefined });
  let told: Telling | undefined;
  using signals = listenForStop((name, isFirst) => {
    const isSending = settings.task === "send" && told?.begun === true;
    const ending = isSending ? "ending after the object that is under way" : "ending";
    log.warn(`${name}: ${isFirst ? `${ending}; once more to abort` : "aborting"}`);
    inputs.stop();
  });
  log.debug([`$storescu: v${VERSION} $`, ""]);
  const telling = told = new Telling([
    ...await observersOf(settings, log, toStdout),
    ...(progress === undefined ? [] : [progress]),
  ]);
  const stage: Stage = { settings, log, inputs, telling, progress, toStdout, signals };
  try {
    const doTask = await taskOf(settings.task);
    const ending = await doTask(stage);
    const summary = telling.end(ending);
    if (settings.task === "send") {
      tellSummary(telling, summary, log, line);
      log.info(totalLine(summary));
    }
    return ending.exitCode === 0 && telling.broken ? 1 : ending.exitCode;
  } catch (caught) {
    const fault = asFault(caught);
    if (!telling.begun && telling.detailed) await tellNothingSent(stage);
    telling.end({ exitCode: exitCodeOf(fault), fault });
    throw caught;
  }
}

/** Only sending is at hand at once: what is rare is loaded when it is asked for. */
async function taskOf(task: Task): Promise<(stage: Stage) => Promise<Ending>> {
  switch (task) {
    case "send":
      return send;
    case "probe":
      return (await import("./probe.ts")).probe;
    case "echo":
      return (await import("./echo.ts")).echo;
    case "dryRun":
      return (await import("./dry_run.ts")).dryRun;
  }
}

/** @throws Fault "configuration" for a file that cannot be written: before anything is sent */
async function observersOf(
  { report, task }: Settings,
  log: Logger,
  toStdout: WriteText,
): Promise<Observer[]> {
  const observers: Observer[] = [];
  if (report.json) observers.push(jsonLines(toStdout));
  if (report.file !== undefined || report.metrics !== undefined) {
    const { openReportFiles } = await import("./report/report_files.ts");
    observers.push(...openReportFiles(report, task, log));
  }
  return observers;
}

/** At the default level only on a terminal, or if something failed. */
function tellSummary({ tally }: Telling, summary: SummaryEvent, log: Logger, line: StatusLine): void {
  const failures = tally.failureLines();
  const counts = summaryLines(summary);
  // The counts last: a screen of 24 lines has no room for all of it.
  const lines = failures.length === 0 ? counts : ["failures:", ...failures, ...counts];
  const level = summary.exitCode !== 0 ? "error" : "info";
  if (log.enabled(level)) log.log(level, lines);
  else if (log.enabled("warn") && Deno.stderr.isTerminal()) line.write(prefixed(level, lines));
}

async function newProgress(line: StatusLine): Promise<Progress> {
  const { Progress } = await import("./report/progress.ts");
  return new Progress(line);
}

/** Progress and lines about every file would only get into each other's way. */
function showsProgress({ task, report }: Settings, log: Logger, line: StatusLine): boolean {
  if (task !== "send" || report.progress === "off") return false;
  if (report.progress === "on") return true;
  return line.redraws && !report.json && log.enabled("error") && !log.enabled("info");
}
