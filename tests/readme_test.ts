import { assertEquals } from "@std/assert";
import { withOptions } from "../lib/cli/markdown.ts";

Deno.test("README's list of options is in step with the table", () => {
  const readme = Deno.readTextFileSync(new URL("../README.md", import.meta.url));
  assertEquals(readme, withOptions(readme), "run: sh scripts/deno run -A scripts/readme_options.ts");
});
