/**
 * Every test file pydicom has, sent to real peers: what is said to be stored has arrived, and in the transfer syntax of
 * the file it is the data set of the file, byte for byte.
 */

import { assert, assertEquals } from "@std/assert";
import { have, haveTestFiles } from "../peers/available.ts";
import { canonicalDataSet } from "../peers/canonical.ts";
import { startDcmqrscp } from "../peers/dcmqrscp.ts";
import { startOrthanc } from "../peers/orthanc.ts";
import { digest, type StoredInstance } from "../peers/part10.ts";
import { runDcmtk, runStorescu } from "../peers/run_storescu.ts";
import { startStorescp } from "../peers/storescp.ts";
import { claimedStored, readTestFiles, withDistinctInstances } from "../peers/test_files.ts";

/** Its meta header names another transfer syntax than the one it is in: it cannot go out as it is. */
const MISLABELLED = "/SC_rgb_jpeg.dcm";

const CASES = [
  {
    name: "storescp that takes every transfer syntax",
    command: "storescp",
    start: () => startStorescp(),
    calledAeTitle: "ANY-SCP",
    select: (files: StoredInstance[]) => files,
    fewestUnchanged: 120,
  },
  {
    name: "storescp that takes implicit VR only",
    command: "storescp",
    start: () => startStorescp(["--implicit"]),
    calledAeTitle: "ANY-SCP",
    select: (files: StoredInstance[]) => files,
    fewestUnchanged: 5,
  },
  {
    name: "dcmqrscp",
    command: "dcmqrscp",
    start: () => startDcmqrscp(),
    calledAeTitle: "ARCHIVE",
    select: withDistinctInstances,
    fewestUnchanged: 20,
  },
  {
    name: "Orthanc",
    command: "Orthanc",
    start: () => startOrthanc(),
    calledAeTitle: "ORTHANC",
    select: withDistinctInstances,
    fewestUnchanged: 20,
  },
];

for (const { name, command, start, calledAeTitle, select, fewestUnchanged } of CASES) {
  Deno.test({
    name: `what arrives at ${name} is what the files hold`,
    ignore: !have(command, "dcmconv") || !haveTestFiles(),
    async fn() {
      await using peer = await start();
      const files = select((await readTestFiles()).filter(({ path }) => !path.endsWith(MISLABELLED)));
      const args = [
        "-v",
        "-nh",
        "-aec",
        calledAeTitle,
        "127.0.0.1",
        String(peer.port),
        ...files.map(({ path }) => path),
      ];
      const { code, stderr } = await runStorescu(args);

      const stored = claimedStored(stderr);
      const received = await peer.receivedDataSets();
      assertEquals(received.length, stored.length);
      assertEquals(code === 0, stored.length === files.length);
      for (const { path } of files) {
        if (!stored.includes(path)) assert(stderr.includes(`${path}`), `not a word about ${path}`);
      }

      const sent = files.filter(({ path }) => stored.includes(path));
      const { unchanged, altered } = await compare(sent, received);
      assertEquals(altered, []);
      assert(
        unchanged >= fewestUnchanged,
        `only ${unchanged} data sets arrived in the transfer syntax of their file`,
      );
    },
  });
}

/**
 * Pairs what arrived with what was sent. A data set is altered when it is not one of those that were sent, although it
 * has the transfer syntax of the file with its instance, unless dcmconv finds no difference between the two: some
 * archives encode lengths in their own way.
 */
async function compare(
  sent: readonly StoredInstance[],
  received: readonly StoredInstance[],
): Promise<{ unchanged: number; altered: string[] }> {
  const left = new Map<string, number>();
  for (const { dataSet } of sent) {
    const sum = await digest(dataSet);
    left.set(sum, (left.get(sum) ?? 0) + 1);
  }
  let unchanged = 0;
  const altered: string[] = [];
  for (const { path, dataSet, sopInstanceUid, transferSyntax } of received) {
    const sum = await digest(dataSet);
    const count = left.get(sum) ?? 0;
    if (count > 0) {
      left.set(sum, count - 1);
      unchanged++;
      continue;
    }
    const origins = sent.filter((file) => holds(file, sopInstanceUid));
    if (origins.some((file) => file.transferSyntax !== transferSyntax)) continue;
    const [origin] = origins;
    const same = origin !== undefined &&
      await digest(await canonicalDataSet(path)) === await digest(await canonicalDataSet(origin.path));
    if (!same) altered.push(`${sopInstanceUid} in ${transferSyntax}, from ${origin?.path}`);
  }
  return { unchanged, altered };
}

/** True when it is the instance of the file, by its meta header or, where that says otherwise, by its data set. */
function holds({ sopInstanceUid, dataSet }: StoredInstance, wanted: string | undefined): boolean {
  if (wanted === undefined) return false;
  return sopInstanceUid === wanted ||
    new TextDecoder("latin1").decode(dataSet.subarray(0, 4096)).includes(wanted);
}

Deno.test({
  name: "what DCMTK's sender gets stored, this one gets stored",
  ignore: !have("storescp", "storescu") || !haveTestFiles(),
  async fn() {
    await using ours = await startStorescp();
    await using theirs = await startStorescp();
    const paths = (await readTestFiles()).map(({ path }) => path);
    const [here, there] = await Promise.all([
      runStorescu(["-v", "-nh", "127.0.0.1", String(ours.port), ...paths]),
      runDcmtk(["storescu", "-v", "-nh", "127.0.0.1", String(theirs.port), ...paths], {
        env: { TCP_NODELAY: "1" },
      }),
    ]);
    const stored = claimedStored(there.stderr);
    assert(stored.length > 100);
    const claimed = new Set(claimedStored(here.stderr));
    assertEquals(stored.filter((path) => !claimed.has(path)), []);
    assert(claimed.size > stored.length, "this one proposes what the files need");
  },
});
