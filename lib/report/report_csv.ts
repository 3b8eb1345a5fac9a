/** One row a file, RFC 4180. */

import type { FileEvent } from "./events.ts";
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
  return {
    signature: "path,outcome,status,",
    text(event) {
      if (event.event === "run") return row(COLUMNS);
      return event.event === "file" ? row(COLUMNS.map((column) => String(event[column] ?? ""))) : "";
    },
  };
}

function row(cells: readonly string[]): string {
  return cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",") +
    "\r\n";
}
