import { assert, assertEquals, assertRejects } from "@std/assert";
import { Association } from "../../lib/association/association.ts";
import { Fault } from "../../lib/errors.ts";
import { type IncomingInstance, type ReceiverOptions, startReceiver } from "../../lib/receiver/receiver.ts";
import {
  bytesOf,
  connectTo,
  CT,
  endlessBytes,
  hold,
  IMPLICIT,
  LITTLE,
  PATIENT,
  patternAt,
  RQ,
} from "../association/dialogue.ts";
import { concat } from "../peers/pdu_reader.ts";
import { waitFor } from "../peers/wait_for.ts";

interface Arrived extends IncomingInstance {
  readonly pieces: Uint8Array[];
}

/** Keeps what arrives. */
function keep(arrived: Arrived[], status = 0): Required<Pick<ReceiverOptions, "receive">> {
  return {
    receive(instance) {
      const pieces: Uint8Array[] = [];
      return {
        data: (bytes) => void pieces.push(bytes.slice()),
        complete() {
          arrived.push({ ...instance, pieces });
          return status;
        },
      };
    },
  };
}

Deno.test("every byte of an instance is handed on, whatever the maximum length announced", async () => {
  for (const maximumLengthReceived of [0, 14, 26, 4096, 131072]) {
    const arrived: Arrived[] = [];
    await using receiver = startReceiver({ ...keep(arrived), maximumLengthReceived });
    const lengths = maximumLengthReceived > 0 && maximumLengthReceived < 100 ? [3000, 2] : [3_000_000, 2];
    const { statuses } = await hold(await connectTo(receiver.port), { sources: lengths.map(bytesOf) });
    assertEquals(statuses, [0, 0]);
    const [first, second] = arrived.map(({ pieces }) => concat(pieces));
    assertEquals(first?.length, lengths[0]);
    assert(first?.every((byte, at) => byte === patternAt(at)));
    assertEquals(second, Uint8Array.of(patternAt(0), patternAt(1)));
    assertEquals(
      arrived.map(({ sopClassUid, sopInstanceUid, transferSyntax }) => [
        sopClassUid,
        sopInstanceUid,
        transferSyntax,
      ]),
      [[CT, "1.2.3.1", LITTLE], [CT, "1.2.3.2", LITTLE]],
    );
  }
});

Deno.test("the sink's status is the answer", async () => {
  for (const status of [0, 0xb000, 0xa700, 0xffff]) {
    await using receiver = startReceiver(keep([], status));
    assertEquals((await hold(await connectTo(receiver.port))).statuses, [status]);
  }
});

Deno.test("contexts are accepted and refused as told", async () => {
  await using receiver = startReceiver({
    choose: (_abstractSyntax, transferSyntaxes) => transferSyntaxes.find((uid) => uid === IMPLICIT),
    operationsWindow: ({ maxInvoked }) => ({ maxInvoked: Math.min(maxInvoked, 5), maxPerformed: 1 }),
  });
  const rq = { ...RQ, operationsWindow: { maxInvoked: 9, maxPerformed: 1 } };
  const association = await Association.request(await connectTo(receiver.port), rq, PATIENT);
  assertEquals(association.ac.contexts, [
    { id: 1, result: 4, transferSyntax: LITTLE },
    { id: 3, result: 0, transferSyntax: IMPLICIT },
  ]);
  assertEquals(association.ac.operationsWindow, { maxInvoked: 5, maxPerformed: 1 });
  assertEquals((await association.echo(3, 1)).status, 0);
  await association.release();
});

Deno.test("responses can be held back, and so change places", async () => {
  await using receiver = startReceiver({ responseDelayMs: (messageId) => messageId === 1 ? 100 : 1 });
  const association = await Association.request(await connectTo(receiver.port), RQ, PATIENT);
  const order: number[] = [];
  const answered: Promise<unknown>[] = [];
  for (const messageId of [1, 2, 3]) {
    const rq = { messageId, sopClassUid: CT, sopInstanceUid: `1.2.3.${messageId}` };
    const { response } = await association.store(1, rq, bytesOf(100));
    answered.push(response.then(() => order.push(messageId)));
  }
  await Promise.all(answered);
  assertEquals(order, [2, 3, 1]);
  await association.release();
});

Deno.test("several associations at a time are served, and one that goes wrong does not end the others", async () => {
  const arrived: Arrived[] = [];
  await using receiver = startReceiver(keep(arrived));
  using noise = await Deno.connect({ hostname: "127.0.0.1", port: receiver.port });
  await noise.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  using silent = await Deno.connect({ hostname: "127.0.0.1", port: receiver.port });
  const torn = await Association.request(await connectTo(receiver.port), RQ, PATIENT);
  void torn.store(1, { messageId: 1, sopClassUid: CT, sopInstanceUid: "1.2.3.9" }, endlessBytes()).catch(
    () => {},
  );
  const endings = Promise.all(
    Array.from(
      { length: 4 },
      async () => hold(await connectTo(receiver.port), { sources: [bytesOf(100_000)] }),
    ),
  );
  assertEquals((await endings).map(({ statuses }) => statuses), [[0], [0], [0], [0]]);
  torn.destroy();
  await torn.abort();
  // What was torn is not complete, and not counted.
  assertEquals(arrived.map(({ sopInstanceUid }) => sopInstanceUid), Array(4).fill("1.2.3.1"));
  const closed = await noise.read(new Uint8Array(10)).catch(() => null);
  assertEquals([closed, silent.remoteAddr.port], [null, receiver.port]);
});

Deno.test("disposing of a receiver ends its associations, with responses still held back", async () => {
  let complete = false;
  const receiver = startReceiver({
    responseDelayMs: 60_000,
    receive: () => ({
      data() {},
      complete() {
        complete = true;
        return 0;
      },
    }),
  });
  const association = await Association.request(await connectTo(receiver.port), RQ, PATIENT);
  const { response } = await association.store(
    1,
    { messageId: 1, sopClassUid: CT, sopInstanceUid: "1.2.3" },
    bytesOf(10),
  );
  await waitFor("the data set", () => complete);
  const lost = assertRejects(() => response, Fault, "Peer aborted Association");
  await receiver[Symbol.asyncDispose]();
  await lost;
  await association.abort();
});
