import { assertEquals } from "@std/assert";
import { Fault } from "../lib/errors.ts";

Deno.test("a fault about a file names it once, in front, and leaves the name out for whoever has told it", () => {
  for (const name of ["a.dcm", "it", "is: no", "$& (1)+"]) {
    const fault = new Fault("input", "it is empty", { file: name, code: "0001:0005" });
    assertEquals([fault.message, fault.messageBehind(name), fault.messageBehind("other")], [
      `${name}: it is empty`,
      "it is empty",
      `${name}: it is empty`,
    ]);
    assertEquals([fault.condition, fault.conditionBehind(name)], [
      `0001:0005 ${name}: it is empty`,
      "0001:0005 it is empty",
    ]);
  }
});

Deno.test("a fault with a line of its own says that, unless its file has been told", () => {
  const line = "cannot access file: a.dcm";
  const fault = new Fault("input", "cannot access file", { file: "a.dcm", line });
  assertEquals([fault.message, fault.condition], [line, line]);
  assertEquals(fault.messageBehind("a.dcm"), "cannot access file");
});

Deno.test("a fault about no file is the same for everybody", () => {
  const fault = new Fault("lost", "peer aborted", { code: "0006:0315" });
  assertEquals([fault.message, fault.messageBehind("a.dcm")], ["peer aborted", "peer aborted"]);
  assertEquals(fault.condition, fault.conditionBehind("a.dcm"));
});
