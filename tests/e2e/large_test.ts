/** Memory does not depend on what is sent; a file that changes under way is never presented as whole. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createDeflateRaw, createGzip } from "node:zlib";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { associateAcBytes } from "../peers/answers.ts";
import { have } from "../peers/available.ts";
import {
  CT_IMAGE_STORAGE,
  imageFile,
  instanceUid,
  metaHeader,
  SYNTAX_OF,
  writeSparseImage,
} from "../peers/made_up_files.ts";
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

/** What is deflated or gzipped must be inflated, what the peer wants deflated must be deflated, on the way. */
const COMPRESSIONS: Readonly<Record<string, { pack?: () => ZlibStream; accept: string; args: string[] }>> = {
  "a deflated data set that the peer wants inflated": {
    pack: () => createDeflateRaw({ level: 1 }),
    accept: "--prefer-uncompr",
    args: [],
  },
  "a file in a .gz": { pack: () => createGzip({ level: 1 }), accept: "--prefer-uncompr", args: [] },
  "a data set that the peer wants deflated": {
    accept: "--prefer-deflated",
    args: ["--propose-deflated", "--compression-level", "1"],
  },
};

for (const [what, { pack, accept, args }] of Object.entries(COMPRESSIONS)) {
  Deno.test({
    name: `${what}, of 1.5 GB, takes no more memory than others`,
    ignore: !have("storescp"),
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "storescu-deflated-" });
      try {
        const plain = `${folder}/plain.dcm`;
        await writeSparseImage(plain, 1.5 * GIGABYTE);
        const path = pack === undefined
          ? plain
          : `${folder}/packed.${what.endsWith(".gz") ? "dcm.gz" : "dcm"}`;
        if (pack !== undefined) await packFile(plain, path, pack());
        await using peer = await startStorescp(["--ignore", "--max-pdu", "131072", accept]);
        const run = await runStorescu(["-v", ...args, "127.0.0.1", String(peer.port), path], {
          watchMemory: true,
          timeoutSeconds: 120,
        });
        assertEquals(run.code, 0, run.stderr);
        assertMatch(run.stderr, /^I: Received Store Response \(Success\)$/m);
        assert(run.peakMemoryBytes < MOST_MEMORY, `${run.peakMemoryBytes / MEGABYTE} MB`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

type ZlibStream = ReturnType<typeof createDeflateRaw> | ReturnType<typeof createGzip>;

/** Packs a whole file, or its data set alone behind a meta header that says so. */
async function packFile(plain: string, packed: string, pack: ZlibStream): Promise<void> {
  using input = await Deno.open(plain);
  using output = await Deno.open(packed, { write: true, create: true });
  if (packed.endsWith(".dcm")) {
    const [syntax, instance] = ["1.2.840.10008.1.2.1.99", instanceUid(1)];
    await output.write(metaHeader(syntax, CT_IMAGE_STORAGE, instance));
    await input.seek(metaHeader(SYNTAX_OF.explicit, CT_IMAGE_STORAGE, instance).length, Deno.SeekMode.Start);
  }
  const piece = new Uint8Array(1024 * 1024);
  const feed = async () => {
    for (let got = await input.read(piece); got !== null; got = await input.read(piece)) {
      const part = piece.subarray(0, got);
      await new Promise<void>((resolve) => pack.write(part, () => resolve()));
    }
    pack.end();
  };
  const drain = async () => {
    for await (const part of pack) await output.write(part);
  };
  await Promise.all([feed(), drain()]);
}

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
