import { assertEquals } from "@std/assert";
import { Fault, reasonAndAdvice } from "../lib/errors.ts";

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

Deno.test("a fault with more advice is the same otherwise", () => {
  const details = { file: "a.dcm", line: "no a.dcm", code: "0001:0005", transient: true, remedy: "look" };
  const more = new Fault("input", "no", details).withMoreAdvice("look again");
  assertEquals([more.kind, more.message, more.line, more.code, more.transient, more.messageBehind("a.dcm")], [
    "input",
    "no a.dcm",
    "no a.dcm",
    "0001:0005",
    true,
    "no",
  ]);
  assertEquals(more.remedy, "look; look again");
  assertEquals(new Fault("input", "no").withMoreAdvice("look").remedy, "look");
});

Deno.test("why a file cannot be opened, and what to do about it", () => {
  const { NotFound, PermissionDenied } = Deno.errors;
  const tooLong = Object.assign(new Error("File name too long (os error 36)"), { code: "ENAMETOOLONG" });
  const tooMany = Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" });
  const cases: readonly (readonly [caught: unknown, told: string])[] = [
    [new NotFound("x"), "no such file or folder: check its name"],
    [new PermissionDenied("x"), "permission denied: let this user read it, and enter the folders it is in"],
    [tooLong, "the name is longer than the system allows: check its name"],
    [tooMany, "Too many open files: raise the limit of open files (ulimit -n), or use fewer --jobs"],
    [new Error("Input/output error (os error 5)"), "Input/output error"],
    ["odd", "odd"],
  ];
  for (const [caught, told] of cases) assertEquals(reasonAndAdvice(caught), told);
});

Deno.test("a fault about no file is the same for everybody", () => {
  const fault = new Fault("lost", "peer aborted", { code: "0006:0315" });
  assertEquals([fault.message, fault.messageBehind("a.dcm")], ["peer aborted", "peer aborted"]);
  assertEquals(fault.condition, fault.conditionBehind("a.dcm"));
});
