/** Single files through the whole executable: what is whole arrives as it is, what is broken never starts to travel. */

import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { FILES, FOLDER } from "../../scripts/make_testdata.ts";
import { readInstance } from "../peers/part10.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";

/** Bare data sets do not say how they are encoded. */
const BARE: Readonly<Record<string, string>> = {
  "whole/bare_explicit_little_endian.dcm": "1.2.840.10008.1.2.1",
  "whole/bare_implicit_little_endian.dcm": "1.2.840.10008.1.2",
  "whole/bare_explicit_big_endian.dcm": "1.2.840.10008.1.2.2",
};

const names = Object.keys(FILES);

for (const name of names.filter((name) => name.startsWith("whole/"))) {
  Deno.test(`${name} arrives byte for byte`, async () => {
    const file = await readInstance(`${FOLDER}/${name}`);
    const own = file.transferSyntax ?? BARE[name] ?? "";
    await using peer = startRecordingPeer({
      choose: (_, proposed) => proposed.includes(own) ? own : undefined,
    });
    const { code, stderr } = await runStorescu(["127.0.0.1", String(peer.port), file.path]);
    assertEquals([code, stderr.split("\n").filter((line) => !/^(W: .*)?$/.test(line))], [0, []]);
    const [store, ...more] = await peer.stores();
    assertEquals(more, []);
    assertEquals(store?.transferSyntax, own);
    assertEquals(store?.dataSet, file.dataSet);
  });
}

for (const name of names.filter((name) => name.startsWith("broken/"))) {
  Deno.test(`${name} is refused before anything of it is sent`, async () => {
    await using peer = startRecordingPeer();
    const { code, stdout, stderr } = await runStorescu(["127.0.0.1", String(peer.port), `${FOLDER}/${name}`]);
    assertEquals(code, 1);
    assertEquals(stdout, "");
    assertMatch(stderr, new RegExp(`^E: .*${name}`, "m"));
    assertNotMatch(stderr, /^\s+at |Error:/m);
    assertEquals(await peer.stores(), []);
    for (const { pdus } of peer.associations) assertEquals(pdus.filter(({ type }) => type === "pDataTf"), []);
  });
}
