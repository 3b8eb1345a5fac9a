import { assertEquals } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { Logger, plainBackend } from "../../lib/log/log.ts";
import { Course } from "../../lib/transfer/course.ts";
import type { Outcome } from "../../lib/transfer/outcome.ts";
import { Settlement } from "../../lib/transfer/settlement.ts";
import type { EndedWork, Identity, Work } from "../../lib/transfer/work.ts";
import { WorkList } from "../../lib/transfer/work_list.ts";

const WORK: Work = { path: "a.dcm", scanned: false, number: 1, isLastRound: true, attempts: 0 };
const OUT_OF_RESOURCES: Outcome = {
  kind: "refused",
  status: 0xA700,
  comment: undefined,
  offendingElements: [],
};
const IDENTITY: Identity = {
  sopClassUid: "1.2",
  sopInstanceUid: "1.2.3",
  transferSyntax: "1.2.840.10008.1.2",
  lengthBytes: 100,
  readOnce: false,
  version: undefined,
};

async function* nothing(): AsyncGenerator<Work> {}

function settlementOf(retries: number) {
  const lines: string[] = [];
  const log = new Logger(plainBackend("error", (text) => lines.push(text)));
  const waits: number[] = [];
  const course = new Course({ retries, retryDelaySeconds: 3600 }, log, (_why, afterSeconds) => {
    waits.push(afterSeconds);
  });
  const ended: EndedWork[] = [];
  const settlement = new Settlement({ noHalt: true, jobs: 4 }, course, log, (end) => void ended.push(end));
  return { course, settlement, waits, ended, lines, list: new WorkList(nothing()) };
}

Deno.test("nobody gets a file that is to be tried again before the wait is over", async () => {
  const { course, settlement, waits, ended, list } = settlementOf(3);
  const settled = settlement.settle(list, WORK, OUT_OF_RESOURCES, IDENTITY);
  assertEquals(await list.available(1), 0, "another association would take it at once");
  assertEquals(waits.length, 1);
  course.stop(); // ends the wait
  assertEquals(await settled, "answered");
  const last = { work: WORK, outcome: OUT_OF_RESOURCES, identity: IDENTITY };
  assertEquals(await list.next(), { ...WORK, attempts: 1, last });
  assertEquals(ended, []);
});

Deno.test("a file that is not tried once more ends as it did the last time", async () => {
  const { course, settlement, ended, list } = settlementOf(3);
  const settled = settlement.settle(list, WORK, OUT_OF_RESOURCES, IDENTITY);
  course.stop();
  await settled;
  for await (const work of list.rest()) await settlement.notTried(work);
  assertEquals(ended, [{ work: WORK, outcome: OUT_OF_RESOURCES, identity: IDENTITY }]);
  assertEquals([course.exitCode, settlement.filesNotTried], [0xA7, 0]);
});

Deno.test("a failure that was mended by another try gives no exit code", async () => {
  const { course, settlement, ended, list } = settlementOf(3);
  const settled = settlement.settle(list, WORK, OUT_OF_RESOURCES, IDENTITY);
  course.stop(); // ends the wait
  await settled;
  assertEquals(settlement.firstFailure, 0xA7, "as long as it is not mended");
  await settlement.settle(list, { ...WORK, attempts: 1 }, { kind: "stored", status: 0 }, IDENTITY);
  assertEquals([settlement.firstFailure, ended.map(({ outcome }) => outcome.kind)], [undefined, ["stored"]]);
});

Deno.test("what can be read once only is not tried again", async () => {
  const { settlement, waits, ended, list } = settlementOf(3);
  await settlement.settle(list, WORK, OUT_OF_RESOURCES, { ...IDENTITY, readOnce: true });
  assertEquals([waits, await list.available(1)], [[], 0]);
  assertEquals(ended.map(({ outcome }) => outcome.kind), ["refused"]);
});

Deno.test("a file is not blamed for what this machine cannot open", async () => {
  const { course, settlement, ended, lines, list } = settlementOf(0);
  const cause = Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" });
  const fault = new Fault("input", "cannot read it: Too many open files", {
    file: "a.dcm",
    cause,
    remedy: "more",
  });
  await settlement.unreadable(list, WORK, fault);
  assertEquals(lines, ["E: a.dcm: cannot read it: Too many open files\n", "E: hint: more\n"]);
  assertEquals(ended.map(({ outcome }) => outcome), [{ kind: "notSent", fault }]);
  assertEquals(course.exitCode, 1);
});
