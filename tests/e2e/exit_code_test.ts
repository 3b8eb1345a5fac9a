/** The exit code of a run with several failures is that of the first. */

import { assertEquals } from "@std/assert";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";

const good = `${FOLDER}/whole/explicit_little_endian.dcm`;
const bad = `${FOLDER}/broken/text.dcm`;

interface Case {
  readonly args: readonly string[];
  /** What the peer answers, one C-STORE after the other. */
  readonly statuses: readonly number[];
  readonly code: number;
}

const CASES: readonly Case[] = [
  { args: [good, good], statuses: [0], code: 0 },
  { args: ["-nh", good, good], statuses: [0xb000, 0x0001], code: 0 },
  { args: ["-nh", good, good], statuses: [0xc001, 0xa700], code: 0xc0 },
  { args: ["-nh", good, bad], statuses: [0xa700], code: 0xa7 },
  { args: ["-nh", bad, good], statuses: [0xa700], code: 1 },
  { args: ["-nh", "missing", good], statuses: [0xa700], code: 1 },
  { args: ["-R", "-nh", good, bad], statuses: [0xa700], code: 1 }, // found before anything is sent
  { args: ["-nh", good, "missing"], statuses: [0xa700], code: 1 }, // likewise
  { args: ["-nh", good, good], statuses: [0x0002, 0xa700], code: 1 },
];

Deno.test("the exit code is that of the first failure", async () => {
  for (const { args, statuses, code } of CASES) {
    await using peer = startRecordingPeer({ statuses });
    const options = args.filter((arg) => arg.startsWith("-"));
    const files = args.filter((arg) => !arg.startsWith("-"));
    const result = await runStorescu([...options, "127.0.0.1", String(peer.port), ...files]);
    assertEquals(result.code, code, `${args.join(" ")}, ${statuses}\n${result.stderr}`);
  }
});
