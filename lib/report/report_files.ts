/** --report and --metrics: opened together, so that neither is left behind when the other cannot be written. */

import type { ReportSettings } from "../cli/settings.ts";
import type { Logger } from "../log/log.ts";
import { type FileKind, NewFile } from "../log/new_file.ts";
import type { Observer } from "./events.ts";
import { METRICS, Metrics } from "./metrics.ts";
import { ReportFile, reportFormatOf } from "./report_file.ts";
import type { ReportFormat } from "./report_format.ts";

/** @throws Fault "configuration" when one of them cannot be written, or its name is unfit */
export function openReportFiles({ file, metrics }: ReportSettings, log: Logger): Observer[] {
  const format = file === undefined ? undefined : reportFormatOf(file);
  const [reportFile, metricsFile] = beginAll([
    file !== undefined && format !== undefined && [file, reportKind(format)],
    metrics !== undefined && [metrics, METRICS],
  ]);
  const observers: Observer[] = [];
  if (format !== undefined && reportFile !== undefined) {
    observers.push(new ReportFile(reportFile, format, log));
  }
  if (metricsFile !== undefined) observers.push(new Metrics(metricsFile, log));
  return observers;
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
