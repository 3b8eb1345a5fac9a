/** What the program says in JSON, held against its schema and its promises. */

import { Ajv2020 } from "ajv/2020";
import schema from "../../lib/report/events.schema.json" with { type: "json" };
import type { Event, FileEvent, SummaryEvent } from "../../lib/report/events.ts";

/** The schema as it is published allows members that a later version adds; the tests allow none it does not know. */
function strict(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strict);
  if (typeof part !== "object" || part === null) return part;
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, strict(value)]));
  const isObjectSchema = inner["type"] === "object" && "properties" in inner;
  return isObjectSchema ? { ...inner, additionalProperties: false } : inner;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const ajv = new Ajv2020({ allErrors: true, formats: { "date-time": TIME } });
const isEvent = ajv.compile<Event>(Object(strict(schema)));

/**
 * Every event fits the schema; the run event comes first and the summary last; the counts add up to the number of
 * files; exit code 0 stands for a run in which nothing failed.
 * @throws Error saying what does not fit
 */
export function checkEvents(events: readonly unknown[]): Event[] {
  const checked = events.map((event) => {
    if (isEvent(event)) return event;
    throw new Error(`${ajv.errorsText(isEvent.errors)} in ${JSON.stringify(event)}`);
  });
  const [first] = checked;
  const last = checked.at(-1);
  const named = checked.map(({ event }) => event);
  if (first?.event !== "run" || named.lastIndexOf("run") !== 0) throw new Error(`run is not first: ${named}`);
  if (last?.event !== "summary" || named.indexOf("summary") !== named.length - 1) {
    throw new Error(`summary is not last: ${named}`);
  }
  const files = fileEvents(checked).length;
  const sum = Object.values(last.outcomes).reduce((a, b) => a + b, 0);
  const counts = [first.files, files, last.files, sum];
  if (counts.some((count) => count !== files)) throw new Error(`the files do not add up: ${counts}`);
  const { refused, notAccepted, unreadable, notSent } = last.outcomes;
  if (last.exitCode === 0 && refused + notAccepted + unreadable + notSent > 0) {
    throw new Error(`exit code 0 after ${JSON.stringify(last.outcomes)}`);
  }
  return checked;
}

/** The lines of --json. */
export function eventsOf(stdout: string): Event[] {
  const lines = stdout.split("\n");
  if (lines.pop() !== "") throw new Error("the last line is not ended");
  return checkEvents(lines.map((line) => JSON.parse(line)));
}

/** The contents of a --report in JSON. */
export function eventsOfReport(text: string): Event[] {
  const { run, events, summary, ...more } = JSON.parse(text);
  if (Object.keys(more).length > 0) throw new Error(`unknown in a report: ${Object.keys(more)}`);
  return checkEvents([run, ...events, summary]);
}

export function fileEvents(events: readonly Event[]): FileEvent[] {
  return events.filter((event) => event.event === "file");
}

export function summaryOf(events: readonly Event[]): SummaryEvent {
  const last = events.at(-1);
  if (last?.event !== "summary") throw new Error("no summary");
  return last;
}
