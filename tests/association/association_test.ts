import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Association } from "../../lib/association/association.ts";
import type { Duplex } from "../../lib/association/duplex.ts";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { Fault } from "../../lib/errors.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import { associateAcBytes, RELEASE_RP, storeRsp, storeRspInPieces } from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { bytesOf, connectTo, CT, type Ending, hold, PATIENT, patternAt, RQ } from "./dialogue.ts";
import { playedPeer } from "./played_peer.ts";

const STORE_RQ = { messageId: 1, sopClassUid: CT, sopInstanceUid: "1.2.3.1" };
const SECOND_RQ = { messageId: 2, sopClassUid: CT, sopInstanceUid: "1.2.3.2" };

/** What a peer that behaves says in the course of an association with one C-STORE. */
const ANSWERS = [associateAcBytes(RQ), storeRsp(1, STORE_RQ, 0), RELEASE_RP];

function shown({ during, statuses, fault, warnings }: Ending) {
  return { during, statuses, fault: fault?.condition, warnings };
}

const GOOD = { during: "done", statuses: [0], fault: undefined, warnings: [] };

Deno.test("an association goes from request to release, whatever the sizes of reads and writes", async () => {
  for (const readBytes of [undefined, 1, 2, 7]) {
    for (const writeBytes of [undefined, 1, 5]) {
      const peer = playedPeer(ANSWERS, { readBytes, writeBytes } as { readBytes?: number });
      assertEquals(shown(await hold(peer)), GOOD, `${readBytes} ${writeBytes}`);
      assertEquals(peer.pduTypes, [1, 4, 4, 5]);
      assert(peer.isDestroyed);
    }
  }
});

Deno.test("a dialogue that breaks off at any byte is a lost association that says where", async () => {
  const [ac = 0, rsp = 0, rp = 0] = ANSWERS.map(({ length }) => length);
  for (let endAfterBytes = 0; endAfterBytes < ac + rsp + rp; endAfterBytes++) {
    const peer = playedPeer(ANSWERS, { endAfterBytes });
    const { during, statuses, fault } = await hold(peer);
    const inMiddle = ![0, ac, ac + rsp].includes(endAfterBytes);
    assertEquals([fault?.kind, fault?.code, fault?.transient], ["lost", "0006:0317", true]);
    assertEquals(
      fault?.message,
      `Peer aborted Association (or never connected): connection closed${
        inMiddle ? " in the middle of a PDU" : ""
      }`,
      `after ${endAfterBytes}`,
    );
    assertEquals(during, endAfterBytes < ac ? "request" : endAfterBytes < ac + rsp ? "store" : "release");
    assertEquals(statuses, endAfterBytes < ac + rsp ? [] : [0]);
    assert(peer.isDestroyed);
  }
});

Deno.test("any octet of a dialogue may be anything: it ends, and never as a mistake of ours", async () => {
  let faults = 0;
  for (const [turn, answer] of ANSWERS.entries()) {
    for (let at = 0; at < answer.length; at++) {
      const bent = answer.slice();
      bent[at] = 0xff - (answer[at] ?? 0);
      const { fault } = await hold(playedPeer(ANSWERS.with(turn, bent), { endWhenDry: true }));
      if (fault === undefined) continue;
      faults++;
      assert(["lost", "protocol", "rejected"].includes(fault.kind), `${turn}, ${at}: ${fault.message}`);
    }
  }
  assert(faults > 50, String(faults));
});

Deno.test("answers are read wherever the peer cuts them", async () => {
  const pieces = storeRspInPieces(1, STORE_RQ, 0xb007, 7);
  const packed = concat(pieces.map((pdu) => pdu.subarray(6)));
  const onePdu = concat([Uint8Array.of(4, 0, 0, 0, packed.length >> 8, packed.length & 0xff), packed]);
  for (const rsp of [concat(pieces), onePdu]) {
    for (const readBytes of [1, 3, 1000]) {
      const ending = await hold(playedPeer([associateAcBytes(RQ), rsp, RELEASE_RP], { readBytes }));
      assertEquals(shown(ending), { ...GOOD, statuses: [0xb007] });
    }
  }
});

