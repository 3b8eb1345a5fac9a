/** One JSON object with the run event, all events of files, associations and retries in order, and the summary. */

import type { ReportFormat } from "./report_format.ts";

export function jsonFormat(): ReportFormat {
  let isFirst = true;
  return {
    signature: '{"run":{"event":"run",',
    taskOf: (beginning) => /^[^}]*?"task":"(\w+)"/.exec(beginning)?.[1],
    text(event) {
      const json = JSON.stringify(event);
      if (event.event === "run") return `{"run":${json},\n"events":[`;
      if (event.event === "summary") return `\n],\n"summary":${json}}\n`;
      const separator = isFirst ? "\n" : ",\n";
      isFirst = false;
      return separator + json;
    },
  };
}
