/** --report FILE: the run as JSON, CSV or JUnit XML, by the file's extension. */

import { Fault, reasonOf } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { NewFile } from "../log/new_file.ts";
import type { Event, Observer } from "./events.ts";
import { csvFormat } from "./report_csv.ts";
import type { ReportFormat } from "./report_format.ts";
import { jsonFormat } from "./report_json.ts";
import { junitFormat } from "./report_junit.ts";

const FORMATS: ReadonlyMap<string, () => ReportFormat> = new Map([
  ["json", jsonFormat],
  ["csv", csvFormat],
  ["xml", junitFormat],
]);

/** @throws Fault "configuration" when the name does not say what is wanted */
export function reportFormatOf(path: string): ReportFormat {
  const make = FORMATS.get(/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "");
  if (make !== undefined) return make();
  throw new Fault("configuration", `cannot tell what kind of report ${path} is to be`, {
    remedy: "give it a name that ends in .json, .csv or .xml (JUnit)",
  });
}

/** What it takes of a file. */
type WrittenFile = Pick<NewFile, "path" | "write" | "rewriteBeginning" | "finish" | "giveUp">;

/** A report that appears when the run is over. What cannot be written is told once and does not stop the run. */
export class ReportFile implements Observer {
  readonly #file: WrittenFile;
  readonly #format: ReportFormat;
  readonly #log: Logger;
  #broken = false;

  constructor(file: WrittenFile, format: ReportFormat, log: Logger) {
    this.#file = file;
    this.#format = format;
    this.#log = log;
  }

  get broken(): boolean {
    return this.#broken;
  }

  note(event: Event): void {
    if (this.#broken) return;
    try {
      this.#file.write(this.#format.text(event));
      if (event.event === "summary") this.#finish();
    } catch (caught) {
      this.#broken = true;
      this.#log.error(`cannot write report ${this.#file.path}: ${reasonOf(caught)}${this.#file.giveUp()}`);
    }
  }

  #finish(): void {
    const beginning = this.#format.beginning?.();
    if (beginning !== undefined) this.#file.rewriteBeginning(beginning);
    this.#file.finish();
  }
}
