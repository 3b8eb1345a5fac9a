import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Logger, plainBackend } from "../../lib/log/log.ts";
import type { NewFile } from "../../lib/log/new_file.ts";
import { type Event, FILE_OUTCOMES, type FileEvent, type RunEvent } from "../../lib/report/events.ts";
import { METRICS, metricsText } from "../../lib/report/metrics.ts";
import { ReportFile, reportFormatOf } from "../../lib/report/report_file.ts";
import { Tally } from "../../lib/report/summary.ts";
import { eventsOfReport } from "../peers/events.ts";
import { find } from "../peers/available.ts";
import { runProgram } from "../peers/run_storescu.ts";

const RUN: RunEvent = {
  event: "run",
  schema: 1,
  version: "1.2.3",
  task: "send",
  startedAt: "2026-01-02T03:04:05.678Z",
  peer: 'host "x" <&>',
  port: 104,
  callingAeTitle: "ME",
  calledAeTitle: "YOU\\",
  files: 0,
};

/** A path with everything that is special somewhere. */
const ODD_PATH = 'a "b", <c> & d\n\u0001\ud800.dcm';

function fileEvents(): FileEvent[] {
  return FILE_OUTCOMES.map((outcome) => ({
    event: "file",
    path: outcome === "refused" ? ODD_PATH : `${outcome}.dcm`,
    outcome,
    retries: 0,
    reason: `because, "well"`,
    ...(outcome === "unreadable" ? { remedy: "do <this>" } : {}),
  }));
}

const WHOLE_RUN = wholeRun();

function wholeRun(): Event[] {
  const tally = new Tally();
  const files = fileEvents();
  for (const event of files) tally.note(event);
  const retry: Event = { event: "retry", reason: "busy", afterSeconds: 1.5 };
  return [{ ...RUN, files: files.length }, retry, ...files, tally.event({ exitCode: 167 })];
}

/** Stands in for a file; it is as full as told after so many writes. */
function fakeFile(writesUntilFull = Infinity) {
  let text = "";
  let state = "open";
  const file: Pick<NewFile, "path" | "write" | "rewriteBeginning" | "finish" | "giveUp"> = {
    path: "report",
    write(part) {
      if (writesUntilFull-- <= 0) throw new Error("No space left on device (os error 28)");
      text += part;
    },
    rewriteBeginning(part) {
      assertEquals(part.length, text.slice(0, part.length).length);
      text = part + text.slice(part.length);
    },
    finish: () => void (state = "finished"),
    giveUp: () => {
      state = "given up";
      return "; that of before is removed";
    },
  };
  return { file, text: () => text, state: () => state };
}

function written(path: string): string {
  const fake = fakeFile();
  const report = new ReportFile(fake.file, reportFormatOf(path), new Logger(plainBackend("off", () => {})));
  for (const event of WHOLE_RUN) report.note(event);
  assertEquals([fake.state(), report.broken], ["finished", false]);
  return fake.text();
}

Deno.test("a JSON report holds the events that --json shows", () => {
  assertEquals(
    eventsOfReport(written("r.json")),
    WHOLE_RUN.map((event) => JSON.parse(JSON.stringify(event))),
  );
});

Deno.test("a JSON report of a run that had nothing to do is JSON, too", () => {
  const format = reportFormatOf("r.json");
  const summary = new Tally().event({ exitCode: 0 });
  assertEquals(eventsOfReport(format.text(RUN) + format.text(summary)).length, 2);
});

Deno.test("a CSV report has a row for each file, quoted where need be", () => {
  const lines = written("r.CSV").split("\r\n");
  assertEquals(
    lines[0],
    "path,outcome,status,sopClassUid,sopInstanceUid,transferSyntax,bytes,retries,reason,remedy,task",
  );
  assertEquals(lines.length, FILE_OUTCOMES.length + 2);
  assertEquals(lines[1], 'sendable.dcm,sendable,,,,,,0,"because, ""well""",,send');
  assert(lines.some((line) => line.startsWith('"a ""b"", <c> & d\n')));
});

