import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT_STATUS } from "../lib/cli/man.ts";
import { withOptions } from "../lib/cli/markdown.ts";
import type { RunEvent } from "../lib/report/events.ts";
import { metricsText } from "../lib/report/metrics.ts";
import { csvFormat } from "../lib/report/report_csv.ts";
import { Tally } from "../lib/report/summary.ts";

const readme = Deno.readTextFileSync(new URL("../README.md", import.meta.url));

Deno.test("README's list of options is in step with the table", () => {
  assertEquals(readme, withOptions(readme), "run: sh scripts/deno run -A scripts/readme_options.ts");
});

Deno.test("README's map of the house names everything that is in it", () => {
  const map = /^## Map of the house\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
  const named = [...map.matchAll(/`lib\/([^`]+)`/g)].map(([, name = ""]) => name);
  const there = [...Deno.readDirSync(new URL("../lib", import.meta.url))].map(({ name }) => name);
  assertEquals([...new Set(named)].toSorted(), there.toSorted());
});

Deno.test("README's exit codes are those of the manual page", () => {
  const table = /^## Exit codes\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
  const rows = EXIT_STATUS.map(([code, meaning]) => `| ${code} | ${meaning} |`);
  assertEquals(table.trim().split("\n"), ["| Code | Meaning |", "|---|---|", ...rows]);
});

const RUN: RunEvent = {
  event: "run",
  schema: 1,
  version: "1.2.3",
  task: "send",
  startedAt: "2026-01-02T03:04:05.678Z",
  peer: "peer",
  port: 104,
  callingAeTitle: "ME",
  calledAeTitle: "YOU",
  files: 0,
};

Deno.test("README's columns and metrics are those that are written", () => {
  const files = /^## Files and variables\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
  assertStringIncludes(files, `\`${csvFormat().text(RUN).trim()}\``);
  const metrics = metricsText(RUN, new Tally().event({ exitCode: 0 }), undefined);
  const names = [...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
  assertEquals(names.length, 6);
  for (const name of names) {
    const rest = name.replace("storescu_last_run_", "");
    assert(files.includes(`\`${name}\``) || files.includes(`\`${rest}\``), name);
  }
});
