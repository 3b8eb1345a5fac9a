import { assertEquals, assertRejects } from "@std/assert";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { MessageWriter } from "../../lib/association/message_writer.ts";
import { Outgoing } from "../../lib/association/outgoing.ts";
import { Fault } from "../../lib/errors.ts";
import { bytesOf } from "./dialogue.ts";

/** A transport that takes each write when it is told to. */
function gate(): { outgoing: Outgoing; writes: Uint8Array[]; open: () => void } {
  const writes: Uint8Array[] = [];
  let opened = false;
  let wake = () => {};
  const outgoing = new Outgoing(
    {
      read: () => Promise.resolve(null),
      async write(from) {
        if (!opened) await new Promise<void>((resolve) => wake = resolve);
        writes.push(from.slice());
        return from.length;
      },
      quickAck() {},
      destroy() {},
    },
    () => {},
    (caught) => Promise.resolve(new Fault("lost", String(caught))),
  );
  return {
    outgoing,
    writes,
    open() {
      opened = true;
      wake();
    },
  };
}

const COMMAND = new Uint8Array(20);

Deno.test("a message is given to the transport as soon as it is cut, and no more than two batches wait there", async () => {
  const { outgoing, writes, open } = gate();
  const writer = new MessageWriter(outgoing, 100);
  const small = await writer.write(1, COMMAND, bytesOf(10));
  assertEquals(writes.length, 0);

  const source = bytesOf(1_000_000);
  let sent = 0;
  const large = writer.write(1, COMMAND, source, (dataPdvs) => sent += dataPdvs);
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  // 64 PDUs are one batch; the other one still holds the small message.
  assertEquals([sent, source.ended], [64, false]);

  open();
  await small.taken;
  await (await large).taken;
  assertEquals([sent, source.ended], [10_000, true]);
  assertEquals(writes[0]?.length, 12 + 20 + 12 + 10);
  assertEquals(writes.reduce((sum, { length }) => sum + length, 0), 54 + 32 + 10_000 * 112);
});

Deno.test("a message without a data set is its command set", async () => {
  const { outgoing, writes, open } = gate();
  open();
  const { taken } = await new MessageWriter(outgoing, 16).write(3, COMMAND);
  await taken;
  assertEquals(writes.map(({ length }) => length), [12 + 16 + 12 + 4]);
});

Deno.test("after the end nothing is written, and what waits is told", async () => {
  const { outgoing, writes, open } = gate();
  open();
  const writer = new MessageWriter(outgoing, 100);
  const slow = writer.write(1, COMMAND, { fill: () => new Promise(() => {}), ended: false, close() {} });
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  writer.end(new Fault("lost", "enough"));
  await assertRejects(() => slow, Fault, "enough");
  await assertRejects(() => writer.write(1, COMMAND, bytesOf(10)), RangeError, "in the middle of another");
  assertEquals(writes, []);
});

Deno.test("a message breaks off where the end comes while a batch is being written", async () => {
  const { outgoing, writes, open } = gate();
  const writer = new MessageWriter(outgoing, 100);
  const large = writer.write(1, COMMAND, bytesOf(1_000_000));
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  writer.end(new Fault("lost", "enough"));
  open();
  await assertRejects(() => large, Fault, "enough");
  // What the transport had by then: two batches, 64 PDUs each, and the command set.
  assertEquals(writes.map(({ length }) => length), [32 + 64 * 112, 64 * 112]);
});

Deno.test("a message that broke off is never followed by another", async () => {
  const { outgoing, writes, open } = gate();
  open();
  const writer = new MessageWriter(outgoing, 100);
  const broken = {
    fill(): number {
      throw new Fault("input", "cut short");
    },
    ended: false,
    close() {},
  };
  await assertRejects(() => writer.write(1, COMMAND, broken), Fault, "cut short");
  await assertRejects(() => writer.write(1, COMMAND, bytesOf(10)), RangeError, "in the middle of another");
  assertEquals(writes, []);
});

Deno.test("bytes that the transport is still writing do not change", async () => {
  const received: number[] = [];
  let begun = 0;
  let under = 0;
  const outgoing = new Outgoing(
    {
      read: () => Promise.resolve(null),
      async write(from) {
        under = ++begun;
        const before = from.slice();
        // As long as a writer needs to fill whatever it may fill meanwhile.
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        assertEquals([under, from], [begun, before], "one write at a time, of bytes that stay as they are");
        received.push(...before);
        return from.length;
      },
      quickAck() {},
      destroy() {},
    },
    () => {},
    (caught) => Promise.resolve(new Fault("lost", String(caught))),
  );
  const writer = new MessageWriter(outgoing, 100);
  let next = 0;
  const fill = (into: Uint8Array) => {
    for (let at = 0; at < into.length; at++) into[at] = next++ % 251;
    return into.length;
  };
  const counting: ByteSource = {
    fill,
    close() {},
    get ended() {
      return next >= 40_000;
    },
  };
  await (await writer.write(1, COMMAND, counting)).taken;
  assertEquals(begun > 4, true);
  const data: number[] = [];
  // Behind the command's PDU: header of the PDU and of its only PDV, then the fragment.
  for (let at = 12 + COMMAND.length; at < received.length; at += 112) {
    data.push(...received.slice(at + 12, at + 112));
  }
  assertEquals(data.every((byte, index) => byte === index % 251), true);
  assertEquals(data.length, 40_000);
});
