import { assertEquals } from "@std/assert";
import { withOptions } from "../lib/cli/markdown.ts";

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
