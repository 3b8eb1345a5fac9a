import { assertEquals } from "@std/assert";
import { fetchSoon } from "../../lib/source/file_calls.ts";
import type { Operand } from "../../lib/source/operands.ts";
import { Prefetch } from "../../lib/source/prefetch.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";

const NOTHING = "/nowhere/at/all";
fetchSoon(NOTHING); // what this loads stays loaded: no test is to be blamed for it

function file(name: number): Operand {
  return { path: `${NOTHING}/${name}`, scanned: false, seen: "file" };
}

function member(name: number): Operand {
  const memberOf = {
    version: { sizeBytes: 0, modifiedMs: 0 },
    archivePath: "a.zip",
    name: "m",
    offset: 0,
    sizeBytes: 1,
    open: () => Promise.reject(new Error()),
  };
  return { path: `${NOTHING}/${name}`, scanned: true, member: memberOf };
}

function coldPace(): ReadPace {
  const pace = new ReadPace();
  for (let read = 0; read < 3; read++) pace.noteFirst(10);
  return pace;
}

/** What comes out when each of `files` has gone in, and at the end, by name. */
function passed(prefetch: Prefetch<Operand>, files: readonly Operand[]): number[][] {
  const out = (first: Operand | undefined) => {
    const due = [];
    for (let next = first; next !== undefined; next = prefetch.take()) {
      due.push(Number(next.path.split("/").at(-1)));
    }
    return due;
  };
  return [...files.map((one) => out(prefetch.put(one))), out(prefetch.end())];
}

Deno.test("files from memory are handed out as they come", () => {
  assertEquals(passed(new Prefetch(new ReadPace()), [1, 2, 3].map(file)), [[1], [2], [3], []]);
});

Deno.test("files from a cold disk are asked for eight ahead, and come out in order; missing ones, too", () => {
  const files = Array.from({ length: 11 }, (_, index) => file(index));
  const none: number[][] = Array.from({ length: 8 }, () => []);
  assertEquals(passed(new Prefetch(coldPace()), files), [...none, [0], [1], [2], [3, 4, 5, 6, 7, 8, 9, 10]]);
});

Deno.test("nothing is held back any more when the disk is no longer cold", () => {
  const pace = coldPace();
  const prefetch = new Prefetch<Operand>(pace);
  assertEquals([prefetch.put(file(0)), prefetch.put(file(1))], [undefined, undefined]);
  while (pace.cold) pace.noteFirst(0.001);
  assertEquals(passed(prefetch, [file(2), file(3)]), [[0, 1, 2], [3], []]);
});

Deno.test("members of archives, and what nobody knows to be a file, are not held back", () => {
  const { seen: _, ...unknown } = file(2);
  assertEquals(passed(new Prefetch(coldPace()), [file(0), member(1), unknown, file(3)]), [
    [],
    [0, 1],
    [2],
    [],
    [3],
  ]);
});
