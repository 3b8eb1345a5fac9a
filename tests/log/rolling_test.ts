import { assertEquals } from "@std/assert";
import { LogFile } from "../../lib/log/log_file.ts";
import { CalendarRoll, periodFormat, rollBySize, rollingSizeBytes } from "../../lib/log/rolling.ts";

/** Runs in a folder of its own; answers the files that are left, by name, and the complaints. */
function inFolder(
  work: (path: string, complain: (severity: string, text: string) => void) => void,
): { files: Record<string, string>; complaints: string[] } {
  const folder = Deno.makeTempDirSync();
  const complaints: string[] = [];
  try {
    work(`${folder}/log`, (_severity, text) => complaints.push(text.replaceAll(folder, "")));
    const names = [...Deno.readDirSync(folder)].filter((entry) => entry.isFile).map((entry) => entry.name)
      .sort();
    const files = Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]));
    return { files, complaints };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("sizes are read with their units, and none is below 200 KB", () => {
  const cases: readonly (readonly [text: string, bytes: number])[] = [
    ["5MB", 5 * 2 ** 20],
    ["500KB", 500 * 2 ** 10],
    [" 10 mb", 10 * 2 ** 20],
    ["1GB", 2 ** 30],
    ["300000", 300_000],
    ["1KB", 204_800],
    ["many", 204_800],
    ["", 204_800],
  ];
  for (const [text, bytes] of cases) assertEquals(rollingSizeBytes(text), bytes, text);
});

Deno.test("a file that has grown too long moves on through its numbers, and the oldest falls off", () => {
  const { files, complaints } = inFolder((path, complain) => {
    const file = new LogFile(path, true, 1, complain);
    for (const text of ["one", "two", "three", "four", "five"]) {
      file.write(text);
      rollBySize(file, 3, 2, complain);
    }
    file.close();
  });
  assertEquals(files, { "log": "", "log.1": "five", "log.2": "four" });
  assertEquals(complaints, []);
});

Deno.test("a gap in the numbers keeps what is behind it", () => {
  const { files } = inFolder((path, complain) => {
    Deno.writeTextFileSync(`${path}.1`, "first");
    Deno.writeTextFileSync(`${path}.3`, "third");
    const file = new LogFile(path, true, 1, complain);
    file.write("long");
    rollBySize(file, 3, 5, complain);
    file.close();
  });
  assertEquals(files, { "log": "", "log.1": "long", "log.2": "first", "log.3": "third" });
});

Deno.test("what was written before counts, unless the file is emptied", () => {
  for (const append of [true, false]) {
    const { files } = inFolder((path, complain) => {
      Deno.writeTextFileSync(path, "old");
      const file = new LogFile(path, append, 1, complain);
      file.write("n");
      rollBySize(file, 3, 1, complain);
      file.close();
    });
    assertEquals(files, append ? { "log": "", "log.1": "oldn" } : { "log": "n" });
  }
});

Deno.test("a file that cannot be put aside goes on growing", () => {
  const { files, complaints } = inFolder((path, complain) => {
    Deno.mkdirSync(`${path}.1`);
    Deno.writeTextFileSync(`${path}.1/in the way`, "");
    const file = new LogFile(path, true, 1, complain);
    for (const text of ["one, ", "two"]) {
      file.write(text);
      rollBySize(file, 3, 1, complain);
    }
    file.close();
  });
  assertEquals(files, { "log": "one, two" });
  assertEquals(
    complaints.every((text) => text.startsWith("Failed to rename file from /log to /log.1: ")),
    true,
  );
});

Deno.test("a file is named after its period when that is over", () => {
  const at = (day: number, hour: number, minute: number) => new Date(2026, 4, day, hour, minute).getTime();
  const cases: readonly (readonly [schedule: string, names: readonly string[]])[] = [
    ["MONTHLY", []],
    ["WEEKLY", ["log.2026-17"]],
    ["DAILY", ["log.2026-05-02", "log.2026-05-03"]],
    ["TWICE_DAILY", ["log.2026-05-02-AM", "log.2026-05-02-PM", "log.2026-05-03-AM"]],
    ["HOURLY", ["log.2026-05-02-10", "log.2026-05-02-13", "log.2026-05-03-00"]],
    ["minutely", [
      "log.2026-05-02-10-00",
      "log.2026-05-02-10-01",
      "log.2026-05-02-13-00",
      "log.2026-05-03-00-00",
    ]],
  ];
  for (const [schedule, names] of cases) {
    const { files, complaints } = inFolder((path, complain) => {
      const file = new LogFile(path, true, 1, complain);
      const roll = new CalendarRoll(file, periodFormat(schedule) ?? "", at(2, 10, 0), 10, complain);
      for (
        const moment of [
          at(2, 10, 0),
          at(2, 10, 0) + 59_999,
          at(2, 10, 1),
          at(2, 13, 0),
          at(3, 0, 0),
          at(4, 0, 0),
        ]
      ) {
        roll.rollBefore(moment);
        file.write(`${new Date(moment).getDate()} `);
      }
      file.close();
    });
    assertEquals(Object.keys(files), ["log", ...names], schedule);
    assertEquals(Object.values(files).join("").split(" ").length, 7, schedule);
    assertEquals(complaints, [], schedule);
  }
  assertEquals(periodFormat("YEARLY"), undefined);
});

Deno.test("two files of one period are both kept", () => {
  const moment = new Date(2026, 4, 2).getTime();
  const { files } = inFolder((path, complain) => {
    const file = new LogFile(path, true, 1, complain);
    const roll = new CalendarRoll(file, "%Y", moment, 10, complain);
    for (const text of ["one", "two", "three"]) {
      file.write(text);
      roll.roll();
    }
    file.close();
  });
  assertEquals(files, { "log": "", "log.2026": "three", "log.2026.1": "two", "log.2026.2": "one" });
});

Deno.test({
  name: "a device is never put aside",
  ignore: Deno.build.os === "windows",
  fn() {
    const complaints: string[] = [];
    const file = new LogFile("/dev/null", true, 1, (_severity, text) => complaints.push(text));
    file.write("something");
    rollBySize(file, 3, 1, (_severity, text) => complaints.push(text));
    new CalendarRoll(file, "%Y", Date.now(), 10, (_severity, text) => complaints.push(text)).roll();
    file.write("more");
    file.close();
    assertEquals([Deno.statSync("/dev/null").isCharDevice, complaints], [true, []]);
  },
});
