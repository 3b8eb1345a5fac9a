import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { vrText } from "../../lib/dicom/vr.ts";
import { convert } from "../../lib/dataset/convert.ts";
import { Fault } from "../../lib/errors.ts";
import {
  encodePlainly,
  joined,
  madeDataSet,
  type MadeItem,
  newSeed,
  Random,
  withoutPrivateSequences,
} from "./made_up_data_sets.ts";
import type { Encoding } from "./plain_reader.ts";
import { listing, readDataSet } from "./plain_reader.ts";
import { assertSameBytes } from "./same_bytes.ts";
import { BIG, converted, DEFLATED, EXPLICIT, IMPLICIT, pull } from "./pull.ts";

const SYNTAXES: readonly (readonly [uid: string, encoding: Encoding])[] = [
  [IMPLICIT, "implicitLittle"],
  [EXPLICIT, "explicitLittle"],
  [BIG, "explicitBig"],
];

/** What a converter should make of `elements` while everything is small: defined lengths, even values. */
function canonical(elements: MadeItem, encoding: Encoding): Uint8Array {
  return encodePlainly(elements, { encoding, undefinedLength: () => false, hidePrivateSequences: true });
}

/** Runs `check` on many data sets, and says which one it failed on. */
async function forMadeDataSets(count: number, check: (elements: MadeItem, random: Random) => Promise<void>) {
  const first = newSeed();
  for (let i = 0; i < count; i++) {
    const random = new Random(first + i);
    try {
      await check(madeDataSet(random), random);
    } catch (caught) {
      throw new Error(`seed ${first + i}: ${caught instanceof Error ? caught.message : caught}`, {
        cause: caught,
      });
    }
  }
}

Deno.test("any data set comes out in any syntax as if it had been written there, with lengths defined", async () => {
  let compared = 0;
  await forMadeDataSets(30, async (elements, random) => {
    for (const [from, encoding] of SYNTAXES) {
      const input = encodePlainly(elements, {
        encoding,
        undefinedLength: () => random.chance(50),
        odd: true,
        padding: random.chance(30),
      });
      for (const [to, target] of SYNTAXES) {
        assertSameBytes(await converted(input, from, to), canonical(elements, target));
        compared++;
      }
    }
  });
  assertEquals(compared, 30 * 9);
});

Deno.test("group lengths are kept and made right", async () => {
  await forMadeDataSets(30, async (elements, random) => {
    const [from, encoding] = random.pick(SYNTAXES);
    const groupLengths = random.pick(["right", "wrong"] as const);
    const undefinedLength = () => random.chance(50);
    const input = encodePlainly(elements, { encoding, undefinedLength, groupLengths });
    for (const [to, target] of SYNTAXES) {
      const expected = encodePlainly(elements, {
        encoding: target,
        undefinedLength: () => false,
        groupLengths: "right",
        hidePrivateSequences: true,
      });
      assertSameBytes(await converted(input, from, to), expected);
    }
  });
});

Deno.test("there and back again gives the same bytes", async () => {
  await forMadeDataSets(30, async (elements, random) => {
    const [from, encoding] = random.pick(SYNTAXES);
    const [over] = random.pick(SYNTAXES);
    const input = canonical(withoutPrivateSequences(elements), encoding);
    assertSameBytes(await converted(await converted(input, from, over), over, from), input);
  });
});

Deno.test("the bytes do not depend on the buffers of the consumer", async () => {
  await forMadeDataSets(6, async (elements, random) => {
    const input = encodePlainly(elements, {
      encoding: "implicitLittle",
      undefinedLength: () => random.chance(50),
      odd: true,
    });
    for (const to of [EXPLICIT, BIG]) {
      const expected = await converted(input, IMPLICIT, to);
      for (const fillBytes of [1, 2, 3, 5, 7, 8, 11, 12, 13, 16, 100, 1000, 16372]) {
        assertSameBytes(await converted(input, IMPLICIT, to, {}, fillBytes), expected, `fill ${fillBytes}`);
      }
    }
  });
});

