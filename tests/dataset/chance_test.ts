import { assert, assertEquals } from "@std/assert";
import { canBeginByChance } from "../../lib/dataset/chance.ts";
import { isSequenceTag } from "../../lib/dataset/sequence_tags.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { PUBLIC } from "../../lib/dicom/dictionary_data.ts";
import { VR_SQ } from "../../lib/dicom/vr.ts";

Deno.test("the sequences are those that the dictionary knows", () => {
  let sequences = 0;
  for (const row of PUBLIC.split("\n").filter((row) => row >= "0008")) {
    const group = row.slice(0, 4);
    const elements = (row.slice(5).match(/.{6}/g) ?? []).map((element) => element.slice(0, 4));
    const expected = elements.filter((element) =>
      builtInDictionary().vrOf(parseInt(group + element, 16)) === VR_SQ
    );
    const actual = elements.filter((element) => isSequenceTag(parseInt(group + element, 16)));
    assertEquals(actual.join(""), expected.join(""), `the row of group ${group}`);
    sequences += actual.length;
  }
  assert(sequences > 1000);
});

Deno.test("in groups of documents and bulk data, all but the sequences of PS3.6 can begin by chance", () => {
  const dictionary = builtInDictionary();
  const groups = [0x0042, 0x5000, 0x5002, 0x50FE, 0x5200, 0x5400, 0x5600, 0x6000, 0x7FE0, 0xFFFA, 0xFFFC];
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

Deno.test("private elements, unknown ones and other values can begin by chance, sequences cannot", () => {
  assertEquals(
    [0x00091001, 0x7FE11001, 0x00104321, 0x00281201, 0x00189810].map(canBeginByChance),
    Array(5).fill(true),
  );
  assertEquals([0x00081140, 0x00400275, 0x00283010].map(canBeginByChance), [false, false, false]);
});
