import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
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

/** All of it has been given to the transport. */
function sent(requests: Requests, messageId: number): OpenRequest {
  const request = requests.open(messageId, store());
  requests.sent(messageId);
  return request;
}

Deno.test("each response finds its request, in any order, once", () => {
  const requests = new Requests();
  const [first, second] = [sent(requests, 1), sent(requests, 2)];
  assertEquals(requests.answer(rspTo(2)), second);
  assertEquals(requests.answer(rspTo(1)), first);
  const again = assertThrows(() => requests.answer(rspTo(1)), Fault);
  assertEquals(again.condition, "0006:0211 DIMSE: Unexpected Response MsgId: 1 (none is awaited)");
});

Deno.test("a response that answers no request is refused, and the request stays open", () => {
  const requests = new Requests();
  const open = sent(requests, 5);
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
    assertEquals(assertThrows(() => requests.answer(rsp), Fault).condition, condition);
  }
  assertEquals(requests.answer(rspTo(5)), open);
});

Deno.test("nothing is stored before all of it was sent; it may be refused, though", () => {
  for (const status of [0x0000, 0x0107, 0xb000]) {
    const requests = new Requests();
    requests.open(1, store(false));
    const fault = assertThrows(() => requests.answer(rspTo(1, { status })), Fault);
    assertEquals([fault.kind, fault.code], ["protocol", "0006:0211"]);
  }
  for (const status of [0x0122, 0xa700, 0xc000]) {
    const requests = new Requests();
    const open = requests.open(1, store(false));
    assertEquals(requests.answer(rspTo(1, { status })), open);
  }
});

Deno.test("a success that comes when all has been read, but not yet sent, counts when it has", async () => {
  const requests = new Requests();
  const open = requests.open(1, store());
  let settled = false;
  void open.response.then(() => settled = true, () => {});
  const rsp = rspTo(1);
  assertEquals(requests.answer(rsp), open);
  await Promise.resolve();
  assertEquals([settled, requests.empty], [false, false]);
  assertThrows(() => requests.answer(rsp), Fault, "Unexpected Response MsgId: 1");
  requests.sent(1);
  assertEquals(await open.response, rsp);
  assert(requests.empty);

  const lost = requests.open(2, store());
  requests.answer(rspTo(2));
  requests.fail(new Fault("lost", "the rest could not be sent"));
  await assertRejects(() => lost.response, Fault, "the rest could not be sent");
});

Deno.test("the time limit is about the request that waits longest", () => {
  const requests = new Requests();
  const [first, second, third] = [1, 2, 3].map((messageId) => requests.open(messageId, store()));
  assertEquals(requests.oldestMs, undefined);
  if (first !== undefined) first.sentMs = 30;
  if (third !== undefined) third.sentMs = 20;
  assertEquals(requests.oldestMs, 20);
  requests.answer(rspTo(3));
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
  assertThrows(() => requests.answer(rspTo(1)), Fault, "none is awaited");
});

Deno.test("a message ID is used once at a time", () => {
  const requests = new Requests();
  sent(requests, 7);
  assertThrows(() => requests.open(7, store()), RangeError, "message ID 7 is in use");
  requests.answer(rspTo(7));
  requests.open(7, store());
});
