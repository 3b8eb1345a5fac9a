/** Options and variables of older command lines: honoured, refused, or said to be without effect; never ignored. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { freePort } from "../peers/started_process.ts";

const file = `${FOLDER}/whole/explicit_little_endian.dcm`;

interface Case {
  readonly args?: string;
  readonly env?: Record<string, string>;
  readonly says: string;
}

const CASES: readonly Case[] = [
  { args: "+tla -vc", says: "D: --verify-peer-cert " },
  { args: "+tla +dp none", says: "D: --dhparam " },
  { args: "+tla +rs none", says: "D: --seed " },
  { args: "+tla +rs none +ws", says: "D: --write-seed " },
  { args: "+tla +rs none +wf none", says: "D: --write-seed-file " },
  { env: { TCP_BUFFER_LENGTH: "65536" }, says: "D: TCP_BUFFER_LENGTH=65536 " },
];

Deno.test("options without effect say so", async () => {
  for (const { args = "", env = {}, says } of CASES) {
    const argv = ["-d", ...args.split(" ").filter(Boolean), "127.0.0.1", String(freePort()), file];
    const { code, stderr } = await runStorescu(argv, { env });
    const line = stderr.split("\n").find((text) => text.startsWith(says)) ?? stderr;
    assertStringIncludes(line, "has no effect", says);
    assertEquals(code, 1); // nobody listens there
  }
});

Deno.test("--request-sni without TLS is refused", async () => {
  const { code, stderr } = await runStorescu(["--request-sni", "pacs", "127.0.0.1", "1", file]);
  assertStringIncludes(stderr, "error: --request-sni only allowed with --enable-tls or --anonymous-tls");
  assertEquals(code, 1);
});
