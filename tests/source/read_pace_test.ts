import { assertEquals } from "@std/assert";
import { ReadPace } from "../../lib/source/read_pace.ts";

Deno.test("reads wait in promises once time is lost again and again, and no longer when it is not", () => {
  const pace = new ReadPace();
  for (let read = 0; read < 100; read++) pace.note(131_072, 0.05);
  pace.note(131_072, 10);
  assertEquals(pace.slow, false, "once may be chance");
  pace.note(131_072, 10);
  pace.note(131_072, 10);
  assertEquals(pace.slow, true);
  for (let read = 0; read < 60; read++) pace.note(131_072, 0.05);
  assertEquals(pace.slow, false);
});

Deno.test("a read that takes seconds is enough to wait in promises", () => {
  const pace = new ReadPace();
  pace.note(131_072, 5_000);
  assertEquals(pace.slow, true);
});

Deno.test("a long read at a good rate loses no time", () => {
  const pace = new ReadPace();
  for (let read = 0; read < 20; read++) pace.note(1_000_000_000, 500);
  assertEquals(pace.slow, false);
});

Deno.test("files are expected to be cold when some in succession were, for as many as it takes to ask again", () => {
  const pace = new ReadPace();
  for (const milliseconds of [5, 5, 0.01, 5, 5]) pace.noteFirst(milliseconds);
  assertEquals(pace.cold, false, "now and then a machine is busy");
  pace.noteFirst(5);
  assertEquals(pace.cold, true);
  let files = 0;
  while (pace.cold) files++, pace.noteFirst(0.01);
  assertEquals(
    files,
    256,
    "asked for beforehand they come at once, and would have to be waited for all the same",
  );
  pace.noteFirst(5);
  assertEquals(pace.cold, false);
});
