/** README's table of differences from DCMTK, the differential test and this program are in step. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CASES } from "./interop/differential/cases.ts";
import { ANYWHERE, DIFFERENCES, NOT_SHOWN, SHOWN_ELSEWHERE } from "./interop/differential/differences.ts";

const readme = Deno.readTextFileSync(new URL("../README.md", import.meta.url));
const section = /^## Differences from DCMTK\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
/** The rows, as cells; those without an id are headings. */
const rows = [...section.matchAll(/^\| `([a-z-]+)` \| (.*) \| (.*) \|$/gm)].map(([, id = "", ...cells]) => ({
  id,
  cells,
}));
const shown = new Set<string>(ANYWHERE);
for (const { differs = [], mayDiffer = [] } of CASES) {
  for (const name of [...differs, ...mayDiffer]) shown.add(name);
}

Deno.test("each difference is a row of README, and each row is a difference", () => {
  const ids = rows.map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length, "a row is there twice");
  const known = [...Object.keys(DIFFERENCES), ...Object.keys(SHOWN_ELSEWHERE), ...Object.keys(NOT_SHOWN)];
  assertEquals(ids.toSorted(), known.toSorted());
});

Deno.test("each row says what is done here", () => {
  for (const { id, cells } of rows) assert((cells[1] ?? "").trim() !== "", id);
});

Deno.test("each difference is shown by a case, by another test, or says why not", () => {
  assertEquals(Object.keys(DIFFERENCES).filter((name) => !shown.has(name)), []);
  for (const [file, name] of Object.values(SHOWN_ELSEWHERE)) {
    assertStringIncludes(Deno.readTextFileSync(new URL(`../tests/${file}`, import.meta.url)), name);
  }
  for (const reason of Object.values(NOT_SHOWN)) assert(reason.length > 10);
});

Deno.test("the differential test has cases enough, all of them different", () => {
  const names = CASES.map(({ args, peer, env }) => JSON.stringify([args, peer?.name, env]));
  assertEquals(names.filter((name, index) => names.indexOf(name) !== index), []);
  assert(CASES.length >= 120);
});
