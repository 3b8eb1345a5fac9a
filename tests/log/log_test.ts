import { assertEquals } from "@std/assert";
import {
  LEVELS,
  type LogEvent,
  Logger,
  passes,
  plainBackend,
  prefixed,
  thresholdOf,
} from "../../lib/log/log.ts";

Deno.test("a level's name is known whatever its case", () => {
  for (const level of LEVELS) assertEquals(thresholdOf(` ${level.toUpperCase()}\t`), level);
  for (const name of ["", "warning", "in fo", "toString", "1"]) {
    assertEquals(thresholdOf(name), undefined, name);
  }
});

Deno.test("a threshold lets pass what is at least as loud", () => {
  assertEquals(LEVELS.filter((level) => level !== "off" && level !== "all" && passes(level, "warn")), [
    "fatal",
    "error",
    "warn",
  ]);
  assertEquals(passes("fatal", "off"), false);
  assertEquals(passes("trace", "all"), true);
});

Deno.test("an event below the threshold is never formatted", () => {
  const events: LogEvent[] = [];
  const backend = { ...plainBackend("info", () => {}), emit: (event: LogEvent) => void events.push(event) };
  const log = new Logger(backend, "a.b");
  let asked = 0;
  const text = () => `text ${++asked}`;
  log.debug(text);
  log.trace(text);
  assertEquals(asked, 0);
  log.info(text);
  log.named("c").error("plain");
  assertEquals(events, [
    { level: "info", logger: "a.b", text: "text 1" },
    { level: "error", logger: "c", text: "plain" },
  ]);
});

Deno.test("every line of several gets its prefix", () => {
  assertEquals(prefixed("warn", ["a", "b", ""]), "W: a\nW: b\nW: \n");
  let written = "";
  plainBackend("warn", (text) => written += text).emit({ level: "fatal", logger: "x", text: "over" });
  assertEquals(written, "F: over\n");
});

Deno.test("what a line holds begins no line and steers no terminal", () => {
  let written = "";
  const log = new Logger(plainBackend("info", (text) => written += text));
  log.info("Sending file: a\nI: forged\r\x1b[31m\x9b\u2028");
  log.error(() => ["Store Failed, file: b\nE: forged:", "because\tof this"]);
  assertEquals(
    written,
    "I: Sending file: a.I: forged..[31m..\nE: Store Failed, file: b.E: forged:\nE: because.of this\n",
  );
  assertEquals(prefixed("warn", "a\nb"), "W: a.b\n");
});
