/** The peers themselves, tried with DCMTK's own sender: what they report must be what was sent. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { abortBytes, associateAcBytes, rejectBytes, RELEASE_RP, storeRsp } from "../peers/answers.ts";
import { have, haveTestFiles, PYDICOM_DATA } from "../peers/available.ts";
import { startDcmqrscp } from "../peers/dcmqrscp.ts";
import { startOrthanc } from "../peers/orthanc.ts";
import { digest, readInstance } from "../peers/part10.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runDcmtk } from "../peers/run_storescu.ts";
import { startScriptedPeer } from "../peers/scripted_peer.ts";
import { startStorescp } from "../peers/storescp.ts";

const ct = `${PYDICOM_DATA}/test_files/CT_small.dcm`;

const CASES = [
  { command: "storescp", start: () => startStorescp(["-v"]), calledAeTitle: "STORESCP" },
  { command: "dcmqrscp", start: () => startDcmqrscp(["-v"]), calledAeTitle: "ARCHIVE" },
  { command: "Orthanc", start: () => startOrthanc(), calledAeTitle: "ORTHANC" },
];

for (const { command, start, calledAeTitle } of CASES) {
  Deno.test({
    name: `${command} shows what it has received`,
    ignore: !have(command, "storescu") || !haveTestFiles(),
    async fn() {
      await using peer = await start();
      assertEquals(await peer.receivedDataSets(), []);

      const sent = await runDcmtk([
        "storescu",
        "-xe",
        "-aec",
        calledAeTitle,
        "127.0.0.1",
        String(peer.port),
        ct,
      ]);
      assertEquals(sent.stderr, "");
      assertEquals(sent.code, 0);

      const original = await readInstance(ct);
      const [received, ...more] = await peer.receivedDataSets();
      assertEquals(more, []);
      assertEquals(received?.sopInstanceUid, original.sopInstanceUid);
      assertEquals(received?.transferSyntax, "1.2.840.10008.1.2.1");
      // DCMTK's sender leaves out the trailing padding, the last 138 bytes of this file.
      const withoutPadding = original.dataSet.subarray(0, -138);
      assertEquals(await digest(received?.dataSet ?? new Uint8Array()), await digest(withoutPadding));
    },
  });
}

Deno.test({
  name: "the recording peer remembers every byte, and answers as it is told",
  ignore: !have("storescu") || !haveTestFiles(),
  async fn() {
    const original = await readInstance(ct);
    await using peer = startRecordingPeer({
      statuses: [0x0000, 0xB007],
      writeBytes: 1,
      responseFragmentBytes: 20,
      associateAc: { maximumLengthReceived: 4096 },
    });
    const sent = await runDcmtk([
      "storescu",
      "-v",
      "-R",
      "-xe",
      "--repeat",
      "2",
      "127.0.0.1",
      String(peer.port),
      ct,
    ]);
    assertStringIncludes(sent.stderr, "Received Store Response (Warning");
    assertEquals(sent.code, 0);

    const stores = await peer.stores();
    assertEquals(stores.map(({ messageId }) => messageId), [1, 2]);
    for (const store of stores) {
      assertEquals(store.sopInstanceUid, original.sopInstanceUid);
      assertEquals(store.transferSyntax, "1.2.840.10008.1.2.1");
      assertEquals(await digest(store.dataSet), await digest(original.dataSet.subarray(0, -138)));
      assertEquals(Math.max(...store.fragmentBytes), 4096 - 12);
    }
    const [association] = peer.associations;
    assertEquals(association?.end, "released");
    assertEquals(association?.pdus.at(-1)?.type, "releaseRq");
    const pDataTfs = association?.pdus.filter(({ type }) => type === "pDataTf") ?? [];
    assertEquals(
      pDataTfs.length,
      stores.length + stores.flatMap(({ fragmentBytes }) => fragmentBytes).length,
    );
  },
});

Deno.test({
  name: "the scripted peer goes through its script, step by step",
  ignore: !have("storescu") || !haveTestFiles(),
  async fn() {
    await using peer = startScriptedPeer(
      [{ read: "associateRq" }, { send: rejectBytes(1, 1, 7) }],
      [
        { read: "associateRq" },
        { send: (seen) => associateAcBytes(seen.rq()), pieceBytes: 3 },
        { read: "message" },
        { send: abortBytes(2, 6) },
        { close: true },
      ],
      [
        { read: "associateRq" },
        { send: (seen) => associateAcBytes(seen.rq()) },
        { read: "message" },
        { send: (seen) => storeRsp(seen.command().contextId, seen.command(), 0) },
        { read: "releaseRq" },
        { send: RELEASE_RP },
      ],
    );
    const args = ["storescu", "-R", "127.0.0.1", String(peer.port), ct];
    const rejected = await runDcmtk(args);
    assertStringIncludes(rejected.stderr, "Called AE Title Not Recognized");
    const aborted = await runDcmtk(args);
    assertStringIncludes(aborted.stderr, "Peer aborted Association");
    const stored = await runDcmtk(args);
    assertEquals([stored.code, stored.stderr], [0, ""]);

    assertEquals(peer.connections.length, 3);
    for (const index of [0, 1, 2]) assertEquals((await peer.ended(index)).finished, true);
  },
});
