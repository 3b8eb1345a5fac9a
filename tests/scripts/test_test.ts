import { assertEquals } from "@std/assert";
import { countsOf } from "../../scripts/test.ts";

const suite = (counts: string) =>
  `<testsuites tests="99"><testsuite name="./a_test.ts" ${counts}></testsuite></testsuites>`;

const CASES = [
  {
    name: "passed, failed and skipped tests are told apart",
    junit: suite(`tests="7" disabled="2" errors="0" failures="3"`),
    exitCode: 1,
    counts: { passed: 2, failed: 3, skipped: 2 },
  },
  {
    name: "a run that broke before it could report is a failure",
    junit: "",
    exitCode: 1,
    counts: { passed: 0, failed: 1, skipped: 0 },
  },
  {
    name: "a run that failed beside its tests is a failure",
    junit: suite(`tests="4" disabled="0" errors="0" failures="0"`),
    exitCode: 1,
    counts: { passed: 4, failed: 1, skipped: 0 },
  },
  {
    name: "all is well when all is well",
    junit: suite(`tests="4" disabled="1" errors="0" failures="0"`),
    exitCode: 0,
    counts: { passed: 3, failed: 0, skipped: 1 },
  },
];

for (const { name, junit, exitCode, counts } of CASES) {
  Deno.test(`counting tests: ${name}`, () => assertEquals(countsOf(junit, exitCode), counts));
}
