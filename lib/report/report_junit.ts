/**
 * JUnit XML, as build servers and dashboards read it: one test case a file, passed when it is stored.
 *
 * How this works: the counts stand in the first tag and are known last. Blanks keep room for them, so that the test
 * cases can be written as they come.
 */

import { type FileEvent, hasFailed, type RunEvent } from "./events.ts";
import type { ReportFormat } from "./report_format.ts";

const NO_COUNTS = { tests: 0, failures: 0, errors: 0, skipped: 0, seconds: 0 };
type Counts = typeof NO_COUNTS;

const SIGNATURE = `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n<testsuite name="storescu `;

/** As long as the attributes can get. */
const ATTRIBUTES_LENGTH = 120;

export function junitFormat(): ReportFormat {
  const counts = { ...NO_COUNTS };
  let run: RunEvent | undefined;
  return {
    signature: SIGNATURE,
    taskOf: (beginning) => /<property name="task" value="(\w+)"/.exec(beginning)?.[1],
    text(event) {
      switch (event.event) {
        case "run":
          run = event;
          return beginning(run, counts);
        case "file":
          counts.tests++;
          if (event.outcome === "unreadable") counts.errors++;
          else if (event.outcome === "skipped") counts.skipped++;
          else if (hasFailed(event.outcome)) counts.failures++;
          return testCase(event);
        case "summary": {
          counts.seconds = event.seconds;
          const why = event.reason === undefined ? "" : `<system-err>${escape(event.reason)}</system-err>\n`;
          return `${why}</testsuite>\n</testsuites>\n`;
        }
        default:
          return "";
      }
    },
    beginning: () => run === undefined ? "" : beginning(run, counts),
  };
}

function beginning({ peer, port, calledAeTitle, startedAt, task }: RunEvent, counts: Counts): string {
  const { tests, failures, errors, skipped, seconds } = counts;
  const attributes =
    `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds}"`;
  return `${SIGNATURE}${escape(`${calledAeTitle}@${peer}:${port}`)}" ` +
    `timestamp="${startedAt.slice(0, 19)}" ${attributes.padEnd(ATTRIBUTES_LENGTH)}>\n` +
    `<properties><property name="task" value="${task}"/></properties>\n`;
}

function testCase({ path, outcome, reason = "", remedy, sopInstanceUid, status, bytes }: FileEvent): string {
  const open = `<testcase classname="storescu" name="${escape(path)}">`;
  const message = escape(remedy === undefined ? reason : `${reason} (${remedy})`);
  const facts = [
    ["SOP Instance UID", sopInstanceUid],
    ["status", status],
    ["bytes", bytes],
    ["note", outcome === "storedWithWarning" ? reason : undefined],
  ].filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}`).join("\n");
  const output = facts === "" ? "" : `<system-out>${escape(facts)}</system-out>`;
  const element = outcome === "unreadable" ? "error" : "failure";
  const result = outcome === "skipped"
    ? `<skipped message="${message}"/>`
    : hasFailed(outcome)
    ? `<${element} type="${outcome}" message="${message}"/>`
    : "";
  return `${open}${result}${output}</testcase>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** XML 1.0 has no way to write most control characters, nor halves of surrogate pairs. */
function escape(text: string): string {
  return text.toWellFormed()
    .replaceAll(/[^\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll(/[&<>"\n\t]/g, (character) => ENTITIES[character] ?? character);
}
