import { assertEquals } from "@std/assert";
import { FILES, FOLDER } from "../../scripts/make_testdata.ts";

for (const [name, bytes] of Object.entries(FILES)) {
  Deno.test(`testdata/files/${name} is as scripts/make_testdata.ts makes it`, async () => {
    assertEquals(await Deno.readFile(`${FOLDER}/${name}`), bytes);
  });
}
