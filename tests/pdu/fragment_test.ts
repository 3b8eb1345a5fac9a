import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { decodePdu } from "../../lib/pdu/decode.ts";
import { Batch, longestFragmentBytes } from "../../lib/pdu/fragment.ts";
import type { Pdv } from "../../lib/pdu/types.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { concat } from "../peers/pdu_reader.ts";

/** Bytes from memory; with a chance for each fill to be a promise. */
function sourceOf(bytes: Uint8Array, isSlow: () => boolean): ByteSource {
  let at = 0;
  return {
    fill(into) {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return isSlow() ? Promise.resolve(part.length) : part.length;
    },
    get ended() {
      return at === bytes.length;
    },
    close() {},
  };
}

/** A message as the association sends it: what leaves with each write. */
async function writesOf(
  fragmentBytes: number,
  command: Uint8Array,
  source: ByteSource,
  contextId = 5,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const batch = new Batch(fragmentBytes);
  const writes: Uint8Array<ArrayBuffer>[] = [];
  let first: Uint8Array | undefined = command;
  do {
    batch.begin(contextId, first);
    first = undefined;
    while (!batch.full && !source.ended) await batch.put(source);
    writes.push(batch.bytes.slice());
  } while (!source.ended);
  return writes;
}

/** The PDVs of a stream of P-DATA-TF PDUs, and the lengths of the whole PDUs. */
function pdvsOf(stream: Uint8Array): { pdvs: Pdv[]; pduBytes: number[] } {
  const pdvs: Pdv[] = [];
  const pduBytes: number[] = [];
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  for (let at = 0; at < stream.length;) {
    const end = at + 6 + view.getUint32(at + 2);
    const pdu = decodePdu(stream.subarray(at, end));
    if (pdu.type !== "pDataTf") throw new Error(`${pdu.type} at ${at}`);
    assertEquals(pdu.pdvs.length, 1);
    pdvs.push(...pdu.pdvs);
    pduBytes.push(end - at);
    at = end;
  }
  return { pdvs, pduBytes };
}

Deno.test("the longest fragment follows the peer's maximum length, and our own limit", () => {
  const cases: readonly (readonly [peer: number | undefined, cap: number | undefined, fragment: number])[] = [
    [16384, undefined, 16372], // DCMTK's default
    [0, undefined, 131060], // no limit
    [undefined, undefined, 131060],
    [4097, undefined, 4084], // odd
    [24, undefined, 12],
    [26, undefined, 14],
    [14, undefined, 2],
    [15, undefined, 2],
    [13, undefined, 0], // no room for data
    [12, undefined, 0],
    [1, undefined, 0],
    [131072, undefined, 131060],
    [131073, undefined, 131060],
    [2 ** 32 - 1, undefined, 131060],
    [16384, 4096, 4084],
    [4096, 16384, 4084],
    [0, 5001, 4988], // odd
    [16384, 2 ** 32, 16372],
  ];
  for (const [peer, cap, fragment] of cases) {
    assertEquals(longestFragmentBytes(peer, cap), fragment, `${peer} ${cap}`);
  }
});

Deno.test("fragments add up to the message: even, never empty, within the limit, last flag once at the end", async () => {
  const seed = newSeed();
  const limits = [14, 15, 24, 26, 4096, 4097, 16384, 131072, 0, 2 ** 32 - 1];
  for (let i = 0; i < 60; i++) {
    const random = new Random(seed + i);
    const peer = random.pick(limits);
    const fragmentBytes = longestFragmentBytes(peer, undefined);
    const command = filled(random, 2 + 2 * random.below(75));
    // Around the multiples of fragments and of batches something may go wrong.
    const about = random.pick([0, fragmentBytes, 4 * fragmentBytes, 32 * fragmentBytes, 64 * fragmentBytes]);
    const lengthBytes = Math.min(1_500_000, Math.max(2, about + 2 * (random.below(5) - 2)));
    const dataSet = filled(random, lengthBytes);
    const writes = await writesOf(fragmentBytes, command, sourceOf(dataSet, () => random.chance(30)));
    const { pdvs, pduBytes } = pdvsOf(concat(writes));
    const where = `seed ${seed + i}, limit ${peer}, ${lengthBytes} bytes`;

    const parts = {
      command: pdvs.filter((pdv) => pdv.isCommand),
      data: pdvs.filter((pdv) => !pdv.isCommand),
    };
    assertEquals(pdvs, [...parts.command, ...parts.data], where);
    assertEquals(concat(parts.command.map((pdv) => pdv.fragment)), command, where);
    assert(same(concat(parts.data.map((pdv) => pdv.fragment)), dataSet), where);
    for (const { contextId, fragment } of pdvs) {
      assertEquals(contextId, 5, where);
      assert(fragment.length > 0 && fragment.length % 2 === 0, where);
    }
    for (const part of [parts.command, parts.data]) {
      assertEquals(part.map((pdv) => pdv.isLast), part.map((_, at) => at === part.length - 1), where);
      for (const { fragment } of part.slice(0, -1)) assertEquals(fragment.length, fragmentBytes, where);
    }
    if (peer !== 0) assert(Math.max(...pduBytes) <= peer, where);
    // Few writes: all but the last are large, or have many PDUs.
    for (const write of writes.slice(0, -1)) {
      assert(write.length >= 128 * 1024 || pdvsOf(write).pdvs.length >= 64, where);
    }
  }
});