Deno.test("a JUnit report counts failures, errors and what was skipped", async () => {
  const xml = written("r.xml");
  assertStringIncludes(xml, 'tests="8" failures="3" errors="1" skipped="1" time="');
  assertEquals(xml.match(/<testcase /g)?.length, 8);
  assertEquals(xml.match(/<failure /g)?.length, 3);
  assertStringIncludes(
    xml,
    '<error type="unreadable" message="because, &quot;well&quot; (do &lt;this&gt;)"/>',
  );
  if (find("xmllint") === undefined) return;
  const { code, stderr } = await runProgram("xmllint", ["--noout", "-"], {
    stdin: xml,
    env: { PATH: Deno.env.get("PATH") ?? "" },
  });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("every report and metrics file begins as those of its kind do", () => {
  for (const path of ["r.json", "r.csv", "r.xml"]) {
    const { signature } = reportFormatOf(path);
    assert(signature.length >= 20 && written(path).startsWith(signature), path);
  }
  const metrics = metricsText(RUN, new Tally().event({ exitCode: 0 }), undefined);
  assert(metrics.startsWith(METRICS.signature));
});

Deno.test("every report shows whether anything was to be sent", () => {
  for (const path of ["r.json", "r.csv", "r.xml"]) {
    assertEquals(reportFormatOf(path).taskOf(written(path)), "send");
    for (const task of ["probe", "echo", "dryRun"] as const) {
      const format = reportFormatOf(path);
      const file: Event = {
        event: "file",
        path: "a.dcm",
        outcome: "skipped",
        retries: 0,
        reason: 'it "said"',
      };
      const beginning = format.text({ ...RUN, task }) + format.text(file);
      assertEquals(format.taskOf(beginning), task, path);
    }
  }
});

Deno.test("a full disk is told once and costs nothing but the report", () => {
  const lines: string[] = [];
  const fake = fakeFile(3);
  const log = new Logger(plainBackend("error", (line) => lines.push(line)));
  const report = new ReportFile(fake.file, reportFormatOf("r.json"), log);
  for (const event of WHOLE_RUN) report.note(event);
  assertEquals(lines, [
    "E: cannot write report report: No space left on device; that of before is removed\n",
  ]);
  assertEquals([fake.state(), report.broken], ["given up", true]);
});

Deno.test("metrics keep the time of the last success of the same peer", () => {
  const failed = { ...new Tally().event({ exitCode: 10 }), endedAt: "2026-01-02T03:04:05.000Z" };
  const stored = { ...failed, exitCode: 0 };
  const first = metricsText(RUN, stored, undefined);
  const labels = '{peer="host \\"x\\" <&>:104",called="YOU\\\\",calling="ME"}';
  assertStringIncludes(first, `\nstorescu_last_success_timestamp_seconds${labels} 1767323045\n`);
  const later = metricsText(RUN, { ...failed, endedAt: "2026-01-03T03:04:05.000Z" }, first);
  assertStringIncludes(later, `\nstorescu_last_success_timestamp_seconds${labels} 1767323045\n`);
  assertStringIncludes(later, `\nstorescu_last_run_exit_code${labels} 10\n`);
  assert(!metricsText({ ...RUN, port: 105 }, failed, first).includes("last_success"));
});

Deno.test("every metric is announced, and every line has the form that Prometheus reads", () => {
  const announced = new Set<string>();
  for (const line of metricsText(RUN, new Tally().event({ exitCode: 0 }), undefined).trimEnd().split("\n")) {
    const [, kind, name = ""] = /^# (HELP|TYPE) ([a-z_]+) .+$/.exec(line) ?? [];
    if (kind === "TYPE") announced.add(name);
    if (kind !== undefined) continue;
    const [, metric = ""] = /^([a-z_]+)\{([a-z]+="([^"\\]|\\.)*",?)+\} [0-9.]+$/.exec(line) ?? [];
    assert(announced.has(metric), line);
  }
  assertEquals(announced.size, 6);
});
