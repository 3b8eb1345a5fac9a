import { assert, assertEquals } from "@std/assert";
import { type FramingError, PduFramer } from "../../lib/pdu/frame.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { pDataTf } from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";
import { madeBytes } from "./made_up_pdus.ts";
import { recordedNames, recordedPdu } from "./recorded.ts";

/** The same, for bytes that were read elsewhere. */
function cutPut(stream: Uint8Array, size: number): string[] {
  const framer = new PduFramer(1 << 20);
  const pdus: string[] = [];
  for (let at = 0; at < stream.length; at += size) {
    framer.put(stream.subarray(at, at + size));
    for (let pdu = framer.next(); pdu instanceof Uint8Array; pdu = framer.next()) pdus.push(pdu.toHex());
  }
  return pdus;
}

/** Feeds a stream in reads of at most the sizes given, and answers all that comes out of it. */
function cut(
  stream: Uint8Array,
  nextSize: () => number,
  limitBytes = 1 << 20,
): { pdus: string[]; error: FramingError | undefined; inMiddle: boolean } {
  const framer = new PduFramer(limitBytes);
  const pdus: string[] = [];
  for (let at = 0; at < stream.length;) {
    const space = framer.space();
    assert(space.length > 0);
    const read = stream.subarray(at, at + Math.min(nextSize(), space.length));
    space.set(read);
    framer.filled(read.length);
    at += read.length;
    for (let pdu = framer.next(); pdu !== undefined; pdu = framer.next()) {
      if (!(pdu instanceof Uint8Array)) return { pdus, error: pdu, inMiddle: framer.inMiddle };
      pdus.push(pdu.toHex());
    }
  }
  return { pdus, error: undefined, inMiddle: framer.inMiddle };
}

const DIALOGUE = recordedNames().map(recordedPdu);

Deno.test("a stream gives the same PDUs wherever its reads end", () => {
  const stream = concat(DIALOGUE);
  const whole = { pdus: DIALOGUE.map((pdu) => pdu.toHex()), error: undefined, inMiddle: false };
  assertEquals(cut(stream, () => stream.length), whole);
  for (const size of [1, 2, 3, 5, 6, 7, 11, 12, 13, 100, 4096]) assertEquals(cut(stream, () => size), whole);
  for (const size of [1, 7, 100, stream.length]) assertEquals(cutPut(stream, size), whole.pdus);
  for (let at = 1; at < stream.length; at++) {
    const sizes = [at, stream.length];
    assertEquals(cut(stream, () => sizes.shift() ?? 1).pdus, whole.pdus, `split at ${at}`);
  }
});

Deno.test("any PDUs in any reads come out as they went in", () => {
  const seed = newSeed();
  for (let i = 0; i < 60; i++) {
    const random = new Random(seed + i);
    const pdus = Array.from({ length: 1 + random.below(8) }, () => {
      return pDataTf(random.below(256), random.below(4), madeBytes(random, random.chance(20) ? 60_000 : 300));
    });
    const { pdus: cutOut } = cut(concat(pdus), () => 1 + random.below(random.chance(50) ? 20 : 50_000));
    assertEquals(cutOut, pdus.map((pdu) => pdu.toHex()), `seed ${seed + i}`);
  }
});

Deno.test("every strict prefix of a stream leaves a PDU in its middle", () => {
  const [pdu = new Uint8Array()] = DIALOGUE;
  for (let length = 1; length < pdu.length; length++) {
    assertEquals(cut(pdu.subarray(0, length), () => 3), { pdus: [], error: undefined, inMiddle: true });
  }
});

Deno.test("what is no PDU is told by its head, however it arrives", () => {
  for (const type of [0, 8, 0x15, 0x48, 0xff]) {
    const stream = Uint8Array.of(type, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (const size of [1, 6, 7, 10]) {
      const { error } = cut(stream, () => size);
      assertEquals(error, { kind: "unrecognizedType", pduType: type, start: stream.subarray(0, 6) });
    }
  }
  assertEquals(cut(Uint8Array.of(0x48, 0x54, 0x54, 0x50, 0x2f), () => 1).error, undefined);
});

Deno.test("a length above the limit is refused before anything is set aside for it", () => {
  const claim = (lengthBytes: number) => {
    const head = Uint8Array.of(4, 0, 0, 0, 0, 0);
    new DataView(head.buffer).setUint32(2, lengthBytes);
    return cut(head, () => 1, 100_000).error;
  };
  assertEquals(claim(100_000), undefined);
  for (const lengthBytes of [100_001, 2 ** 31, 2 ** 32 - 1]) {
    assertEquals(claim(lengthBytes), { kind: "tooLong", pduType: 4, lengthBytes, limitBytes: 100_000 });
  }
});

Deno.test("the longest PDU allowed is taken, and the buffer grows no further than for that", () => {
  const limitBytes = 100_000;
  const pdu = pDataTf(1, 3, new Uint8Array(limitBytes - 6));
  const framer = new PduFramer(limitBytes);
  const stream = concat([pdu, pdu, pdu]);
  let found = 0;
  for (let at = 0; at < stream.length;) {
    const space = framer.space();
    assert(space.buffer.byteLength < 2 * limitBytes);
    const read = stream.subarray(at, at + space.length);
    space.set(read);
    framer.filled(read.length);
    at += read.length;
    while (framer.next() !== undefined) found++;
  }
  assertEquals(found, 3);
});