function filled(random: Random, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  const first = random.below(256);
  for (let at = 0; at < lengthBytes; at++) bytes[at] = first + at + (at >> 8) & 0xff;
  return bytes;
}

/** Much faster than assertEquals on a megabyte. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

Deno.test("the command set leaves with the first data in one write", async () => {
  const command = new Uint8Array(94).fill(7);
  const [first, ...more] = await writesOf(
    16372,
    command,
    sourceOf(new Uint8Array(20_000).fill(9), () => false),
  );
  assertEquals(more, []);
  const { pdvs, pduBytes } = pdvsOf(first ?? new Uint8Array());
  assertEquals(pduBytes, [12 + 94, 16384, 12 + 20_000 - 16372]);
  assertEquals(pdvs.map(({ isCommand, isLast }) => [isCommand, isLast]), [[true, true], [false, false], [
    false,
    true,
  ]]);
});

Deno.test("the bytes of a small message are those of PS3.8 9.3.5", async () => {
  const [bytes] = await writesOf(
    4,
    Uint8Array.of(1, 2, 3, 4, 5, 6),
    sourceOf(Uint8Array.of(11, 12, 13, 14, 15, 16, 17, 18), () => false),
    255,
  );
  const expected = [
    ["04 00 0000000a", "00000006 ff 01", "01020304"], // command, more follows
    ["04 00 00000008", "00000004 ff 03", "0506"], // command, last
    ["04 00 0000000a", "00000006 ff 00", "0b0c0d0e"], // data set, more follows
    ["04 00 0000000a", "00000006 ff 02", "0f101112"], // data set, last
  ];
  assertEquals(bytes?.toHex(), expected.flat().join("").replaceAll(" ", ""));
});

Deno.test("a batch that is begun again holds nothing of the message before", async () => {
  const batch = new Batch(8);
  const source = sourceOf(new Uint8Array(20), () => false);
  batch.begin(1, new Uint8Array(30));
  await batch.put(source);
  await batch.put(source);
  assertEquals(batch.dataPdvs, 2);
  batch.begin(3);
  assertEquals([batch.dataPdvs, batch.bytes.length], [0, 0]);
  await batch.put(source);
  assertEquals(pdvsOf(batch.bytes).pdvs, [
    { contextId: 3, isCommand: false, isLast: true, fragment: new Uint8Array(4) },
  ]);
});

Deno.test("a batch holds as many fragments as were aimed at, and at least one", () => {
  const cases: [fragmentBytes: number, aimedBytes: number | undefined, fragments: number][] = [
    [131060, undefined, 4],
    [131060, 262144, 2],
    [131060, 262143, 1],
    [131060, 1, 1],
    [16372, 65536, 4],
    [2, 512 * 1024, 64],
  ];
  for (const [fragmentBytes, aimedBytes, fragments] of cases) {
    const batch = new Batch(fragmentBytes, aimedBytes);
    batch.begin(1);
    while (!batch.full) void batch.put({ fill: () => fragmentBytes, ended: false, close() {} });
    assertEquals(batch.dataPdvs, fragments, `${fragmentBytes} in ${aimedBytes}`);
  }
});

Deno.test("a source that breaks its contract is a mistake of ours, and told", () => {
  const source = (lengthBytes: number, ended: boolean): ByteSource => ({
    fill: () => lengthBytes,
    ended,
    close() {},
  });
  for (const [lengthBytes, ended] of [[0, true], [0, false], [3, true], [4, false]] as const) {
    const batch = new Batch(8);
    batch.begin(1);
    assertThrows(() => void batch.put(source(lengthBytes, ended)), RangeError, `fragment of ${lengthBytes}`);
  }
  const full = new Batch(131060);
  full.begin(1);
  for (let slot = 0; slot < 4; slot++) {
    assertEquals(full.full, false);
    void full.put(source(131060, false));
  }
  assert(full.full);
  assertThrows(() => void full.put(source(2, true)), RangeError, "batch is full");
});
