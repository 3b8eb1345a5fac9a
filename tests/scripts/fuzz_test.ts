/** A taste of scripts/fuzz.ts: a few mutated inputs for every target. */

import { assert, assertEquals } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { mutate } from "../../scripts/fuzz/mutate.ts";
import { TARGETS } from "../../scripts/fuzz/targets.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";

for (const target of TARGETS) {
  Deno.test(`mutated input of ${target.name} is read or refused`, async () => {
    const corpus = await target.corpus();
    assert(corpus.length > 0);
    const first = newSeed();
    for (let seed = first; seed < first + 40; seed++) {
      const random = new Random(seed);
      const [name, bytes] = random.pick(corpus);
      const input = mutate(bytes, random.pick(corpus)[1], random);
      try {
        await target.run(input, random);
      } catch (caught) {
        const refused = caught instanceof Fault && caught.kind !== "bug";
        assert(refused, `seed ${seed}, ${name}: ${caught instanceof Error ? caught.stack : caught}`);
      }
    }
  });
}

Deno.test("the same seed makes the same mistakes", () => {
  const input = Uint8Array.from({ length: 500 }, (_, index) => index);
  for (let seed = 0; seed < 20; seed++) {
    assertEquals(mutate(input, input, new Random(seed)), mutate(input, input, new Random(seed)));
  }
});
