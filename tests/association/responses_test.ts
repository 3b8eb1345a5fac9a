import { assert, assertEquals, assertThrows } from "@std/assert";
import { Responses } from "../../lib/association/responses.ts";
import { encodeStoreRsp } from "../../lib/dimse/messages.ts";
import { Fault } from "../../lib/errors.ts";

const COMMAND = encodeStoreRsp({ messageId: 9, sopClassUid: "1.2", sopInstanceUid: "1.2.3" }, 0xb000);

function pdv(contextId: number, fragment: Uint8Array, isLast = true, isCommand = true) {
  return { contextId, isCommand, isLast, fragment };
}

Deno.test("a response is read with its last fragment, one after the other", () => {
  const responses = new Responses([1, 3]);
  for (const contextId of [1, 3]) {
    for (let at = 0; at + 10 < COMMAND.length; at += 10) {
      assertEquals(responses.take(pdv(contextId, COMMAND.subarray(at, at + 10), false)), undefined);
      assert(responses.inMiddle);
    }
    const received = responses.take(pdv(contextId, COMMAND.subarray(COMMAND.length - COMMAND.length % 10)));
    assertEquals([received?.contextId, received?.rsp.status, received?.rsp.messageIdBeingRespondedTo], [
      contextId,
      0xb000,
      9,
    ]);
    assert(!responses.inMiddle);
  }
});

Deno.test("everything else on an association breaks the protocol", () => {
  const empty = new Uint8Array();
  const cases: readonly (readonly [pdvs: readonly ReturnType<typeof pdv>[], code: string, text: string])[] = [
    [[pdv(5, COMMAND)], "0006:0101", "ASC Bad presentation context ID: 5 was not accepted"],
    [[pdv(0, COMMAND)], "0006:0101", "ASC Bad presentation context ID: 0 was not accepted"],
    [[pdv(1, empty, true, false)], "0006:020f", "DIMSE: Command PDV Expected"],
    [
      [pdv(1, COMMAND.subarray(0, 20), false), pdv(1, empty, false, false)],
      "0006:020f",
      "Command PDV Expected",
    ],
    [[pdv(1, COMMAND.subarray(0, 20))], "0006:0203", "DIMSE Badly formed message: command element"],
    [[pdv(1, empty)], "0006:0203", "DIMSE Badly formed message: command set has no Command Field"],
    [[pdv(1, COMMAND, false), pdv(3, empty)], "0006:0203", "on two presentation contexts"],
  ];
  for (const [pdvs, code, text] of cases) {
    const responses = new Responses([1, 3]);
    const fault = assertThrows(() => pdvs.forEach((each) => responses.take(each)), Fault, text);
    assertEquals([fault.kind, fault.code], ["protocol", code]);
  }
});
