/** --metrics FILE: what Prometheus' node_exporter reads from its textfile folder (text format 0.0.4). */

import { reasonOf } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { FileKind, NewFile } from "../log/new_file.ts";
import { type Event, FILE_OUTCOMES, type Observer, type RunEvent, type SummaryEvent } from "./events.ts";

const LAST_SUCCESS = "storescu_last_success_timestamp_seconds";

/** A file of --metrics. */
export const METRICS: FileKind = { name: "metrics file", signature: "# HELP storescu_", option: "--metrics" };

/** The last run in numbers. They replace those of the run before; only the time of the last success is kept. */
export class Metrics implements Observer {
  readonly #file: NewFile;
  readonly #log: Logger;
  #run: RunEvent | undefined;
  #broken = false;

  constructor(file: NewFile, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  get broken(): boolean {
    return this.#broken;
  }

  note(event: Event): void {
    if (event.event === "run") this.#run = event;
    if (event.event !== "summary" || this.#run === undefined) return;
    try {
      this.#file.write(metricsText(this.#run, event, this.#file.former()));
      this.#file.finish();
    } catch (caught) {
      this.#broken = true;
      this.#log.error(`cannot write metrics ${this.#file.path}: ${reasonOf(caught)}${this.#file.giveUp()}`);
    }
  }
}

/** @param former what the file of the run before holds, if there is one */
export function metricsText(
  run: RunEvent,
  summary: SummaryEvent,
  former: string | undefined,
): string {
  const { peer, port, calledAeTitle, callingAeTitle } = run;
  const pairs = Object.entries({ peer: `${peer}:${port}`, called: calledAeTitle, calling: callingAeTitle });
  const labels = pairs.map(([name, value]) => `${name}="${escape(value)}"`).join(",");
  const ended = Date.parse(summary.endedAt) / 1000;
  const gauge = (name: string, help: string, rows: readonly string[]) =>
    rows.length === 0 ? "" : `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${rows.join("\n")}\n`;
  const one = (name: string, help: string, value: number) =>
    gauge(name, help, [`${name}{${labels}} ${value}`]);
  const success = summary.exitCode === 0
    ? `${LAST_SUCCESS}{${labels}} ${ended}`
    : lastSuccess(former, labels);
  return [
    one("storescu_last_run_timestamp_seconds", "When the last run ended.", ended),
    gauge(LAST_SUCCESS, "When the last run ended whose instances were all stored.", success ? [success] : []),
    one("storescu_last_run_exit_code", "Exit code of the last run.", summary.exitCode),
    one("storescu_last_run_duration_seconds", "How long the last run took.", summary.seconds),
    one("storescu_last_run_stored_bytes", "Data sets stored in the last run.", summary.bytes),
    gauge(
      "storescu_last_run_files",
      "Files of the last run by what became of them.",
      FILE_OUTCOMES.map((kind) =>
        `storescu_last_run_files{${labels},outcome="${kind}"} ${summary.outcomes[kind]}`
      ),
    ),
  ].join("");
}

/** The line of an earlier file, if it is about the same peer. */
function lastSuccess(former: string | undefined, labels: string): string | undefined {
  return former?.split("\n").find((line) => line.startsWith(`${LAST_SUCCESS}{${labels}} `));
}

function escape(label: string): string {
  return label.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n");
}
