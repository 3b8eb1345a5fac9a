import { assertEquals, assertRejects } from "@std/assert";
import { ArrivingPdvs } from "../../lib/receiver/arriving_pdvs.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { pDataTf } from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";
import { madeBytes } from "../pdu/made_up_pdus.ts";
import { recordedPdu } from "../pdu/recorded.ts";

/** Everything in a stream: other PDUs in hex, and PDVs with the bytes of all their pieces. */
async function takeApart(stream: Uint8Array, nextSize: () => number): Promise<string[]> {
  let at = 0;
  const incoming = new ArrivingPdvs((into) => {
    if (at === stream.length) return Promise.resolve(null);
    const bytes = stream.subarray(at, at + Math.min(nextSize(), into.length));
    into.set(bytes);
    at += bytes.length;
    return Promise.resolve(bytes.length);
  });
  const parts: string[] = [];
  let message = "";
  for (let next = await incoming.next(); next !== undefined; next = await incoming.next()) {
    if (next instanceof Uint8Array) {
      parts.push(next.toHex());
      continue;
    }
    message += next.fragment.toHex();
    if (next.isLast) parts.push(`${next.contextId} ${next.isCommand} ${message}`);
    if (next.isLast) message = "";
  }
  return parts;
}

Deno.test("a stream is taken apart the same wherever its reads end", async () => {
  const seed = newSeed();
  for (let i = 0; i < 40; i++) {
    const random = new Random(seed + i);
    const parts: Uint8Array[] = [recordedPdu("associate_rq")];
    const expected = [recordedPdu("associate_rq").toHex()];
    for (let messages = random.below(5); messages >= 0; messages--) {
      const [contextId, isCommand] = [random.below(256), random.chance(50)];
      const fragments = Array.from({ length: 1 + random.below(4) }, () => {
        return madeBytes(random, random.chance(10) ? 200_000 : 30);
      });
      fragments.forEach((fragment, n) => {
        parts.push(pDataTf(contextId, (isCommand ? 1 : 0) + (n === fragments.length - 1 ? 2 : 0), fragment));
      });
      expected.push(`${contextId} ${isCommand} ${concat(fragments).toHex()}`);
    }
    parts.push(recordedPdu("release_rq"));
    expected.push(recordedPdu("release_rq").toHex());
    const stream = concat(parts);
    const size = random.pick([1, 7, 100, 5000, 1 << 20]);
    if (size < 100 && stream.length > 20_000) continue;
    assertEquals(await takeApart(stream, () => 1 + random.below(size)), expected, `seed ${seed + i}`);
  }
});

Deno.test("several PDVs of one PDU are told apart", async () => {
  const pdvs = concat([pDataTf(1, 1, Uint8Array.of(1)), pDataTf(3, 3, Uint8Array.of(2)).subarray(6)]);
  new DataView(pdvs.buffer).setUint32(2, pdvs.length - 6);
  assertEquals(await takeApart(pdvs, () => 100), ["3 true 0102"]);
});

Deno.test("what are no PDUs ends the stream, before anything is set aside for it", async () => {
  const head = (type: number, lengthBytes: number) => {
    const bytes = Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    new DataView(bytes.buffer).setUint32(2, lengthBytes);
    return bytes;
  };
  for (
    const [type, lengthBytes, text] of [
      [1, 2 ** 32 - 1, "a PDU of 4294967295 bytes"],
      [0x48, 0x54502f31, "a PDU of 1414541105 bytes"],
      [4, 6, "a PDV of 0 bytes"],
      [4, 3, "a PDV of 0 bytes"],
    ] as const
  ) {
    await assertRejects(() => takeApart(head(type, lengthBytes), () => 1), RangeError, text);
  }
  const longPdv = head(4, 7);
  longPdv[9] = 9;
  await assertRejects(() => takeApart(longPdv, () => 1), RangeError, "a PDV of 9 bytes");
});
