import { assertEquals } from "@std/assert";
import { cutDenort } from "../../scripts/executable_formats.ts";
import { TARGETS } from "../../scripts/denort.ts";
import { STORESCU } from "../peers/available.ts";

Deno.test("the executable begins with the denort whose sum is known", async () => {
  const denort = cutDenort(await Deno.readFile(STORESCU));
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(denort))).toHex();
  assertEquals(sum, TARGETS.get(Deno.build.target)?.sha256);
});
