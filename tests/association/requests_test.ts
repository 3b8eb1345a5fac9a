import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OpenRequest, Requests } from "../../lib/association/requests.ts";
import { COMMAND } from "../../lib/dimse/command_set.ts";
import type { DimseRsp } from "../../lib/dimse/messages.ts";
import { Fault } from "../../lib/errors.ts";

function rspTo(messageIdBeingRespondedTo: number, changes: Partial<DimseRsp> = {}): DimseRsp {
  return {
    commandField: COMMAND.cStoreRsp,
    messageIdBeingRespondedTo,
    status: 0,
    hasDataSet: false,
    affectedSopClassUid: undefined,
    affectedSopInstanceUid: undefined,
    errorComment: undefined,
    offendingElements: [],
    ...changes,
  };
}

function store(isComplete = true): OpenRequest {
  return new OpenRequest(1, COMMAND.cStoreRsp, () => isComplete);
}

Deno.test("each response finds its request, in any order, once", () => {
  const requests = new Requests();
  const [first, second] = [requests.open(1, store()), requests.open(2, store())];
  assertEquals(requests.answeredBy(rspTo(2)), second);
  assertEquals(requests.answeredBy(rspTo(1)), first);
  const again = assertThrows(() => requests.answeredBy(rspTo(1)), Fault);
  assertEquals(again.condition, "0006:0211 DIMSE: Unexpected Response MsgId: 1 (none is awaited)");
});

Deno.test("a response that answers no request is refused, and the request stays open", () => {
  const requests = new Requests();
  const open = requests.open(5, store());
  const cases: readonly (readonly [rsp: DimseRsp, condition: string])[] = [
    [rspTo(6), "0006:0211 DIMSE: Unexpected Response MsgId: 6 (expected: 5)"],
    [
      rspTo(5, { commandField: COMMAND.cEchoRsp }),
      "0006:0211 DIMSE: Unexpected Response Command Field: 0x8030",
    ],
    [
      rspTo(5, { hasDataSet: true }),
      "0006:0203 DIMSE Badly formed message: the response announces a data set",
    ],
  ];
  for (const [rsp, condition] of cases) {
    assertEquals(assertThrows(() => requests.answeredBy(rsp), Fault).condition, condition);
  }
  assertEquals(requests.answeredBy(rspTo(5)), open);
});

Deno.test("nothing is stored before all of it was sent; it may be refused, though", () => {
  for (const status of [0x0000, 0x0107, 0xb000]) {
    const requests = new Requests();
    requests.open(1, store(false));
    const fault = assertThrows(() => requests.answeredBy(rspTo(1, { status })), Fault);
    assertEquals([fault.kind, fault.code], ["protocol", "0006:0211"]);
  }
  for (const status of [0x0122, 0xa700, 0xc000]) {
    const requests = new Requests();
    const open = requests.open(1, store(false));
    assertEquals(requests.answeredBy(rspTo(1, { status })), open);
  }
});

Deno.test("the time limit is about the request that waits longest", () => {
  const requests = new Requests();
  const [first, second, third] = [1, 2, 3].map((messageId) => requests.open(messageId, store()));
  assertEquals(requests.oldestMs, undefined);
  if (first !== undefined) first.sentMs = 30;
  if (third !== undefined) third.sentMs = 20;
  assertEquals(requests.oldestMs, 20);
  requests.answeredBy(rspTo(3));
  assertEquals(requests.oldestMs, 30);
  if (second !== undefined) second.sentMs = 0;
  assertEquals(requests.oldestMs, 0);
});

Deno.test("a fault settles all that are open", async () => {
  const requests = new Requests();
  const open = [1, 2].map((messageId) => requests.open(messageId, store()));
  requests.fail(new Fault("lost", "gone"));
  for (const { response } of open) await assertRejects(() => response, Fault, "gone");
  assertEquals(requests.oldestMs, undefined);
  assertThrows(() => requests.answeredBy(rspTo(1)), Fault, "none is awaited");
});

Deno.test("a message ID is used once at a time", () => {
  const requests = new Requests();
  requests.open(7, store());
  assertThrows(() => requests.open(7, store()), RangeError, "message ID 7 is in use");
  requests.answeredBy(rspTo(7));
  requests.open(7, store());
});
