/** Memory does not depend on what is sent; a file that changes under way is never presented as whole. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { associateAcBytes } from "../peers/answers.ts";
import { have } from "../peers/available.ts";
import { imageFile, writeSparseImage } from "../peers/made_up_files.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { startScriptedPeer } from "../peers/scripted_peer.ts";
import { startStorescp } from "../peers/storescp.ts";
import { waitFor } from "../peers/wait_for.ts";

const MEGABYTE = 1_000_000;
const GIGABYTE = 1_000 * MEGABYTE;
const MOST_MEMORY = 120 * MEGABYTE;
/** What the kernel counts differs from run to run. */
const SLACK = 15 * MEGABYTE;

Deno.test({
  name: "an object of 2 GB takes no more memory than one of 100 MB",
  ignore: !have("storescp"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "storescu-large-" });
    try {
      await using peer = await startStorescp(["--ignore", "--max-pdu", "131072"]);
      const peak = async (pixelBytes: number) => {
        const path = `${folder}/${pixelBytes}.dcm`;
        await writeSparseImage(path, pixelBytes);
        const run = await runStorescu(["127.0.0.1", String(peer.port), path], {
          watchMemory: true,
          timeoutSeconds: 120,
        });
        assertEquals([run.code, run.stderr], [0, ""]);
        return run.peakMemoryBytes;
      };
      const small = await peak(100 * MEGABYTE);
      const large = await peak(2 * GIGABYTE);
      assert(large < MOST_MEMORY, `${large / MEGABYTE} MB`);
      assert(large < small + SLACK, `${small / MEGABYTE} MB grew to ${large / MEGABYTE} MB`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "20,000 files take no more memory than 2,000",
  ignore: !have("storescp"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "storescu-many-" });
    try {
      await using peer = await startStorescp(["--ignore"]);
      await Deno.writeFile(`${folder}/image`, imageFile());
      const peak = async (folders: number, filesEach: number) => {
        const top = `${folder}/${folders}x${filesEach}`;
        for (let index = 0; index < folders * filesEach; index++) {
          const inner = `${top}/${Math.floor(index / filesEach)}`;
          if (index % filesEach === 0) Deno.mkdirSync(inner, { recursive: true });
          Deno.linkSync(`${folder}/image`, `${inner}/${index}.dcm`);
        }
        const args = ["-v", "+sd", "+r", "127.0.0.1", String(peer.port), top];
        const run = await runStorescu(args, { watchMemory: true, timeoutSeconds: 180 });
        assertEquals(run.code, 0);
        const stored = run.stderr.match(/^I: Received Store Response \(Success\)$/gm)?.length;
        assertEquals(stored, folders * filesEach);
        return run.peakMemoryBytes;
      };
      const few = await peak(2, 1_000);
      const many = await peak(20, 1_000);
      const flat = await peak(1, 20_000);
      const megabytes = [few, many, flat].map((bytes) => bytes / MEGABYTE);
      assert(many < few + SLACK, `grew from ${megabytes[0]} MB to ${megabytes[1]} MB`);
      assert(Math.max(many, flat) < MOST_MEMORY, `up to ${Math.max(...megabytes)} MB`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a file that shrinks while it is being sent ends in an abort, not in a shorter object", async () => {
  const folder = await Deno.makeTempDir({ prefix: "storescu-shrinking-" });
  try {
    const path = `${folder}/shrinking.dcm`;
    await writeSparseImage(path, 200 * MEGABYTE);
    let release = () => {};
    const shrunk = new Promise<void>((resolve) => release = resolve);
    await using peer = startScriptedPeer([
      { read: "associateRq" },
      { send: (seen) => associateAcBytes(seen.rq()) },
      { read: "pDataTf" },
      { waitFor: () => shrunk },
      { read: "abort" },
      { close: true },
    ]);
    const running = runStorescu(["127.0.0.1", String(peer.port), path]);
    await waitFor(
      "the first P-DATA-TF",
      () => peer.connections[0]?.pdus.some(({ type }) => type === "pDataTf"),
    );
    await Deno.truncate(path, 1000);
    release();
    const { code, stderr } = await running;
    assert(code !== 0);
    assertMatch(stderr, new RegExp(`^E: .*${path}`, "m"));
    const { pdus, finished } = await peer.ended();
    assertEquals(finished, true); // the abort came
    const lastFragments = pdus.flatMap((pdu) => pdu.type === "pDataTf" ? pdu.pdvs : [])
      .filter(({ isCommand, isLast }) => !isCommand && isLast);
    assertEquals(lastFragments, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a folder without +sd, a missing file and one that may not be read are each named", async () => {
  const { code, stderr } = await runStorescu(["127.0.0.1", "104", FOLDER, "/nonexistent/file.dcm"]);
  assertEquals(code, 1);
  assertMatch(stderr, new RegExp(`^[WE]: .*${FOLDER}`, "m"));
  assertMatch(stderr, /^[WEF]: .*\/nonexistent\/file\.dcm/m);
});
