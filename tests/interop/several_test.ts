/** Several associations (--jobs) and several operations on one (--max-ops-invoked), with peers that take part or do not. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { OperationsWindow } from "../../lib/pdu/types.ts";
import { type ReceiverOptions, startReceiver } from "../../lib/receiver/receiver.ts";
import { associateAcBytes, storeRsp } from "../peers/answers.ts";
import { have } from "../peers/available.ts";
import { startDcmqrscp } from "../peers/dcmqrscp.ts";
import { imageFile, instanceUid } from "../peers/made_up_files.ts";
import { startOrthanc } from "../peers/orthanc.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { type Seen, startScriptedPeer } from "../peers/scripted_peer.ts";
import { startStorescp } from "../peers/storescp.ts";
import { waitFor } from "../peers/wait_for.ts";

/** A folder with so many different instances; gone at the end of the scope. */
async function images(count: number): Promise<AsyncDisposable & { folder: string; paths: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "storescu-several-" });
  const paths: string[] = [];
  for (let number = 1; number <= count; number++) {
    const path = `${folder}/${String(number).padStart(4, "0")}.dcm`;
    await Deno.writeFile(path, imageFile({ number }));
    paths.push(path);
  }
  return { folder, paths, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

function uidsUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => instanceUid(index + 1)).sort();
}

/** One after the other, as a peer must be able to rely on. */
function ascendingFromOne(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => number === index + 1);
}

Deno.test("--jobs sends every file once, each association with its own message IDs, in the order given", async () => {
  await using files = await images(24);
  await using peer = startRecordingPeer({ answerDelayMs: 20 });
  const run = await runStorescu(["--jobs", "4", "127.0.0.1", String(peer.port), ...files.paths]);
  assertEquals([run.code, run.stderr], [0, ""]);
  const stores = await peer.stores();
  assertEquals(stores.map(({ sopInstanceUid }) => sopInstanceUid).sort(), uidsUpTo(24));
  assertEquals(peer.associations.length, 4);
  for (const { stores, end } of peer.associations) {
    assertEquals(end, "released");
    assert(stores.length > 0);
    assert(ascendingFromOne(stores.map(({ messageId }) => messageId)));
    const numbers = stores.map(({ sopInstanceUid }) => Number(sopInstanceUid.split(".").at(-1)));
    assertEquals(numbers, [...numbers].sort((a, b) => a - b));
  }
});

Deno.test("--jobs opens no more associations than there are files", async () => {
  await using files = await images(2);
  await using peer = startRecordingPeer({ answerDelayMs: 20 });
  const run = await runStorescu(["--jobs", "8", "127.0.0.1", String(peer.port), ...files.paths]);
  assertEquals([run.code, run.stderr, (await peer.stores()).length], [0, "", 2]);
  assert(peer.associations.length <= 2, `${peer.associations.length} associations`);
});

Deno.test({
  name: "--jobs goes on with the associations that the peer takes, and says so",
  ignore: !have("dcmqrscp"),
  async fn() {
    await using files = await images(40);
    // Not 2: dcmqrscp takes files of one patient that arrive at the same time for one another.
    await using peer = await startDcmqrscp([], { maxAssociations: 1 });
    const args = ["--jobs", "6", "--call", "ARCHIVE", "127.0.0.1", String(peer.port), ...files.paths];
    const run = await runStorescu(args);
    assertEquals(run.code, 0, run.stderr);
    assertMatch(run.stderr, /^W: going on with fewer associations: Association Rejected/m);
    const stored = (await peer.receivedDataSets()).map(({ sopInstanceUid }) => sopInstanceUid);
    assertEquals(stored.sort(), uidsUpTo(40));
  },
});

for (const fork of [[], ["--fork"]]) {
  Deno.test({
    name: `--jobs with storescp ${fork.join(" ") || "that serves one association at a time"}`,
    ignore: !have("storescp"),
    async fn() {
      await using files = await images(40);
      await using peer = await startStorescp(fork);
      const run = await runStorescu(["--jobs", "8", "127.0.0.1", String(peer.port), ...files.paths]);
      assertEquals([run.code, run.stderr], [0, ""]);
      const stored = (await peer.receivedDataSets()).map(({ sopInstanceUid }) => sopInstanceUid);
      assertEquals(stored.sort(), uidsUpTo(40));
    },
  });
}

Deno.test({
  name: "--jobs and --max-ops-invoked with Orthanc",
  ignore: !have("Orthanc"),
  async fn() {
    await using files = await images(30);
    await using peer = await startOrthanc();
    const args = [
      "--jobs",
      "4",
      "--max-ops-invoked",
      "8",
      "--call",
      "ORTHANC",
      "127.0.0.1",
      String(peer.port),
    ];
    const run = await runStorescu([...args, ...files.paths]);
    assertEquals([run.code, run.stderr], [0, ""]);
    const stored = (await peer.receivedDataSets()).map(({ sopInstanceUid }) => sopInstanceUid);
    assertEquals(stored.sort(), uidsUpTo(30));
  },
});

