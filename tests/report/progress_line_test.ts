import { assert, assertEquals } from "@std/assert";
import { layOut, layOutLooking, type ProgressFacts } from "../../lib/report/progress_line.ts";

const FACTS: ProgressFacts = {
  doneFiles: 12,
  totalFiles: 500,
  doneBytes: 300e6,
  totalBytes: 20.1e9,
  bytesPerSecond: 45.3e6,
  failures: 1,
  current: "study/series/IM0012.dcm",
};

const CASES: readonly (readonly [columns: number, changes: Partial<ProgressFacts>, line: string])[] = [
  [
    120,
    {},
    "12/500 files  300.0 MB/20.1 GB (1%)  45.3 MB/s  7:17 min left  1 failed  study/series/IM0012.dcm",
  ],
  [79, {}, "12/500 files  300.0 MB/20.1 GB  45.3 MB/s  7:17 min left  1 failed"],
  [79, { failures: 0 }, "12/500 files  300.0 MB/20.1 GB  45.3 MB/s  7:17 min left  .../series/IM0012.dcm"],
  [60, {}, "12/500 files  300.0 MB/20.1 GB  7:17 min left  1 failed"],
  [45, {}, "12/500 files  300.0 MB/20.1 GB  1 failed"],
  [25, {}, "12/500 files  1 failed"],
  [12, {}, "12/500 files"],
  [11, {}, ""],
  [0, {}, ""],
  [79, { totalBytes: undefined }, "12/500 files  300.0 MB  45.3 MB/s  1 failed  study/series/IM0012.dcm"],
  [79, { bytesPerSecond: 0, failures: 0, current: "" }, "12/500 files  300.0 MB/20.1 GB  0 B/s"],
  [
    79,
    { doneFiles: 1, totalFiles: 1, totalBytes: 300e6, failures: 0 },
    "1/1 file  300.0/300.0 MB  45.3 MB/s  study/series/IM0012.dcm",
  ],
  [
    79,
    { totalBytes: 0, doneBytes: 0, failures: 0, current: "a\nb\u001b[31mc" },
    "12/500 files  0/0 B  45.3 MB/s  0 s left  a.b.[31mc",
  ],
];

for (const [columns, changes, line] of CASES) {
  Deno.test(`in ${columns} columns with ${JSON.stringify(changes)} progress is told as '${line}'`, () => {
    assertEquals(layOut({ ...FACTS, ...changes }, columns), line);
  });
}

Deno.test("a line of progress is never wider than there is room for", () => {
  const names = ["a.dcm", "画像/検査/画像0001.dcm", "x".repeat(300), "é".repeat(50), "\u{1F600}".repeat(40)];
  for (const current of names) {
    for (let columns = 0; columns < 150; columns++) {
      const line = layOut({ ...FACTS, current }, columns);
      // As wide as a terminal could show it: East Asian characters and emoji take two columns.
      const width = [...line].reduce((sum, c) => sum + ((c.codePointAt(0) ?? 0) > 0x2E7F ? 2 : 1), 0);
      assert(width <= columns, `${width} > ${columns}: ${line}`);
    }
  }
});

Deno.test("before anything is sent, files that have been looked at are counted, if there is room", () => {
  assertEquals(layOutLooking(12, 24), "looking at the files: 12");
  assertEquals(layOutLooking(12, 23), "");
});
