/** One row a file, RFC 4180; what the run was for stands in the last column. */

import type { FileEvent, RunEvent } from "./events.ts";
import type { ReportFormat } from "./report_format.ts";

const COLUMNS = [
  "path",
  "outcome",
  "status",
  "sopClassUid",
  "sopInstanceUid",
  "transferSyntax",
  "bytes",
  "retries",
  "reason",
  "remedy",
] as const satisfies readonly (keyof FileEvent)[];

export function csvFormat(): ReportFormat {
  let task: RunEvent["task"] | undefined;
  return {
    signature: "path,outcome,status,",
    taskOf: (beginning) => /^.*\r\n.*,(\w+)\r\n/.exec(beginning)?.[1],
    text(event) {
      if (event.event === "run") {
        task = event.task;
        return row([...COLUMNS, "task"]);
      }
      if (event.event !== "file") return "";
      return row([...COLUMNS.map((column) => String(event[column] ?? "")), task ?? ""]);
    },
  };
}

function row(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",") +
    "\r\n";
}
