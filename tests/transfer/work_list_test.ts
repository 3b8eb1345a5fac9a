import { assertEquals, assertRejects } from "@std/assert";
import type { Work } from "../../lib/transfer/work.ts";
import { WorkList } from "../../lib/transfer/work_list.ts";

function work(number: number): Work {
  return { path: `f${number}`, scanned: false, number, isLastRound: true, attempts: 0 };
}

async function* numbered(count: number): AsyncGenerator<Work> {
  for (let number = 1; number <= count; number++) yield work(number);
}

Deno.test("WorkList hands out every file once, in order, however many ask at the same time", async () => {
  const list = new WorkList(numbered(5));
  const asked = await Promise.all(Array.from({ length: 7 }, () => list.next()));
  assertEquals(asked.map((item) => item?.number), [1, 2, 3, 4, 5, undefined, undefined]);
});

Deno.test("WorkList hands out what was put back next, also after its source has ended", async () => {
  const list = new WorkList(numbered(2));
  const first = await list.next();
  if (first === undefined) throw new Error("list is empty");
  list.putBack({ ...first, attempts: 1 });
  assertEquals((await list.next())?.attempts, 1);
  assertEquals((await list.next())?.number, 2);
  assertEquals(await list.next(), undefined);
  list.putBack(work(9));
  assertEquals((await list.next())?.number, 9);
});

Deno.test("WorkList hands out what was put back in the order of the run, however it came back", async () => {
  const list = new WorkList(numbered(6));
  const taken = [await list.next(), await list.next(), await list.next(), await list.next()];
  for (const index of [3, 1, 2, 0]) list.putBack(taken[index] ?? work(99));
  assertEquals((await Array.fromAsync(list.rest())).map(({ number }) => number), [1, 2, 3, 4, 5, 6]);
});

Deno.test("WorkList gives what is left for counting", async () => {
  const list = new WorkList(numbered(4));
  await list.next();
  assertEquals((await Array.fromAsync(list.rest())).map(({ number }) => number), [2, 3, 4]);
});

Deno.test("WorkList passes on that its source has failed", async () => {
  const failing = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("disk gone")) }) };
  const list = new WorkList(failing);
  await assertRejects(() => list.next(), Error, "disk gone");
});

Deno.test("WorkList tells how many files there are without handing them out", async () => {
  const list = new WorkList(numbered(3));
  assertEquals(await list.available(2), 2);
  assertEquals((await list.next())?.number, 1);
  assertEquals(await list.available(8), 2);
  assertEquals((await Array.fromAsync(list.rest())).map(({ number }) => number), [2, 3]);
  assertEquals(await list.available(1), 0);
  assertEquals(await list.empty.before(new Promise<string>(() => {})), undefined);
});

Deno.test("WorkList hands out what it has while it looks for more", async () => {
  const more = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<Work> {
    yield work(1);
    await more.promise;
    yield work(2);
  }
  const list = new WorkList(slow());
  assertEquals(await list.available(1), 1);
  const counted = list.available(2);
  assertEquals((await list.next())?.number, 1);
  more.resolve();
  assertEquals(await counted, 1);
  assertEquals((await list.next())?.number, 2);
});
