/** The peers themselves, tried with DCMTK's own sender: what they report must be what was sent. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { have, haveTestFiles, PYDICOM_DATA } from "../peers/available.ts";
import { startDcmqrscp } from "../peers/dcmqrscp.ts";
import { startOrthanc } from "../peers/orthanc.ts";
import { digest, readInstance } from "../peers/part10.ts";
import { runDcmtk } from "../peers/run_storescu.ts";
import { startStorescp } from "../peers/storescp.ts";

const ct = `${PYDICOM_DATA}/test_files/CT_small.dcm`;

const CASES = [
  { command: "storescp", start: () => startStorescp(["-v"]), calledAeTitle: "STORESCP", keepsBytes: true },
  { command: "dcmqrscp", start: () => startDcmqrscp(["-v"]), calledAeTitle: "ARCHIVE", keepsBytes: true },
  { command: "Orthanc", start: () => startOrthanc(), calledAeTitle: "ORTHANC", keepsBytes: false },
];

for (const { command, start, calledAeTitle, keepsBytes } of CASES) {
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
      if (keepsBytes) {
        // DCMTK's sender leaves out the trailing padding, the last 138 bytes of this file.
        const withoutPadding = original.dataSet.subarray(0, -138);
        assertEquals(await digest(received?.dataSet ?? new Uint8Array()), await digest(withoutPadding));
        assertStringIncludes(peer.output(), "Association Received");
      }
    },
  });
}
