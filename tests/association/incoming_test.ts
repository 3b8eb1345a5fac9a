import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Duplex } from "../../lib/association/duplex.ts";
import { Incoming, type Reader } from "../../lib/association/incoming.ts";
import { protocolFault } from "../../lib/association/refusals.ts";
import { Fault } from "../../lib/errors.ts";
import type { FramingError } from "../../lib/pdu/frame.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { pDataTf } from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";

/** A transport that has come what the test says, when it says so. */
class Source implements Duplex {
  acknowledged = 0;
  #bytes = new Uint8Array();
  #ended: Error | null | undefined;
  #waiting: { readonly into: Uint8Array; readonly settle: PromiseWithResolvers<number | null> } | undefined;

  come(bytes: Uint8Array): void {
    this.#bytes = concat([this.#bytes, bytes]);
    this.#wake();
  }

  /** @param error null: in order */
  end(error: Error | null): void {
    this.#ended = error;
    this.#wake();
  }

  read(into: Uint8Array): Promise<number | null> {
    assertEquals(this.#waiting, undefined, "two reads at a time");
    this.#waiting = { into, settle: Promise.withResolvers() };
    const { promise } = this.#waiting.settle;
    this.#wake();
    return promise;
  }

  readNow(into: Uint8Array): number {
    const lengthBytes = Math.min(into.length, this.#bytes.length);
    into.set(this.#bytes.subarray(0, lengthBytes));
    this.#bytes = this.#bytes.slice(lengthBytes);
    return lengthBytes;
  }

  write(): Promise<number> {
    throw new Error("nothing is written");
  }

  quickAck(): void {
    this.acknowledged++;
  }

  destroy(): void {}

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || (this.#bytes.length === 0 && this.#ended === undefined)) return;
    this.#waiting = undefined;
    if (this.#bytes.length > 0) waiting.settle.resolve(this.readNow(waiting.into));
    else if (this.#ended === null) waiting.settle.resolve(null);
    else waiting.settle.reject(this.#ended);
  }
}

interface Read {
  readonly incoming: Incoming;
  readonly source: Source;
  readonly pdus: string[];
  /** No further PDU is wanted. */
  stop(): void;
}

function reading(changes: Partial<Reader> = {}): Read {
  const pdus: string[] = [];
  const source = new Source();
  let isReading = true;
  const incoming = new Incoming(source, {
    isReading: () => isReading,
    moved() {},
    take: (pdu) => void pdus.push(pdu instanceof Uint8Array ? pdu.toHex() : pdu.kind),
    inMessage: () => false,
    ...changes,
  });
  return { incoming, source, pdus, stop: () => isReading = false };
}

/** Until promises that are kept have been seen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

Deno.test("PDUs are handed over in order, in whatever pieces and by whichever way their bytes come", async () => {
  const seed = newSeed();
  for (let round = 0; round < 200; round++) {
    const random = new Random(seed + round);
    const sent = Array.from(
      { length: 1 + random.below(20) },
      () =>
        pDataTf(
          1,
          1,
          new Uint8Array(random.below(random.below(10) === 0 ? 40_000 : 50)).fill(random.below(256)),
        ),
    );
    const stream = concat(sent);
    const { incoming, source, pdus, stop } = reading();
    const receiving = incoming.receive();
    for (let at = 0; at < stream.length;) {
      const lengthBytes = 1 + random.below(random.below(4) === 0 ? 30_000 : 20);
      source.come(stream.subarray(at, at + lengthBytes));
      at += lengthBytes;
      if (random.below(2) === 0) await settled();
      if (random.below(2) === 0) {
        await settled();
        incoming.takeNow(0, () => true);
      }
    }
    await settled();
    assertEquals(pdus, sent.map((pdu) => pdu.toHex()), `seed ${seed + round}`);
    stop();
    source.come(new Uint8Array(1));
    await receiving;
  }
});

Deno.test("an end of the connection is told with the place where it came", async () => {
  const cases: [come: number, error: Error | null, text: string][] = [
    [0, null, "connection closed"],
    [10, null, "connection closed in the middle of a PDU"],
    [10, new Error("Connection reset by peer (os error 104)"), "Connection reset by peer"],
  ];
  for (const [come, error, text] of cases) {
    const { incoming, source } = reading();
    source.come(pDataTf(1, 1, new Uint8Array(50)).subarray(0, come));
    source.end(error);
    const fault = await assertRejects(() => incoming.receive(), Fault);
    assertEquals([fault.kind, fault.message.split(": ").at(-1)], ["lost", text]);
  }
});

Deno.test("what cannot be a PDU is handed over as the reason, and nothing behind it", async () => {
  const errors: FramingError[] = [];
  const { incoming, source } = reading({
    take: (pdu) => {
      if (pdu instanceof Uint8Array) throw new Error("a PDU of noise");
      errors.push(pdu);
    },
    isReading: () => errors.length === 0,
  });
  source.come(Uint8Array.of(0xa5, 0, 0, 0, 0, 0, ...pDataTf(1, 1, new Uint8Array(2))));
  await incoming.receive();
  assertEquals(errors.map(({ kind }) => kind), ["unrecognizedType"]);
});

Deno.test("a PDU that claims to be longer than any that is asked for is refused by its head", () => {
  for (
    const [claimedBytes, told] of [[2 ** 18, []], [2 ** 18 + 1, ["tooLong"]], [2 ** 32 - 1, [
      "tooLong",
    ]]] as const
  ) {
    const { incoming, source, pdus, stop } = reading({
      take: (pdu) => {
        pdus.push(pdu instanceof Uint8Array ? "PDU" : pdu.kind);
        stop();
      },
    });
    const head = new DataView(new ArrayBuffer(6));
    head.setUint8(0, 4);
    head.setUint32(2, claimedBytes);
    source.come(new Uint8Array(head.buffer));
    incoming.takeNow(0, () => false);
    assertEquals(pdus, told, `${claimedBytes} bytes`);
  }
});

Deno.test("what the reader throws ends either way of reading", async () => {
  const fault = protocolFault("0006:0203", "no response at all");
  const take = () => {
    throw fault;
  };
  const waiting = reading({ take });
  waiting.source.come(pDataTf(1, 1, new Uint8Array(2)));
  assertEquals(await assertRejects(() => waiting.incoming.receive(), Fault), fault);
  const asking = reading({ take });
  asking.source.come(pDataTf(1, 1, new Uint8Array(2)));
  assertEquals(assertThrows(() => asking.incoming.takeNow(0, () => true), Fault), fault);
});

Deno.test("half a PDU, or half a response, is acknowledged at once", async () => {
  const pdu = pDataTf(1, 1, new Uint8Array(10));
  for (
    const [come, inMessage, acknowledged] of [[pdu.length, false, 0], [pdu.length - 1, false, 1], [
      pdu.length,
      true,
      1,
    ]] as const
  ) {
    const { incoming, source } = reading({ inMessage: () => inMessage });
    source.come(pdu.subarray(0, come));
    incoming.takeNow(0, () => true);
    await settled();
    assertEquals(source.acknowledged, acknowledged, `${come} bytes`);
  }
});

Deno.test("nobody is asked again when nothing more is due", () => {
  let asked = 0;
  const { incoming } = reading();
  incoming.takeNow(60_000, () => asked++ < 3);
  assertEquals(asked, 4);
});
