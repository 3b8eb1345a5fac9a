/** --report and --metrics: opened together, so that neither is left behind when the other cannot be written. */

import type { ReportSettings } from "../cli/settings.ts";
import type { Logger } from "../log/log.ts";
import { NewFile } from "../log/new_file.ts";
import type { Observer } from "./events.ts";
import { Metrics } from "./metrics.ts";
import { ReportFile, reportFormatOf } from "./report_file.ts";

/** @throws Fault "configuration" when one of them cannot be written, or is asked for under an unfit name */
export function openReportFiles({ file, metrics }: ReportSettings, log: Logger): Observer[] {
  const format = file === undefined ? undefined : reportFormatOf(file);
  const [reportFile, metricsFile] = beginAll([file, metrics]);
  const observers: Observer[] = [];
  if (format !== undefined && reportFile !== undefined) {
    observers.push(new ReportFile(reportFile, format, log));
  }
  if (metricsFile !== undefined) observers.push(new Metrics(metricsFile, log));
  return observers;
}

function beginAll(paths: readonly (string | undefined)[]): (NewFile | undefined)[] {
  const begun: (NewFile | undefined)[] = [];
  try {
    for (const path of paths) begun.push(path === undefined ? undefined : NewFile.begin(path));
    return begun;
  } catch (caught) {
    for (const file of begun) file?.discard();
    throw caught;
  }
}
