import { assertEquals } from "@std/assert";
import {
  abortText,
  lostFault,
  protocolFault,
  rejectionFault,
  releasedFault,
  startOfOtherProtocol,
} from "../../lib/association/refusals.ts";
import { exitCodeOf } from "../../lib/errors.ts";

Deno.test("a rejection is told in DCMTK's three lines", () => {
  const cases:
    readonly (readonly [rj: [number, number, number], result: string, source: string, reason: string])[] = [
      [[1, 1, 1], "Rejected Permanent", "Service User", "No Reason"],
      [[1, 1, 2], "Rejected Permanent", "Service User", "App Context Name Not Supported"],
      [[1, 1, 3], "Rejected Permanent", "Service User", "Calling AE Title Not Recognized"],
      [[1, 1, 7], "Rejected Permanent", "Service User", "Called AE Title Not Recognized"],
      [[2, 2, 1], "Rejected Transient", "Service Provider (ACSE Related)", "No Reason"],
      [[1, 2, 2], "Rejected Permanent", "Service Provider (ACSE Related)", "Protocol Version Not Supported"],
      [[2, 3, 1], "Rejected Transient", "Service Provider (Presentation Related)", "Temporary Congestion"],
      [[2, 3, 2], "Rejected Transient", "Service Provider (Presentation Related)", "Local Limit Exceeded"],
      [[1, 1, 4], "Rejected Permanent", "Service User", "UNKNOWN"],
      [[9, 0, 255], "UNKNOWN", "UNKNOWN", "UNKNOWN"],
    ];
  for (const [[result, source, reason], resultText, sourceText, reasonText] of cases) {
    const fault = rejectionFault({ type: "associateRj", result, source, reason });
    assertEquals(fault.kind, "rejected");
    assertEquals(
      fault.message,
      `Association Rejected:\nResult: ${resultText}, Source: ${sourceText}\nReason: ${reasonText}`,
    );
    assertEquals(fault.transient, result === 2);
    assertEquals(exitCodeOf(fault), 1);
  }
});

Deno.test("whom a title must be told is said, where that is the reason", () => {
  const remedy = (source: number, reason: number) =>
    rejectionFault({ type: "associateRj", result: 1, source, reason }).remedy ?? "";
  assertEquals(remedy(1, 3).includes("--aetitle"), true);
  assertEquals(remedy(1, 7).includes("--call"), true);
  assertEquals(remedy(1, 1).includes("log"), true);
});

Deno.test("who aborts and why is said", () => {
  const text = (source: number, reason: number) => abortText({ type: "abort", source, reason });
  assertEquals(text(0, 0), "A-ABORT from the service user");
  assertEquals(text(2, 0), "A-ABORT from the service provider, reason not specified");
  assertEquals(text(2, 1), "A-ABORT from the service provider, unrecognized PDU");
  assertEquals(text(2, 2), "A-ABORT from the service provider, unexpected PDU");
  assertEquals(text(2, 3), "A-ABORT from the service provider, reason 3");
  assertEquals(text(2, 6), "A-ABORT from the service provider, invalid PDU parameter value");
  assertEquals(text(1, 0), "A-ABORT from unknown source 1");
});

Deno.test("another protocol on the port is recognized by the first six octets", () => {
  const told = (start: string) =>
    startOfOtherProtocol(Uint8Array.from(start.slice(0, 6), (c) => c.charCodeAt(0)))?.message;
  assertEquals(
    told("HTTP/1.1 400 Bad Request"),
    "Unrecognized PDU type: 48: the peer speaks HTTP, not DICOM",
  );
  assertEquals(told("<html>"), "Unrecognized PDU type: 3c: the peer speaks HTTP, not DICOM");
  assertEquals(told("SSH-2.0-OpenSSH_9"), "Unrecognized PDU type: 53: the peer speaks SSH, not DICOM");
  assertEquals(told("220 mail"), "Unrecognized PDU type: 32: the peer speaks FTP or SMTP, not DICOM");
  assertEquals(told("\x15\x03\x03\0\x02\x02"), "Unrecognized PDU type: 15: the peer speaks TLS");
  assertEquals(told("\x16\x03\x01\0\x02\x02"), "Unrecognized PDU type: 16: the peer speaks TLS");
  assertEquals(told("\x15\x01"), undefined);
  assertEquals(told("hello"), undefined);
  assertEquals(told(""), undefined);
});

Deno.test("losing an accepted association, by whatever, gives exit code 10", () => {
  for (const fault of [lostFault("connection closed"), releasedFault(), protocolFault("0006:0308", "x")]) {
    assertEquals(exitCodeOf(fault), 10);
  }
  assertEquals(
    lostFault("connection closed").condition,
    "0006:0317 Peer aborted Association (or never connected): connection closed",
  );
  assertEquals(releasedFault().condition, "0006:0319 DUL Peer Requested Release");
  assertEquals([lostFault("").transient, releasedFault().transient, protocolFault("", "").transient], [
    true,
    true,
    false,
  ]);
});