Deno.test("what arrives is what was sent, with any maximum length of the peer and any cap of ours", async () => {
  const cases: readonly (readonly [peer: number, cap: number | undefined, fragment: number])[] = [
    [0, undefined, 131060],
    [16384, undefined, 16372],
    [131072, undefined, 131060],
    [2 ** 32 - 1, undefined, 131060],
    [4097, undefined, 4084],
    [26, undefined, 14],
    [24, undefined, 12],
    [14, undefined, 2],
    [16384, 5001, 4988],
  ];
  for (const [maximumLengthReceived, maxSendPduBytes, fragmentBytes] of cases) {
    const lengthBytes = fragmentBytes < 100 ? 2000 : 700_002;
    await using peer = startRecordingPeer({ associateAc: { maximumLengthReceived } });
    const ending = await hold(await connectTo(peer.port), {
      options: { maxSendPduBytes },
      sources: [bytesOf(lengthBytes), bytesOf(2)],
    });
    assertEquals(shown(ending), { ...GOOD, statuses: [0, 0] });
    const [first, second] = await peer.stores();
    assertEquals(first?.dataSet.length, lengthBytes);
    assert(first?.dataSet.every((byte, at) => byte === patternAt(at)));
    assertEquals(first?.fragmentBytes[0], fragmentBytes > lengthBytes ? lengthBytes : fragmentBytes);
    assertEquals(second?.fragmentBytes, [2]);
    assertEquals(peer.associations[0]?.end, "released");
  }
});

Deno.test("a source that has to wait is waited for", async () => {
  await using peer = startRecordingPeer();
  const quick = bytesOf(300_000);
  let turn = 0;
  const slow: ByteSource = {
    fill: (into) =>
      turn++ % 3 === 0
        ? new Promise((resolve) => setTimeout(() => resolve(quick.fill(into)), 1))
        : quick.fill(into),
    get ended() {
      return quick.ended;
    },
    close() {},
  };
  assertEquals(shown(await hold(await connectTo(peer.port), { sources: [slow] })), GOOD);
  const [store] = await peer.stores();
  assert(store?.dataSet.length === 300_000 && store.dataSet.every((byte, at) => byte === patternAt(at)));
});

Deno.test("a source that fails tears the message: the association is aborted, never padded", async () => {
  await using peer = startRecordingPeer();
  const good = bytesOf(1_000_000);
  let fills = 0;
  const broken: ByteSource = {
    fill(into) {
      if (++fills === 40) throw new Fault("input", "a.dcm is 12 bytes short");
      return good.fill(into);
    },
    ended: false,
    close() {},
  };
  const { during, fault } = await hold(await connectTo(peer.port), { sources: [broken] });
  assertEquals([during, fault?.kind, fault?.message], ["store", "input", "a.dcm is 12 bytes short"]);
  assertEquals(await peer.stores(), []);
  assertEquals(peer.associations[0]?.end, "aborted");
});

Deno.test("a source that never gets on does not hide that the association has ended", async () => {
  const never: ByteSource = { fill: () => new Promise(() => {}), ended: false, close() {} };
  const peer = playedPeer([associateAcBytes(RQ)]);
  const association = await Association.request(peer, RQ, PATIENT);
  const storing = association.store(1, STORE_RQ, never);
  association.cancel(new Fault("lost", "stopped by the operator"));
  await assertRejects(() => storing, Fault, "stopped by the operator");
  await association.abort();
  assertEquals(peer.pduTypes, [1, 7]);
});

Deno.test("an empty data set is refused before anything is said", async () => {
  await using peer = startRecordingPeer();
  const { fault } = await hold(await connectTo(peer.port), { sources: [bytesOf(0)] });
  assertEquals([fault?.kind, fault?.condition], ["input", "0006:0202 data set is empty"]);
  await peer.stores();
  assertEquals(peer.associations[0]?.pdus.map(({ type }) => type), ["associateRq", "abort"]);
});

Deno.test("a C-ECHO is answered", async () => {
  await using peer = startRecordingPeer();
  const association = await Association.request(await connectTo(peer.port), RQ, PATIENT);
  assertEquals((await association.echo(1, 7)).status, 0);
  await association.release();
  assertEquals(association.fault, undefined);
});

Deno.test("with an operations window responses may come in any order, each to its own request", async () => {
  const both = concat([storeRsp(1, SECOND_RQ, 0xb000), storeRsp(1, STORE_RQ, 0)]);
  const peer = playedPeer([associateAcBytes(RQ), new Uint8Array(), both, RELEASE_RP]);
  const association = await Association.request(peer, RQ, PATIENT);
  const first = await association.store(1, STORE_RQ, bytesOf(100));
  const second = await association.store(1, SECOND_RQ, bytesOf(100));
  assertEquals((await second.response).status, 0xb000);
  assertEquals((await first.response).status, 0);
  await association.release();
});

