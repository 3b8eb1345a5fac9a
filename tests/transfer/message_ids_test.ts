import { assertEquals } from "@std/assert";
import { MessageIds } from "../../lib/transfer/message_ids.ts";

Deno.test("message IDs go from 1 to 65535 and begin again", () => {
  const ids = new MessageIds();
  for (let round = 0; round < 2; round++) {
    for (let expected = 1; expected <= 65535; expected++) {
      const id = ids.take();
      if (id !== expected) assertEquals(id, expected);
      ids.giveBack(id);
    }
  }
  assertEquals(ids.take(), 1);
});

Deno.test("message IDs under way are not given a second time", () => {
  const ids = new MessageIds();
  const kept = [1, 2, 4, 65535];
  for (let expected = 1; expected <= 65535; expected++) {
    const id = ids.take();
    if (!kept.includes(id)) ids.giveBack(id);
  }
  assertEquals([ids.take(), ids.take()], [3, 5]);
  ids.giveBack(65535);
  for (let id = ids.take(); id !== 65534; id = ids.take()) ids.giveBack(id);
  assertEquals([ids.take(), ids.take()], [65535, 6]);
});