Deno.test("an association that is lost does not end the others", async () => {
  await using files = await images(30);
  const poison = instanceUid(5);
  const stored: string[] = [];
  await using peer = startReceiver({
    responseDelayMs: 5,
    receive: ({ sopInstanceUid }) => ({
      data: () => {},
      complete: () => {
        if (sopInstanceUid === poison) throw new Error("this receiver leaves");
        stored.push(sopInstanceUid);
        return 0;
      },
    }),
  });
  const run = await runStorescu(["--jobs", "3", "127.0.0.1", String(peer.port), ...files.paths]);
  assertEquals(run.code, 10);
  assertMatch(run.stderr, /^E: Store Failed, file: .*\/0005\.dcm/m);
  assertEquals(stored.sort(), uidsUpTo(30).filter((uid) => uid !== poison));
});

Deno.test("with --jobs a peer that is gone for good ends the run, and what was not sent is counted", async () => {
  await using files = await images(50);
  let seen = 0;
  let leave = () => {};
  const leaving = new Promise<void>((resolve) => leave = resolve);
  const peer = startReceiver({
    receive: () => ({
      data: () => {},
      complete: () => {
        if (++seen === 10) leave();
        if (seen >= 10) throw new Error("this receiver leaves");
        return 0;
      },
    }),
  });
  const running = runStorescu(["--jobs", "4", "127.0.0.1", String(peer.port), ...files.paths]);
  await leaving;
  await peer[Symbol.asyncDispose]();
  const { code, stderr } = await running;
  assertEquals(code, 10);
  assertMatch(stderr, /^E: \d+ files were not tried$/m);
});

Deno.test("with --jobs the first failure of an association is its last: a peer that is not well is left alone", async () => {
  await using files = await images(50);
  await using peer = startReceiver({
    receive: () => {
      throw new Error("this receiver aborts");
    },
  });
  const run = await runStorescu(["--jobs", "4", "127.0.0.1", String(peer.port), ...files.paths]);
  assertEquals(run.code, 10);
  const lost = [...run.stderr.matchAll(/^E: Store Failed/mg)].length;
  assert(lost <= 4, `${lost} files lost`);
  assertMatch(run.stderr, new RegExp(`^E: ${50 - lost} files were not tried$`, "m"));
});

Deno.test("with --jobs a refused file gets its own name, the others theirs", async () => {
  await using files = await images(20);
  const refused = [instanceUid(3), instanceUid(11)];
  await using peer = startReceiver({
    responseDelayMs: 5,
    receive: ({ sopInstanceUid }) => ({
      data: () => {},
      complete: () => refused.includes(sopInstanceUid) ? 0xa700 : 0,
    }),
  });
  const args = ["--jobs", "4", "--no-halt", "+sd", "+rn", "127.0.0.1", String(peer.port), files.folder];
  const run = await runStorescu(args);
  assertEquals(run.code, 0xa7);
  const names = [...Deno.readDirSync(files.folder)].map(({ name }) => name).sort();
  const expected = files.paths.map((path, index) => {
    const ending = refused.includes(instanceUid(index + 1)) ? "bad" : "done";
    return `${path.slice(files.folder.length + 1)}.${ending}`;
  });
  assertEquals(names, expected);
});

/** A receiver that counts how many operations are under way at most. */
function countingReceiver(
  delayMs: (messageId: number) => number,
  operationsWindow?: (proposed: OperationsWindow) => OperationsWindow,
) {
  const counts = { underway: 0, most: 0 };
  const uids: string[] = [];
  const answers: number[] = [];
  const options: ReceiverOptions = {
    responseDelayMs: (messageId) => {
      const ms = delayMs(messageId);
      counts.most = Math.max(counts.most, ++counts.underway);
      setTimeout(() => {
        counts.underway--;
        answers.push(messageId);
      }, ms);
      return ms;
    },
    ...(operationsWindow === undefined ? {} : { operationsWindow }),
    receive: ({ sopInstanceUid }) => ({ data: () => {}, complete: () => (uids.push(sopInstanceUid), 0) }),
  };
  return { receiver: startReceiver(options), counts, uids, answers };
}

const WINDOWS: readonly {
  readonly name: string;
  readonly wish: string;
  readonly answer?: (proposed: OperationsWindow) => OperationsWindow;
  readonly most: number;
}[] = [
  { name: "the peer agrees", wish: "8", answer: (proposed) => proposed, most: 8 },
  { name: "the peer allows fewer", wish: "16", answer: () => ({ maxInvoked: 3, maxPerformed: 1 }), most: 3 },
  {
    name: "the peer answers more than was asked for",
    wish: "4",
    answer: () => ({ maxInvoked: 500, maxPerformed: 1 }),
    most: 4,
  },
  {
    name: "both know no limit, and there are few files",
    wish: "0",
    answer: () => ({ maxInvoked: 0, maxPerformed: 0 }),
    most: 60,
  },
  { name: "the peer ignores the item", wish: "16", most: 1 },
];

