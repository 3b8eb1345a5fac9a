import { assertEquals } from "@std/assert";
import { canBeginByChance } from "../../lib/dataset/chance.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { VR_SQ } from "../../lib/dicom/vr.ts";

Deno.test("in groups of documents and bulk data, all but the sequences of PS3.6 can begin by chance", () => {
  const dictionary = builtInDictionary();
  const groups = [
    0x0042,
    0x5000,
    0x5002,
    0x50FE,
    0x5100,
    0x5200,
    0x5400,
    0x5600,
    0x6000,
    0x7FE0,
    0xFFFA,
    0xFFFC,
  ];
  for (const group of groups) {
    for (let element = 0; element <= 0xFFFF; element++) {
      const tag = (group << 16 | element) >>> 0;
      const isSequence = dictionary.vrOf(tag) === VR_SQ;
      if (canBeginByChance(tag) === isSequence) {
        assertEquals(canBeginByChance(tag), !isSequence, tag.toString(16));
      }
    }
  }
});

Deno.test("private elements can begin by chance, those of other groups cannot", () => {
  assertEquals([0x00091001, 0x7FE11001].map(canBeginByChance), [true, true]);
  assertEquals([0x00081140, 0x00400275].map(canBeginByChance), [false, false]);
});
