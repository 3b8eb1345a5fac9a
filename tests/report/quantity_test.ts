import { assertEquals } from "@std/assert";
import { bytesText, filesText, secondsText } from "../../lib/report/quantity.ts";

Deno.test("bytes are told in the unit that fits, with one decimal", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KB"],
    [39_205, "39.2 KB"],
    [999_949, "999.9 KB"],
    [999_950, "1.0 MB"],
    [999_999_999, "1.0 GB"],
    [3.2e15, "3.2 PB"],
    [3.2e18, "3200.0 PB"],
  ];
  for (const [bytes, text] of cases) assertEquals(bytesText(bytes), text);
});

Deno.test("seconds are told as a clock would from a minute on", () => {
  const cases: [number, string][] = [
    [0, "0.0 s"],
    [59.94, "59.9 s"],
    [59.96, "1:00 min"],
    [432, "7:12 min"],
    [3599.6, "1:00:00 h"],
    [7420, "2:03:40 h"],
  ];
  for (const [seconds, text] of cases) assertEquals(secondsText(seconds), text);
});

Deno.test("one file is not several", () => {
  assertEquals([filesText(0), filesText(1), filesText(2)], ["0 files", "1 file", "2 files"]);
});
