import { assertEquals } from "@std/assert";
import { buildCommit, buildDate, VERSION } from "../lib/version.ts";

Deno.test("the version is the one in deno.json", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  assertEquals(VERSION, version);
});

Deno.test("run from source there is no build to name", () => {
  assertEquals([buildCommit(), buildDate()], ["source", ""]);
});
