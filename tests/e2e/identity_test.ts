/** Where a password or token may come from, that it reaches the peer, and nothing else. */

import { assertEquals } from "@std/assert";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";

const file = `${FOLDER}/whole/explicit_little_endian.dcm`;
const SECRET = "s3cret w0rd";

interface Case {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** What the secret file holds. */
  readonly content?: string;
  readonly secondary: string;
  readonly primary?: string;
}

const CASES: readonly Case[] = [
  { args: ["-usr", "bob", "-pwd", SECRET], secondary: SECRET },
  { args: ["-usr", "bob", "--password-file", "secret"], content: `${SECRET}\n`, secondary: SECRET },
  { args: ["-usr", "bob", "--password-file", "secret"], content: SECRET, secondary: SECRET },
  { args: ["-usr", "bob"], env: { STORESCU_PASSWORD: SECRET }, secondary: SECRET },
  { args: ["-usr", "bob", "-epw"], env: { STORESCU_PASSWORD: SECRET }, secondary: "" },
  { args: ["--jwt", "secret"], content: SECRET, primary: SECRET, secondary: "" },
  { args: ["--saml", "secret"], content: SECRET, primary: SECRET, secondary: "" },
  { args: ["-kt", "secret"], content: SECRET, primary: SECRET, secondary: "" },
];

Deno.test("a password or token reaches the peer, from wherever it comes, and no log", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const { args, env = {}, content = "", primary = "bob", secondary } of CASES) {
      await Deno.writeTextFile(`${folder}/secret`, content);
      await using peer = startRecordingPeer();
      const all = ["-d", "+v", "--arguments", ...args, "127.0.0.1", String(peer.port), file];
      const { code, stdout, stderr } = await runStorescu(all, { env, cwd: folder });
      assertEquals(code, 0, stderr);
      const identity = peer.associations[0]?.rq?.userIdentity;
      const sent = [identity?.primary, identity?.secondary].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals(sent, [primary, secondary], args.join(" "));
      assertEquals((stdout + stderr).split("\n").filter((line) => line.includes(SECRET)), [], args.join(" "));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
