import { assertEquals, assertMatch } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { FILE_OUTCOMES, type FileEvent, type FileOutcome } from "../../lib/report/events.ts";
import { badInputEvent, neverTriedEvent } from "../../lib/report/file_event.ts";
import { summaryLines, Tally } from "../../lib/report/summary.ts";

function ended(outcome: FileOutcome, path = "a.dcm", bytes = 1000): FileEvent {
  return { event: "file", path, outcome, bytes, retries: 0, reason: `it was ${outcome}` };
}

function tallyOf(...events: FileEvent[]): Tally {
  const tally = new Tally();
  for (const event of events) tally.note(event);
  return tally;
}

Deno.test("the counts add up, whatever happens", () => {
  const events = FILE_OUTCOMES.flatMap((outcome, index) =>
    Array.from({ length: index + 1 }, () => ended(outcome))
  );
  const { files, outcomes, bytes, outcomeBytes } = tallyOf(...events).event({ exitCode: 1 });
  assertEquals(files, events.length);
  assertEquals(Object.values(outcomes), FILE_OUTCOMES.map((_, index) => index + 1));
  assertEquals(Object.values(outcomeBytes).reduce((a, b) => a + b, 0), events.length * 1000);
  assertEquals(bytes, (outcomes.stored + outcomes.storedWithWarning) * 1000);
});

Deno.test("a summary has one line for each outcome that some had", () => {
  const tally = tallyOf(ended("stored"), ended("stored"), ended("refused"), neverTriedEvent("b.dcm"));
  const lines = summaryLines({ ...tally.event({ exitCode: 1 }), seconds: 0.5 });
  assertEquals(lines, [
    "4 files in 0.5 s, 2.0 KB stored (4.0 KB/s)",
    "  stored:   2 files, 2.0 KB",
    "  refused:  1 file, 1.0 KB",
    "  not sent: 1 file",
  ]);
});

Deno.test("a run without files has a summary, too", () => {
  assertEquals(summaryLines({ ...tallyOf().event({ exitCode: 1 }), seconds: 0 }), ["0 files in 0.0 s"]);
});

Deno.test("the first twenty failures are listed with reason and remedy, then how many more there are", () => {
  const fault = new Fault("input", "cannot read it", { remedy: "try another" });
  const bad = Array.from({ length: 23 }, (_, index) => badInputEvent({ path: `${index}.dcm`, fault }));
  const lines = tallyOf(ended("stored"), ...bad, neverTriedEvent("x"), ended("skipped")).failureLines();
  assertEquals(lines[0], "  unreadable: 0.dcm: cannot read it");
  assertEquals(lines.slice(19), [
    "  unreadable: 19.dcm: cannot read it",
    "    hint: try another",
    "  and 3 more",
  ]);
});

Deno.test("files that fail one after the other for one reason share its remedy", () => {
  const bad = (path: string, remedy: string) =>
    badInputEvent({ path, fault: new Fault("input", "no", { remedy }) });
  const lines = tallyOf(bad("a", "x"), bad("b", "x"), bad("c", "y"), bad("d", "x")).failureLines();
  assertEquals(lines.map((line) => line.replace(/^ +unreadable: /, "")), [
    "a: no",
    "b: no",
    "    hint: x",
    "c: no",
    "    hint: y",
    "d: no",
    "    hint: x",
  ]);
});

Deno.test("a file that could not be sent because of another is counted, not listed", () => {
  const tally = tallyOf(neverTriedEvent("a"), neverTriedEvent("b"));
  assertEquals([tally.failures, tally.failureLines()], [2, []]);
});

Deno.test("a fault of a file is listed with its name once, in front", () => {
  const fault = new Fault("input", "cannot read it: no such file", { file: "a.dcm" });
  assertEquals(tallyOf(badInputEvent({ path: "a.dcm", fault })).failureLines(), [
    "  unreadable: a.dcm: cannot read it: no such file",
  ]);
});

Deno.test("the summary says when the run was stopped, or could not even begin", () => {
  const fault = new Fault("connect", "no way", { remedy: "another one" });
  const { endedAt, seconds: _, outcomes: __, outcomeBytes: ___, ...rest } = tallyOf().event({
    exitCode: 143,
    stoppedBy: "SIGTERM",
    fault,
  });
  assertMatch(endedAt, /^\d{4}-\d\d-\d\dT/);
  assertEquals(rest, {
    event: "summary",
    bytes: 0,
    files: 0,
    stoppedBy: "SIGTERM",
    reason: "no way",
    remedy: "another one",
    exitCode: 143,
  });
});
