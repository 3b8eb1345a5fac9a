/** Log configurations whose files stand in the working folder, which these tests change. */

import { assertEquals } from "@std/assert";
import { asFault } from "../../lib/errors.ts";
import { LOGGER } from "../../lib/log/log.ts";
import { runLog as run } from "./run_log.ts";

function hasFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test({
  name: "DCMTK's own examples do what their comments say",
  ignore: !hasFile("/etc/dcmtk/logger.cfg") || !hasFile("/etc/dcmtk/filelog.cfg"),
  async fn() {
    const folder = Deno.makeTempDirSync();
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      const logger = await run(Deno.readTextFileSync("/etc/dcmtk/logger.cfg"));
      assertEquals(logger.out, "");
      assertEquals(
        logger.err.replaceAll(/^\d\d:\d\d:\d\d/gm, ""),
        " FATAL: a fatal\n ERROR: a error\n  WARN: a warn\n  INFO: a info\n",
      );
      assertEquals(logger.backend.threshold(LOGGER.progress), "info");
      const first = Deno.readTextFileSync("storescu.log");
      assertEquals(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} FATAL: a fatal\n/.test(first), true, first);
      assertEquals(first.split("\n").length, 6);

      const filelog = await run(Deno.readTextFileSync("/etc/dcmtk/filelog.cfg"));
      assertEquals(filelog.err.replaceAll(/^\d\d:\d\d:\d\d/gm, ""), " FATAL: a fatal\n ERROR: a error\n");
      const second = Deno.readTextFileSync("storescu.log").slice(first.length);
      assertEquals(/^[-\d:. ]{23} FATAL - storescu - a fatal\n/.test(second), true, second);
      assertEquals(second.split("\n").length, 6);
    } finally {
      Deno.chdir(before);
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("any configuration text is survived", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  let state = seed;
  const below = (limit: number) => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % limit;
  const folder = new URL("../../testdata/log/", import.meta.url);
  const configs = [...Deno.readDirSync(folder)].map((file) =>
    Deno.readTextFileSync(new URL(file.name, folder))
  );
  const pieces = [
    "=",
    ",",
    ".",
    "${",
    "}",
    "%",
    "\n",
    " ",
    "{",
    "9",
    "__proto__",
    "constructor",
    "log4cplus.",
    "\0",
  ];
  const before = Deno.cwd();
  const scratch = Deno.makeTempDirSync();
  Deno.chdir(scratch);
  let survived = 0;
  try {
    for (let round = 0; round < 400; round++) {
      let text = configs[below(configs.length)] ?? "";
      for (let edits = 1 + below(5); edits > 0; edits--) {
        const at = below(text.length + 1);
        text = text.slice(0, at) + (pieces[below(pieces.length)] ?? "") + text.slice(at + below(12));
      }
      const outcome = await run(text).catch((caught) => asFault(caught).kind);
      if (outcome !== "usage") {
        assertEquals(typeof outcome, "object", `seed ${seed}, round ${round}: ${text}`);
      }
      if (outcome !== "usage") survived++;
    }
  } finally {
    Deno.chdir(before);
    Deno.removeSync(scratch, { recursive: true });
  }
  assertEquals(survived > 100, true, `seed ${seed}`);
});
