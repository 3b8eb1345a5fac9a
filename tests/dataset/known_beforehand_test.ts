/** What the survey lets pass, the converter can convert: nothing breaks off in the middle of a C-STORE. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { conversion } from "../../lib/dataset/conversion.ts";
import type { Encoding } from "../../lib/dataset/element.ts";
import { survey } from "../../lib/dataset/survey.ts";
import type { Survey } from "../../lib/dataset/survey_result.ts";
import { Fault } from "../../lib/errors.ts";
import { joined, metaHeader } from "../peers/made_up_files.ts";
import { encodePlainly, madeDataSet, newSeed, Random } from "./made_up_data_sets.ts";
import { BIG, converted, DEFLATED, EXPLICIT, IMPLICIT } from "./pull.ts";

const SYNTAXES: readonly (readonly [Encoding, string])[] = [
  ["implicitLittle", IMPLICIT],
  ["explicitLittle", EXPLICIT],
  ["explicitBig", BIG],
];

/** A file with these elements, written as `parts` say: hexadecimal digits, anything else is passed over. */
function file(transferSyntax: string, ...parts: readonly string[]): Uint8Array {
  const identity = parts.join("").replace(/[^0-9a-f]/g, "");
  return joined([
    metaHeader(transferSyntax, "1.2.840.10008.5.1.4.1.1.7", "1.2.3.4"),
    Uint8Array.fromHex(identity),
  ]);
}

async function surveyed(bytes: Uint8Array): Promise<Survey> {
  return await survey(seekableMemory(bytes), "a.dcm", "auto");
}

function convertedAs(bytes: Uint8Array, found: Survey, to: string): Promise<Uint8Array> {
  const { dataSetOffset, dataSetLengthBytes = 0, transferSyntax, encoding, deceptive } = found;
  const dataSet = bytes.subarray(dataSetOffset, dataSetOffset + dataSetLengthBytes);
  return converted(dataSet, transferSyntax, to, { encoding, deceptive });
}

const IMPLICIT_IDENTITY = "0800 1600 08000000 312e322e332e3400  0800 1800 08000000 312e322e332e3500";
const EXPLICIT_IDENTITY = "0800 1600 5549 0800 312e322e332e3400  0800 1800 5549 0800 312e322e332e3500";
/** An item with one element, and 18 bytes that are none. */
const BROKEN_ITEMS = "feff00e0 08000000 1800 2210 00000000" + "07".repeat(18);

Deno.test("a sequence that only the dictionary knows, broken inside, is refused before it is sent", async () => {
  for (const sequence of ["0800 4011", "0052 3092", "0054 0001"]) {
    const bytes = file(IMPLICIT, IMPLICIT_IDENTITY, sequence, "22000000", BROKEN_ITEMS);
    await assertRejects(() => surveyed(bytes), Fault, "(0707,0707)");
  }
});

Deno.test("a value that begins like a sequence and is none goes out as it is, also inside of one", async () => {
  const value = "feff00e0a8decce0" + "10de".repeat(20);
  // LUT and palette data, a pixel value, distances as text, something that PS3.6 does not know.
  const values = ["2800 0112", "6600 2300", "1800 1098", "1400 2830", "1000 2143"]
    .map((tag) => `${tag} 30000000 ${value}`);
  const inside = `2800 1030 48000000  feff00e0 40000000  2800 0630 30000000 ${value}  2800 0730 00000000`;
  for (const part of [...values, inside]) {
    const bytes = file(IMPLICIT, IMPLICIT_IDENTITY, part);
    const found = await surveyed(bytes);
    assertEquals(found.deceptive, true, part);
    for (const to of [IMPLICIT, EXPLICIT, BIG]) {
      const content = (await convertedAs(bytes, found, to)).toHex();
      const swapped = to === BIG && !part.startsWith("1400") && !part.startsWith("1000");
      assert(content.includes(swapped ? "fffee000dea8" : value), `${part} to ${to}: ${content}`);
    }
  }
});

Deno.test("a private value that begins like a sequence and is none goes out as it is", async () => {
  const creator = "2900 1000 16000000" + new TextEncoder().encode("SIEMENS MEDCOM HEADER2").toHex();
  const bytes = file(IMPLICIT, IMPLICIT_IDENTITY, creator, "2900 4010 22000000", BROKEN_ITEMS);
  const found = await surveyed(bytes);
  assertEquals(found.deceptive, true);
  const explicit = await convertedAs(bytes, found, EXPLICIT);
  const value = BROKEN_ITEMS.replaceAll(" ", "");
  assert(explicit.toHex().endsWith(`29004010554e000022000000${value}`), explicit.toHex());
});

Deno.test("a compressed icon keeps a data set in its transfer syntax, and does not hinder it there", async () => {
  const fragments = "e07f1000 4f42 0000 ffffffff feff00e0 00000000 feff00e0 02000000 ffd8 feffdde0 00000000";
  const icon = "8800 0002 5351 0000 ffffffff feff00e0 ffffffff" + fragments +
    "feff0de0 00000000 feffdde0 00000000";
  const bytes = file(EXPLICIT, EXPLICIT_IDENTITY, icon);
  const found = await surveyed(bytes);
  assertEquals(found.fragmentsElsewhere, true);
  for (const to of [IMPLICIT, BIG]) {
    const refusal = conversion(EXPLICIT, to, found);
    assert(typeof refusal === "object" && refusal.refused.includes("such as an icon"));
  }
  assertEquals(conversion(EXPLICIT, EXPLICIT, found), "none");
  const edited = await convertedAs(bytes, found, EXPLICIT);
  assert(edited.toHex().includes("4f420000ffffffff"));
});

Deno.test("whatever is damaged: what the survey lets pass can be converted to the end", async () => {
  const seed = newSeed();
  const random = new Random(seed);
  let passed = 0;
  let deceptive = 0;
  for (let round = 0; round < 1500; round++) {
    const [encoding, transferSyntax] = SYNTAXES[random.below(SYNTAXES.length)] ??
      ["implicitLittle", IMPLICIT];
    const dataSet = encodePlainly(madeDataSet(random), {
      encoding,
      undefinedLength: () => random.below(2) === 0,
      hidePrivateSequences: random.below(2) === 0,
    });
    for (let damages = random.below(4); damages > 0 && dataSet.length > 0; damages--) {
      const at = random.below(dataSet.length);
      dataSet[at] = random.below(3) === 0 ? random.below(256) : (dataSet[at] ?? 0) ^ 1 << random.below(8);
    }
    const bytes = joined([metaHeader(transferSyntax, "1.2.840.10008.5.1.4.1.1.7", "1.2.3.4"), dataSet]);
    let found: Survey;
    try {
      found = await surveyed(bytes);
    } catch (caught) {
      if (caught instanceof Fault) continue;
      throw caught;
    }
    if (found.isDicomdir) continue;
    if (found.deceptive) deceptive++;
    for (const to of [IMPLICIT, EXPLICIT, BIG, DEFLATED]) {
      if (typeof conversion(found.transferSyntax, to, found) === "object") continue;
      passed++;
      try {
        await convertedAs(bytes, found, to);
      } catch (caught) {
        throw new Error(
          `seed ${seed}, round ${round}, ${found.encoding} to ${to}: ${caught}\n${dataSet.toHex()}`,
        );
      }
    }
  }
  assert(passed > 1000, `seed ${seed}: ${passed} passed, ${deceptive} deceptive`);
});
