import { assertEquals } from "@std/assert";
import { StatusLine } from "../../lib/log/status_line.ts";

const ERASE = "\r\x1b[K\x1b[C\x1b[J\r";
const drawn = (line: string) => `\x1b[?7l${line}\x1b[?7h\r`;

Deno.test("a line is drawn over and taken away, with the cursor at its start in between", () => {
  let text = "";
  const line = new StatusLine((part) => text += part, () => 80);
  line.show(() => "one");
  line.show(() => "two");
  line.write("E: something\n");
  line.show(() => "three");
  line.clear();
  line.clear();
  assertEquals(text, `${drawn("one")}${ERASE}${drawn("two")}${ERASE}E: something\n${drawn("three")}${ERASE}`);
});

Deno.test("a line is made as wide as the terminal is at that moment, less one", () => {
  let columns = 80;
  const asked: number[] = [];
  const line = new StatusLine(() => {}, () => columns);
  const text = (room: number) => {
    asked.push(room);
    return "";
  };
  line.show(text);
  columns = 0;
  line.show(text);
  columns = 200;
  line.show(text);
  assertEquals(asked, [79, 0, 199]);
});

Deno.test("where lines cannot be drawn over each one stays", () => {
  let text = "";
  const line = new StatusLine((part) => text += part, undefined);
  line.show(() => "one");
  line.write("E: something\n");
  line.show((columns) => String(columns));
  line.clear();
  assertEquals([text, line.redraws], ["one\nE: something\nInfinity\n", false]);
});
