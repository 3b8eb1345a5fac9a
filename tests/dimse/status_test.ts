import { assert, assertEquals } from "@std/assert";
import {
  exitCodeOfStatus,
  failureMeaning,
  mayPass,
  statusClass,
  statusText,
} from "../../lib/dimse/status.ts";

Deno.test("each status means what PS3.4 B.2.3 says, in DCMTK's words, with an exit code that tells", () => {
  const cases: readonly (readonly [status: number, outcome: string, text: string, exitCode?: number])[] = [
    [0x0000, "success", "Success"],
    [0xb000, "warning", "Warning: CoercionOfDataElements"],
    [0xb006, "warning", "Warning: ElementsDiscarded"],
    [0xb007, "warning", "Warning: DataSetDoesNotMatchSOPClass"],
    [0xb001, "warning", "Unknown Status: 0xb001"],
    [0xbfff, "warning", "Unknown Status: 0xbfff"],
    [0x0001, "warning", "Unknown Status: 0x1"],
    [0x0107, "warning", "Unknown Status: 0x107"],
    [0x0116, "warning", "Unknown Status: 0x116"],
    [0x0122, "failure", "Refused: SOPClassNotSupported", 1],
    [0x0124, "failure", "Unknown Status: 0x124", 1],
    [0x0117, "failure", "Unknown Status: 0x117", 1],
    [0x0210, "failure", "Unknown Status: 0x210", 2],
    [0x0211, "failure", "Unknown Status: 0x211", 2],
    [0x0212, "failure", "Unknown Status: 0x212", 2],
    [0xa700, "failure", "Refused: OutOfResources", 167],
    [0xa7ff, "failure", "Refused: OutOfResources", 167],
    [0xa900, "failure", "Error: DataSetDoesNotMatchSOPClass", 169],
    [0xa9ff, "failure", "Error: DataSetDoesNotMatchSOPClass", 169],
    [0xa800, "failure", "Unknown Status: 0xa800", 168],
    [0xc000, "failure", "Error: CannotUnderstand", 192],
    [0xcfff, "failure", "Error: CannotUnderstand", 207],
    [0xfe00, "failure", "Unknown Status: 0xfe00", 254],
    [0xff00, "failure", "Unknown Status: 0xff00", 255],
    [0xffff, "failure", "Unknown Status: 0xffff", 255],
    [0xd000, "failure", "Unknown Status: 0xd000", 208],
    [0x0002, "failure", "Unknown Status: 0x2", 1],
    [0x00ff, "failure", "Unknown Status: 0xff", 1],
  ];
  for (const [status, outcome, text, exitCode] of cases) {
    const hex = status.toString(16);
    assertEquals(statusClass(status), outcome, hex);
    assertEquals(statusText(status), text, hex);
    if (exitCode !== undefined) assertEquals(exitCodeOfStatus(status), exitCode, hex);
  }
});

Deno.test("a failure never gives exit code 0, and is told in words", () => {
  let failures = 0;
  for (let status = 0; status <= 0xffff; status++) {
    if (statusClass(status) !== "failure") continue;
    failures++;
    const exitCode = exitCodeOfStatus(status);
    assert(exitCode >= 1 && exitCode <= 255, status.toString(16));
    assert(failureMeaning(status).length > 0);
  }
  // All but success, 0001, 0107, 0116 and Bxxx.
  assertEquals(failures, 0x10000 - 4 - 0x1000);
});

Deno.test("only what runs out may pass by itself", () => {
  for (const status of [0xa700, 0xa701, 0xa7ff, 0x0213]) assert(mayPass(status), status.toString(16));
  for (const status of [0x0122, 0x0124, 0xa800, 0xa900, 0xc000, 0xfe00]) {
    assert(!mayPass(status), status.toString(16));
  }
});
