import { assertEquals, assertRejects } from "@std/assert";
import type { Duplex } from "../../lib/association/duplex.ts";
import { Outgoing } from "../../lib/association/outgoing.ts";
import { Fault } from "../../lib/errors.ts";

/** A transport that takes bytes when it is told to, and remembers them. */
class Valve implements Pick<Duplex, "write"> {
  readonly taken: number[] = [];
  #waiting: PromiseWithResolvers<number> | undefined;
  #offered = new Uint8Array();

  write(from: Uint8Array): Promise<number> {
    if (this.#waiting !== undefined) throw new Error("two writes at a time");
    this.#waiting = Promise.withResolvers();
    this.#offered = new Uint8Array(from);
    return this.#waiting.promise;
  }

  /** Takes so many of the bytes offered, once some are. */
  async take(lengthBytes: number): Promise<void> {
    while (this.#waiting === undefined) await Promise.resolve();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.taken.push(...this.#offered.subarray(0, lengthBytes));
    waiting.resolve(lengthBytes);
  }

  async refuse(): Promise<void> {
    while (this.#waiting === undefined) await Promise.resolve();
    this.#waiting.reject(new Error("broken pipe"));
  }
}

function outgoingOver(valve: Valve): { outgoing: Outgoing; moved: () => number } {
  let moved = 0;
  const duplex: Duplex = {
    read: () => Promise.resolve(null),
    write: (from) => valve.write(from),
    quickAck() {},
    destroy() {},
  };
  const explain = (caught: unknown) => Promise.resolve(new Fault("lost", `because of: ${caught}`));
  return { outgoing: new Outgoing(duplex, () => moved++, explain), moved: () => moved };
}

Deno.test("writes leave in the order given, whole, however little the transport takes", async () => {
  const valve = new Valve();
  const { outgoing, moved } = outgoingOver(valve);
  assertEquals(outgoing.busy, false);
  const first = outgoing.write(Uint8Array.of(1, 2, 3, 4));
  const second = outgoing.write(Uint8Array.of(5, 6));
  for (const lengthBytes of [1, 2, 1]) await valve.take(lengthBytes);
  await first;
  assertEquals([outgoing.busy, valve.taken], [true, [1, 2, 3, 4]]);
  await valve.take(2);
  await second;
  assertEquals([outgoing.busy, valve.taken], [false, [1, 2, 3, 4, 5, 6]]);
  // Once when a write begins, and whenever bytes were taken.
  assertEquals(moved(), 2 + 4);
});

Deno.test("after a write that failed nothing is written, and all that wait get the reason", async () => {
  const valve = new Valve();
  const { outgoing } = outgoingOver(valve);
  const writes = [outgoing.write(Uint8Array.of(1, 2)), outgoing.write(Uint8Array.of(3))];
  await valve.take(1);
  await valve.refuse();
  for (const write of writes) await assertRejects(() => write, Fault, "because of: Error: broken pipe");
  await assertRejects(() => outgoing.write(Uint8Array.of(4)), Fault, "broken pipe");
  assertEquals([outgoing.busy, valve.taken], [false, [1]]);
});

Deno.test("a write that the peer stalls can be cut", async () => {
  const valve = new Valve();
  const { outgoing } = outgoingOver(valve);
  const writes = [outgoing.write(Uint8Array.of(1, 2)), outgoing.write(Uint8Array.of(3))];
  await valve.take(1);
  outgoing.cut(new Fault("lost", "enough"));
  for (const write of writes) await assertRejects(() => write, Fault, "enough");
  assertEquals(outgoing.busy, false);
});

Deno.test("what the transport takes at once is not waited for, and the rest follows in order", async () => {
  const valve = new Valve();
  const room: number[] = [];
  let moved = 0;
  const duplex: Duplex = {
    read: () => Promise.resolve(null),
    write: (from) => valve.write(from),
    writeNow(from) {
      const lengthBytes = Math.min(room.shift() ?? 0, from.length);
      valve.taken.push(...from.subarray(0, lengthBytes));
      return lengthBytes;
    },
    quickAck() {},
    destroy() {},
  };
  const outgoing = new Outgoing(duplex, () => moved++, () => Promise.resolve(new Fault("lost", "")));
  room.push(3, 1);
  assertEquals(outgoing.write(Uint8Array.of(1, 2, 3)), undefined, "nobody has to wait");
  assertEquals([outgoing.busy, valve.taken, moved], [false, [1, 2, 3], 1]);
  const second = outgoing.write(Uint8Array.of(4, 5));
  room.push(0, 9);
  const third = outgoing.write(Uint8Array.of(6));
  assertEquals([outgoing.busy, valve.taken], [true, [1, 2, 3, 4]], "nothing overtakes what waits");
  await valve.take(1);
  await Promise.all([second, third]);
  assertEquals([outgoing.busy, valve.taken], [false, [1, 2, 3, 4, 5, 6]]);
  room.push(1);
  assertEquals(outgoing.write(Uint8Array.of(7)), undefined, "nobody has to wait again");
});

Deno.test("after a write that failed nothing is written at once either", async () => {
  const valve = new Valve();
  let asked = 0;
  const duplex: Duplex = {
    read: () => Promise.resolve(null),
    write: (from) => valve.write(from),
    writeNow: () => asked++ < 2 ? 0 : 1,
    quickAck() {},
    destroy() {},
  };
  const outgoing = new Outgoing(duplex, () => {}, () => Promise.resolve(new Fault("lost", "gone")));
  const first = outgoing.write(Uint8Array.of(1));
  await valve.refuse();
  await assertRejects(() => first, Fault, "gone");
  await assertRejects(() => outgoing.write(Uint8Array.of(2)), Fault, "gone");
  assertEquals([asked, valve.taken], [2, []]);
});

Deno.test("neither is it when others are let go first: the failure is not passed over", async () => {
  const valve = new Valve();
  const { outgoing } = outgoingOver(valve);
  const first = outgoing.write(Uint8Array.of(1));
  await valve.refuse();
  await assertRejects(() => first, Fault, "broken pipe");
  // So long that the next write gives others a turn before it begins.
  for (const untilMs = performance.now() + 100; performance.now() < untilMs;);
  await assertRejects(() => outgoing.write(Uint8Array.of(2)), Fault, "broken pipe");
  assertEquals([outgoing.busy, valve.taken], [false, []]);
});
