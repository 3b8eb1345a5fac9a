/** --report and --metrics: opened together, so that neither is left behind when the other cannot be written. */

import type { ReportSettings, Task } from "../cli/settings.ts";
import type { Logger } from "../log/log.ts";
import { type FileKind, NewFile } from "../log/new_file.ts";
import type { Observer } from "./events.ts";
import { METRICS, Metrics } from "./metrics.ts";
import { ReportFile, reportFormatOf } from "./report_file.ts";
import type { ReportFormat } from "./report_format.ts";

/**
 * What tells of the last run that sent is left alone, with a warning, by runs that send nothing: whoever tries something
 * out must not silence an alert.
 * @throws Fault "configuration" when one of them cannot be written, or its name is unfit
 */
export function openReportFiles({ file, metrics }: ReportSettings, task: Task, log: Logger): Observer[] {
  const format = file === undefined ? undefined : reportFormatOf(file);
  const [reportFile, metricsFile] = beginAll([
    file !== undefined && format !== undefined && [file, reportKind(format)],
    metrics !== undefined && [metrics, METRICS],
  ]);
  const observers: Observer[] = [];
  if (format !== undefined && reportFile !== undefined) {
    if (task === "send" || !tellsOfSending(reportFile, format)) {
      observers.push(new ReportFile(reportFile, format, log));
    } else {
      leaveAlone(reportFile, task, log);
      log.warn("hint: give --report the name of another file");
    }
  }
  if (metricsFile !== undefined) {
    if (task === "send") observers.push(new Metrics(metricsFile, log));
    else leaveAlone(metricsFile, task, log);
  }
  return observers;
}

function tellsOfSending(file: NewFile, format: ReportFormat): boolean {
  const former = file.formerBeginning() ?? "";
  const task = format.taskOf(former);
  return former !== "" && (task === undefined || task === "send");
}

const OPTIONS: Readonly<Record<Exclude<Task, "send">, string>> = {
  probe: "--probe",
  echo: "--echo",
  dryRun: "--dry-run",
};

function leaveAlone(file: NewFile, task: Exclude<Task, "send">, log: Logger): void {
  file.discard();
  log.warn(`${file.path} is left as it is: it is for runs that send, and ${OPTIONS[task]} sends nothing`);
}

function reportKind({ signature }: ReportFormat): FileKind {
  return { name: "report", signature, option: "--report" };
}

function beginAll(wanted: readonly (false | readonly [string, FileKind])[]): (NewFile | undefined)[] {
  const begun: (NewFile | undefined)[] = [];
  try {
    for (const each of wanted) begun.push(each ? NewFile.begin(...each) : undefined);
    return begun;
  } catch (caught) {
    for (const file of begun) file?.discard();
    throw caught;
  }
}
