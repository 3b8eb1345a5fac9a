import { assertEquals } from "@std/assert";
import { decodeCommandSet, ELEMENT, textOf } from "../../lib/dimse/command_set.ts";
import {
  encodeEchoRq,
  encodeEchoRsp,
  encodeStoreRq,
  encodeStoreRsp,
  readRq,
  readRsp,
} from "../../lib/dimse/messages.ts";
import { concat } from "../peers/pdu_reader.ts";
import { recordedPdu } from "../pdu/recorded.ts";
import { element } from "./elements.ts";

const INSTANCE = "1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322";
const CT = "1.2.840.10008.5.1.4.1.1.2";

function decoded(bytes: Uint8Array) {
  const command = decodeCommandSet(bytes);
  if (typeof command === "string") throw new Error(command);
  return command;
}

Deno.test("a C-STORE-RQ is DCMTK's, octet for octet", () => {
  const rq = encodeStoreRq({ messageId: 1, sopClassUid: CT, sopInstanceUid: INSTANCE });
  assertEquals(rq.toHex(), recordedPdu("store_rq").subarray(12).toHex());
});

Deno.test("a C-STORE-RSP is storescp's, octet for octet", () => {
  const rsp = encodeStoreRsp({ messageId: 1, sopClassUid: CT, sopInstanceUid: INSTANCE }, 0);
  assertEquals(rsp.toHex(), recordedPdu("store_rsp").subarray(12).toHex());
});

Deno.test("storescp's C-STORE-RSP is read", () => {
  assertEquals(readRsp(decoded(recordedPdu("store_rsp").subarray(12))), {
    commandField: 0x8001,
    messageIdBeingRespondedTo: 1,
    status: 0,
    hasDataSet: false,
    affectedSopClassUid: CT,
    affectedSopInstanceUid: INSTANCE,
    errorComment: undefined,
    offendingElements: [],
  });
});

Deno.test("requests and responses are read as they were written", () => {
  for (const messageId of [0, 1, 255, 256, 65535]) {
    const rq = { messageId, sopClassUid: CT, sopInstanceUid: "1.2.3" };
    assertEquals(readRq(decoded(encodeStoreRq(rq))), { ...rq, commandField: 0x0001, hasDataSet: true });
    assertEquals(readRq(decoded(encodeEchoRq(messageId))), {
      commandField: 0x0030,
      messageId,
      sopClassUid: "1.2.840.10008.1.1",
      sopInstanceUid: "",
      hasDataSet: false,
    });
    for (const status of [0, 0xa700, 0xffff]) {
      const rsp = readRsp(decoded(encodeStoreRsp(rq, status)));
      if (typeof rsp === "string") throw new Error(rsp);
      assertEquals([rsp.commandField, rsp.messageIdBeingRespondedTo, rsp.status], [
        0x8001,
        messageId,
        status,
      ]);
    }
    const echo = readRsp(decoded(encodeEchoRsp(messageId)));
    if (typeof echo === "string") throw new Error(echo);
    assertEquals([echo.commandField, echo.messageIdBeingRespondedTo, echo.hasDataSet], [
      0x8030,
      messageId,
      false,
    ]);
  }
});

Deno.test("a request in place of a response is called one, by its name", () => {
  const requests: readonly (readonly [number, string])[] = [
    [0x0001, "C-STORE-RQ"],
    [0x0100, "N-EVENT-REPORT-RQ"],
    [0x0fff, "C-CANCEL-RQ"],
    [0x0777, "an unknown one"],
  ];
  for (const [commandField, name] of requests) {
    const field = element(0x0100, [commandField & 0xff, commandField >> 8]);
    const digits = commandField.toString(16).padStart(4, "0");
    assertEquals(
      readRsp(decoded(concat([field, element(0x0110, [1, 0])]))),
      `it is a request (${name}, 0x${digits}), not a response: the peer must not send one here`,
    );
  }
});

Deno.test("a response without one of its mandatory elements is none", () => {
  const field = element(0x0100, [1, 0x80]);
  const id = element(0x0120, [1, 0]);
  const cases: readonly (readonly [bytes: Uint8Array, what: string])[] = [
    [new Uint8Array(), "command set has no Command Field (0000,0100)"],
    [field, "response has no Message ID Being Responded To (0000,0120)"],
    [concat([field, element(0x0110, [1, 0])]), "response has no Message ID Being Responded To (0000,0120)"],
    [concat([field, id]), "response has no Status (0000,0900)"],
    [concat([field, id, element(0x0900, [0])]), "response has no Status (0000,0900)"],
  ];
  for (const [bytes, what] of cases) assertEquals(readRsp(decoded(bytes)), what);
  assertEquals(readRq(decoded(field)), "command set has no Message ID (0000,0110)");
  assertEquals(readRq(decoded(id)), "command set has no Command Field (0000,0100)");
});

Deno.test("any value but 0101H announces a data set; a missing one does not", () => {
  const rsp = (...more: Uint8Array[]) => {
    const mandatory = [element(0x0100, [1, 0x80]), element(0x0120, [1, 0]), element(0x0900, [0, 0])];
    const read = readRsp(decoded(concat([...mandatory, ...more])));
    return typeof read === "string" ? read : read.hasDataSet;
  };
  assertEquals(rsp(), false);
  assertEquals(rsp(element(0x0800, [1, 1])), false);
  for (const value of [[0, 0], [1, 0], [2, 1], [254, 254]]) assertEquals(rsp(element(0x0800, value)), true);
});

Deno.test("what a peer comments cannot forge a line or steer a terminal, and is not endless", () => {
  const comment = (text: string) => {
    const command = concat([
      encodeStoreRsp({ messageId: 1, sopClassUid: "", sopInstanceUid: "" }, 0xa700),
      element(0x0901, [0x10, 0, 0x20, 0]),
      element(0x0902, Uint8Array.from(text, (character) => character.charCodeAt(0))),
    ]);
    assertEquals(textOf(decoded(command), ELEMENT.errorComment), text);
    const rsp = readRsp(decoded(command));
    if (typeof rsp === "string") throw new Error(rsp);
    assertEquals(rsp.offendingElements, ["(0010,0020)"]);
    return rsp.errorComment;
  };
  assertEquals(comment("disk full"), "disk full");
  assertEquals(comment("a\r\nI: all stored\x1b[2J\x7f\x9b"), "a..I: all stored.[2J..");
  assertEquals(comment("x".repeat(60_000)), "x".repeat(256));
});