Deno.test("the bytes do not depend on whether the input makes the converter wait", async () => {
  await forMadeDataSets(12, async (elements, random) => {
    const input = encodePlainly(elements, {
      encoding: "explicitBig",
      undefinedLength: () => random.chance(50),
    });
    const waiting: ByteSource = memorySource(input);
    const slow: ByteSource = {
      fill: (into) => Promise.resolve().then(() => waiting.fill(into)),
      get ended() {
        return waiting.ended;
      },
      close: () => {},
    };
    const options = { name: "a.dcm", from: BIG, to: IMPLICIT };
    assertSameBytes(await pull(convert(slow, options), 100), canonical(elements, "implicitLittle"));
  });
});

Deno.test("a data set that is cut off anywhere but between two of its elements is a fault, in time", async () => {
  let faults = 0;
  await forMadeDataSets(6, async (elements, random) => {
    const [from, encoding] = random.pick(SYNTAXES);
    const undefinedLength = () => random.chance(50);
    const parts = elements.map((element) => encodePlainly([element], { encoding, undefinedLength }));
    const input = joined(parts);
    const wholes = new Set<number>([0]);
    parts.reduce((end, part) => (wholes.add(end + part.length), end + part.length), 0);
    const step = Math.max(1, Math.floor(input.length / 400));
    for (let length = 0; length < input.length; length += step) {
      const [to] = random.pick(SYNTAXES);
      const outcome = await converted(input.subarray(0, length), from, to).catch((caught) => caught);
      if (wholes.has(length)) assert(outcome instanceof Uint8Array, `${length} of ${input.length}`);
      else {
        assert(
          outcome instanceof Fault && outcome.kind === "input",
          `${length} of ${input.length}: ${outcome}`,
        );
        faults++;
      }
    }
  });
  assert(faults > 100);
});

Deno.test("the elements made up for these tests have the VRs of the dictionary", () => {
  const dictionary = builtInDictionary();
  const seen = new Set<string>();
  const look = (elements: MadeItem) => {
    for (const { tag, vr, items } of elements) {
      seen.add(vr);
      if ((tag & 0x10000) === 0 && dictionary.vrOf(tag) < 0x6000) {
        assertEquals(vrText(dictionary.vrOf(tag)), vr);
      }
      items?.forEach(look);
    }
  };
  for (let seed = 0; seed < 50; seed++) look(madeDataSet(new Random(seed)));
  assertEquals(seen.size, 34);
});

Deno.test("deflated data sets are converted on the way in and on the way out", async () => {
  await forMadeDataSets(8, async (elements) => {
    const plain = encodePlainly(elements, { encoding: "implicitLittle", undefinedLength: () => true });
    for (const deflateLevel of [undefined, 0, 1, 9]) {
      const deflated = await converted(plain, IMPLICIT, DEFLATED, { deflateLevel }, 777);
      assertEquals(deflated.length % 2, 0);
      assertSameBytes(await converted(deflated, DEFLATED, BIG, {}, 777), canonical(elements, "explicitBig"));
    }
  });
});

Deno.test("what a big endian data set holds is read again by other eyes", async () => {
  await forMadeDataSets(20, async (elements) => {
    const big = await converted(canonical(elements, "explicitLittle"), EXPLICIT, BIG);
    const names = listing(readDataSet(big, "explicitBig")).map((line) =>
      line.split(" ").slice(0, 2).join(" ")
    );
    const expected = listing(readDataSet(canonical(elements, "explicitLittle"), "explicitLittle"));
    assertEquals(names, expected.map((line) => line.split(" ").slice(0, 2).join(" ")));
  });
});

Deno.test("a conversion that is closed while it waits for its input leaves the next one alone", async () => {
  const dataSet = encodePlainly(madeDataSet(new Random(newSeed())), {
    encoding: "implicitLittle",
    undefinedLength: () => false,
  });
  const expected = await converted(dataSet, IMPLICIT, EXPLICIT);
  const arrived = Promise.withResolvers<number>();
  const late: ByteSource = { ended: false, fill: () => arrived.promise, close() {} };
  const first = convert(late, { name: "late.dcm", from: IMPLICIT, to: EXPLICIT });
  const filling = first.fill(new Uint8Array(1000));
  first.close();
  const second = convert(memorySource(dataSet), { name: "a.dcm", from: IMPLICIT, to: EXPLICIT });
  const begin = new Uint8Array(10);
  const got = await second.fill(begin);
  arrived.resolve(16);
  await assertRejects(() => Promise.resolve(filling), RangeError, "was closed before its end");
  assertSameBytes(joined([begin.subarray(0, got), await pull(second)]), expected);
});