for (const { name, wish, answer, most } of WINDOWS) {
  Deno.test(`--max-ops-invoked ${wish}: ${name}`, async () => {
    await using files = await images(60);
    const { receiver, counts, uids } = countingReceiver(() => 20, answer);
    await using peer = receiver;
    const args = ["--max-ops-invoked", wish, "127.0.0.1", String(peer.port), ...files.paths];
    const run = await runStorescu(args);
    assertEquals([run.code, run.stderr], [0, ""]);
    assertEquals(uids.toSorted(), uidsUpTo(60));
    assert(counts.most <= most, `${counts.most} under way, ${most} allowed`);
    assert(most === 1 || counts.most > 1, "never more than one under way");
  });
}

Deno.test("answers in any order belong to the right files", async () => {
  await using files = await images(40);
  const delays = [60, 10, 40, 5, 50, 20, 30];
  const delayMs = (messageId: number) => delays[messageId % delays.length] ?? 0;
  const { receiver, answers } = countingReceiver(delayMs, (proposed) => proposed);
  await using peer = receiver;
  const args = ["--max-ops-invoked", "16", "+sd", "+rn", "127.0.0.1", String(peer.port), files.folder];
  const run = await runStorescu(args);
  assertEquals([run.code, run.stderr], [0, ""]);
  assert(!ascendingFromOne(answers), "the answers came in order, nothing was tried");
  const names = [...Deno.readDirSync(files.folder)].map(({ name }) => name);
  assertEquals(names.filter((name) => name.endsWith(".done")).length, 40);
});

/** The answer's item 53H gets the length 0, and an unknown item takes the rest of its place. */
function mangledAc(seen: Seen): Uint8Array {
  const bytes = associateAcBytes(seen.rq(), undefined, {
    operationsWindow: { maxInvoked: 16, maxPerformed: 1 },
  });
  const at = bytes.findIndex((byte, index) =>
    byte === 0x53 && bytes[index + 3] === 4 && bytes[index + 5] === 16
  );
  assert(at > 0);
  bytes.set([0x53, 0, 0, 0, 0x7f, 0, 0, 0], at);
  return bytes;
}

Deno.test("a peer that mangles the operations window is sent one message at a time", async () => {
  await using files = await images(2);
  const answer = (seen: Seen) => storeRsp(seen.command().contextId, seen.command(), 0);
  const messages: number[] = [];
  const count = (seen: Seen) => {
    const ends = seen.pdus.flatMap((pdu) => pdu.type === "pDataTf" ? pdu.pdvs : []);
    messages.push(ends.filter(({ isCommand, isLast }) => isLast && !isCommand).length);
    return answer(seen);
  };
  await using peer = startScriptedPeer([
    { read: "associateRq" },
    { send: mangledAc },
    { read: "message" },
    { pauseMs: 100 },
    { send: count },
    { read: "message" },
    { send: count },
    { read: "releaseRq" },
    { send: Uint8Array.of(6, 0, 0, 0, 0, 4, 0, 0, 0, 0) },
    { close: true },
  ]);
  const args = ["--max-ops-invoked", "16", "127.0.0.1", String(peer.port), ...files.paths];
  const run = await runStorescu(args);
  assertEquals([run.code, run.stderr], [0, ""]);
  assertEquals(messages, [1, 2]);
});

Deno.test("a FIFO that nobody writes to yet does not keep the other associations waiting", async () => {
  await using files = await images(20);
  const fifo = `${files.folder}/slow`;
  assert((await new Deno.Command("mkfifo", { args: [fifo] }).output()).success);
  const { receiver, uids } = countingReceiver(() => 0);
  await using peer = receiver;
  const args = ["--jobs", "2", "127.0.0.1", String(peer.port), fifo, ...files.paths];
  const running = runStorescu(args);
  await waitFor("the other files", () => uids.length === 20);
  await Deno.writeFile(fifo, imageFile({ number: 21 }), { create: false });
  const run = await running;
  assertEquals([run.code, run.stderr, uids.length], [0, "", 21]);
});

Deno.test("a source that is slow does not keep the other associations waiting", async () => {
  await using files = await images(20);
  const fifo = `${files.folder}/slow`;
  const made = await new Deno.Command("mkfifo", { args: [fifo] }).output();
  assert(made.success);
  const stored: string[] = [];
  const others = Promise.withResolvers<void>();
  await using peer = startReceiver({
    receive: ({ sopInstanceUid }) => ({
      data: () => {},
      complete: () => {
        if (stored.push(sopInstanceUid) === 20) others.resolve();
        return 0;
      },
    }),
  });
  const args = ["--jobs", "2", "127.0.0.1", String(peer.port), fifo, ...files.paths];
  const running = runStorescu(args);
  // Its beginning at once, the rest when everything else has arrived. Opened for reading, too, this does not wait.
  const slow = imageFile({ number: 21, pixelBytes: 400_000 });
  using pipe = await Deno.open(fifo, { read: true, write: true });
  await writeAll(pipe, slow.subarray(0, 10_000));
  await others.promise;
  assertEquals(stored.toSorted(), uidsUpTo(20));
  await writeAll(pipe, slow.subarray(10_000));
  pipe.close();
  const run = await running;
  assertEquals([run.code, run.stderr], [0, ""]);
  assertEquals(stored.at(-1), instanceUid(21));
});

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
