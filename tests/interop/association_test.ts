/** The association engine alone against DCMTK: no file is parsed, no option evaluated. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Association } from "../../lib/association/association.ts";
import {
  acceptedContexts,
  defaultContexts,
  neededContexts,
  numbered,
} from "../../lib/association/proposal.ts";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import type { AssociateRq } from "../../lib/pdu/types.ts";
import { connectTo, PATIENT, RQ } from "../association/dialogue.ts";
import { have, haveTestFiles, PYDICOM_DATA } from "../peers/available.ts";
import { startDcmqrscp } from "../peers/dcmqrscp.ts";
import { digest, readInstance } from "../peers/part10.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runDcmtk } from "../peers/run_storescu.ts";
import { startStorescp } from "../peers/storescp.ts";

const UNCOMPRESSED = {
  preferred: "1.2.840.10008.1.2.1",
  fallback: ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2"],
  exclusive: false,
  combine: false,
};

const FILES = [
  "CT_small.dcm", // explicit little endian
  "MR_small_implicit.dcm",
  "ExplVR_BigEnd.dcm",
  "JPEG2000.dcm", // encapsulated
  "image_dfl.dcm",
  "SC_ybr_full_422_uncompressed.dcm",
  "MR_small_RLE.dcm",
];

const PEERS = [
  { command: "storescp", start: startStorescp, calledAeTitle: "STORESCP" },
  { command: "dcmqrscp", start: startDcmqrscp, calledAeTitle: "ARCHIVE" },
];

for (const { command, start, calledAeTitle } of PEERS) {
  Deno.test({
    name: `data sets arrive at ${command} byte for byte`,
    ignore: !have(command) || !haveTestFiles(),
    async fn() {
      await using peer = await start();
      const instances = await Promise.all(
        FILES.map((name) => readInstance(`${PYDICOM_DATA}/test_files/${name}`)),
      );
      // One context for each, so that no peer takes another transfer syntax than the file's.
      const contexts = numbered(instances.map(({ sopClassUid = "", transferSyntax = "" }) => {
        return { abstractSyntax: sopClassUid, transferSyntaxes: [transferSyntax] };
      }));
      const rq: AssociateRq = { ...RQ, calledAeTitle, contexts };
      const association = await Association.request(await connectTo(peer.port), rq, PATIENT);
      const accepted = acceptedContexts(contexts, association.ac.contexts, (text) => {
        throw new Error(text);
      });
      const sent: typeof instances = [];
      for (const [i, instance] of instances.entries()) {
        const { sopClassUid = "", sopInstanceUid = "", transferSyntax = "", dataSet } = instance;
        const context = accepted.find((each) =>
          each.abstractSyntax === sopClassUid && each.transferSyntax === transferSyntax
        );
        if (context === undefined) continue; // dcmqrscp takes nothing compressed
        const even = dataSet.length % 2 === 0 ? dataSet : dataSet.subarray(0, -1);
        const { response } = await association.store(
          context.id,
          { messageId: i + 1, sopClassUid, sopInstanceUid },
          memorySource(even),
        );
        assertEquals((await response).status, 0, FILES[i]);
        sent.push({ ...instance, dataSet: even });
      }
      await association.release();
      assert(sent.length >= 4, `${sent.length} sent`);

      const digests = (list: typeof instances) =>
        Promise.all(list.map(async (each) => `${each.sopInstanceUid} ${await digest(each.dataSet)}`));
      const received = await peer.receivedDataSets();
      assertEquals((await digests(received)).sort(), (await digests(sent)).sort());
    },
  });
}

Deno.test({
  name: "the default proposal is DCMTK's, octet for octet, and so is the smallest",
  ignore: !have("storescu") || !haveTestFiles(),
  async fn() {
    const ct = "1.2.840.10008.5.1.4.1.1.2";
    const cases = [
      { args: [], contexts: numbered(defaultContexts(UNCOMPRESSED)) },
      { args: ["+C"], contexts: numbered(defaultContexts({ ...UNCOMPRESSED, combine: true })) },
      {
        args: ["-R"],
        contexts: numbered(
          neededContexts([{ sopClassUid: ct, transferSyntax: UNCOMPRESSED.preferred }], UNCOMPRESSED)[0] ??
            [],
        ),
      },
      {
        args: ["-R", "-xi"],
        contexts: numbered([{ abstractSyntax: ct, transferSyntaxes: ["1.2.840.10008.1.2"] }]),
      },
    ];
    for (const { args, contexts } of cases) {
      await using peer = startRecordingPeer();
      const file = `${PYDICOM_DATA}/test_files/CT_small.dcm`;
      const run = await runDcmtk(["storescu", ...args, "127.0.0.1", String(peer.port), file]);
      assertEquals(run.code, 0, run.stderr);
      await peer.stores();
      const [association] = peer.associations;
      const theirs = association?.rq;
      if (association === undefined || theirs === undefined) throw new Error("nothing recorded");
      const { implementationClassUid, implementationVersionName } = theirs;
      assertStringIncludes(implementationVersionName, "OFFIS_DCMTK_");
      const ours = encodePdu({ ...RQ, contexts, implementationClassUid, implementationVersionName });
      assertEquals(ours.toHex(), association.bytes().subarray(0, ours.length).toHex(), args.join(" "));
    }
  },
});
