import { assert, assertEquals } from "@std/assert";
import { CommandAssembly } from "../../lib/dimse/command_assembly.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { madeBytes } from "../pdu/made_up_pdus.ts";

function pdv(fragment: Uint8Array, isLast: boolean, contextId = 1) {
  return { contextId, isCommand: true, isLast, fragment };
}

Deno.test("fragments of any sizes, empty ones too, give the command set they were cut from", () => {
  const seed = newSeed();
  const assembly = new CommandAssembly();
  for (let i = 0; i < 200; i++) {
    const random = new Random(seed + i);
    const bytes = madeBytes(random, 200);
    const contextId = random.below(256);
    let at = 0;
    while (at < bytes.length && random.chance(90)) {
      const fragment = bytes.slice(at, at + random.below(30));
      at += fragment.length;
      assertEquals(assembly.take(pdv(fragment, false, contextId)), undefined);
      fragment.fill(0); // a view is valid only until the next read
    }
    assertEquals(
      assembly.take(pdv(bytes.slice(at), true, contextId)),
      { contextId, bytes },
      `seed ${seed + i}`,
    );
    assert(!assembly.inMiddle);
  }
});

Deno.test("fragments on two presentation contexts are no command set", () => {
  const assembly = new CommandAssembly();
  assembly.take(pdv(Uint8Array.of(1, 2), false, 1));
  assert(assembly.inMiddle);
  assertEquals(
    assembly.take(pdv(Uint8Array.of(1, 2), true, 3)),
    "fragments of a command set arrived on two presentation contexts",
  );
});

Deno.test("a command set without end is refused, by its length or by the number of its fragments", () => {
  const assembly = new CommandAssembly();
  const kilobyte = new Uint8Array(1024);
  for (let i = 0; i < 64; i++) assertEquals(assembly.take(pdv(kilobyte, false)), undefined);
  assertEquals(assembly.take(pdv(kilobyte, false)), "a command set is longer than 65536 bytes");
  for (const fragment of [new Uint8Array(), new Uint8Array(1)]) {
    const other = new CommandAssembly();
    for (let i = 1; i < 4096; i++) assertEquals(other.take(pdv(fragment, false)), undefined);
    assert(other.inMiddle);
    assertEquals(other.take(pdv(fragment, false)), "a command set has not ended after 4096 fragments");
  }
});