Deno.test("a fault ends every wait at once, and the association is never used again", async () => {
  const peer = playedPeer([
    associateAcBytes(RQ),
    new Uint8Array(),
    encodePdu({ type: "abort", source: 2, reason: 0 }),
  ]);
  const association = await Association.request(peer, RQ, PATIENT);
  const first = await association.store(1, STORE_RQ, bytesOf(100));
  const second = await association.store(1, SECOND_RQ, bytesOf(100));
  const text = "A-ABORT from the service provider";
  await assertRejects(() => first.response, Fault, text);
  await assertRejects(() => second.response, Fault, text);
  await assertRejects(() => association.store(1, STORE_RQ, bytesOf(2)), Fault, text);
  await assertRejects(() => association.echo(1, 1), Fault, text);
  await assertRejects(() => association.release(), Fault, text);
  await association.abort();
  association.destroy();
  assertEquals(association.fault?.message.includes(text), true);
  assertEquals(peer.pduTypes.filter((type) => type === 7), []);
});

Deno.test("when a write fails, what the peer has said is the reason, even if it is read later", async () => {
  const peer = playedPeer([associateAcBytes(RQ), encodePdu({ type: "abort", source: 2, reason: 0 })]);
  const gone: Duplex = {
    async read(into) {
      const lengthBytes = await peer.read(into);
      await new Promise((resolve) => setTimeout(resolve)); // the write has failed by then
      return lengthBytes;
    },
    async write(from) {
      const lengthBytes = await peer.write(from);
      if (peer.pduTypes.includes(4)) throw new Error("Broken pipe (os error 32)");
      return lengthBytes;
    },
    quickAck() {},
    destroy: () => peer.destroy(),
  };
  const { during, fault } = await hold(gone);
  assertEquals(during, "store");
  assertStringIncludes(fault?.message ?? "", "A-ABORT from the service provider");
});

Deno.test("an abort is written behind the PDUs under way, once, and ends in order", async () => {
  await using peer = startRecordingPeer();
  const association = await Association.request(await connectTo(peer.port), RQ, PATIENT);
  const { response } = await association.store(1, STORE_RQ, bytesOf(100_000));
  association.cancel(new Fault("lost", "stopped by the operator"));
  await assertRejects(() => response, Fault, "stopped by the operator");
  await association.abort();
  await peer.stores();
  assertEquals(peer.associations[0]?.end, "aborted");
  assertEquals(peer.associations[0]?.pdus.filter(({ type }) => type === "abort").length, 1);
  assertEquals(peer.associations[0]?.pdus.filter(({ type }) => type === "malformed").length, 0);
});

Deno.test("a destroyed association leaves without a word", async () => {
  await using peer = startRecordingPeer();
  const association = await Association.request(await connectTo(peer.port), RQ, PATIENT);
  const { response } = await association.store(1, STORE_RQ, bytesOf(1000));
  association.destroy();
  await response.catch(() => {});
  await association.abort();
  await peer.stores();
  assertEquals(peer.associations[0]?.end, "closed");
});

Deno.test("a request that cannot be encoded ends the connection, and says why", async () => {
  const peer = playedPeer([]);
  const identity = {
    type: 3 as const,
    positiveResponseRequested: false,
    primary: new Uint8Array(65536),
    secondary: new Uint8Array(),
  };
  const refused = await assertRejects(
    () => Association.request(peer, { ...RQ, userIdentity: identity }, PATIENT),
    Fault,
  );
  assertEquals(refused.kind, "configuration");
  assertEquals([peer.isDestroyed, peer.pduTypes], [true, []]);
});

Deno.test("a message ID in use is a mistake of ours", async () => {
  const peer = playedPeer([associateAcBytes(RQ)]);
  const association = await Association.request(peer, RQ, PATIENT);
  await association.store(1, STORE_RQ, bytesOf(100));
  await assertRejects(
    () => association.store(1, STORE_RQ, bytesOf(100)),
    RangeError,
    "message ID 1 is in use",
  );
  await association.abort();
});

Deno.test("a message that begins in the middle of another is a mistake of ours", async () => {
  await using peer = startRecordingPeer();
  const association = await Association.request(await connectTo(peer.port), RQ, PATIENT);
  const data = bytesOf(1_000_000);
  const slow = {
    fill: async (into: Uint8Array) => await data.fill(into),
    get ended() {
      return data.ended;
    },
    close() {},
  };
  const first = association.store(1, STORE_RQ, slow);
  await assertRejects(
    () => association.store(1, SECOND_RQ, bytesOf(100)),
    RangeError,
    "in the middle of another",
  );
  assertEquals((await (await first).response).status, 0);
  await association.release();
});
