/** pydicom's files converted by this program and by DCMTK's dcmconv, compared element by element. */

import { assert, assertEquals } from "@std/assert";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { conversion } from "../../lib/dataset/conversion.ts";
import { survey } from "../../lib/dataset/survey.ts";
import type { Survey } from "../../lib/dataset/survey_result.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { VR_SQ } from "../../lib/dicom/vr.ts";
import { Fault } from "../../lib/errors.ts";
import { have, haveTestFiles } from "../peers/available.ts";
import { encodeDataSet, metaHeader } from "../peers/made_up_files.ts";
import { readInstance } from "../peers/part10.ts";
import { runDcmtk } from "../peers/run_storescu.ts";
import { readTestFiles } from "../peers/test_files.ts";
import { joined } from "../dataset/made_up_data_sets.ts";
import { type Encoding, type PlainElement, readDataSet } from "../dataset/plain_reader.ts";
import { BIG, converted, DEFLATED, EXPLICIT, GE, IMPLICIT } from "../dataset/pull.ts";

const ignore = !have("dcmconv", "dcmdump") || !haveTestFiles();

const TARGETS: readonly (readonly [option: string, uid: string, encoding: Encoding])[] = [
  ["+ti", IMPLICIT, "implicitLittle"],
  ["+te", EXPLICIT, "explicitLittle"],
  ["+tb", BIG, "explicitBig"],
];

interface Surveyed {
  readonly path: string;
  readonly survey: Survey;
  readonly dataSet: Uint8Array;
}

/** The files that this program would send at all. */
async function sendable(): Promise<Surveyed[]> {
  const found: Surveyed[] = [];
  for (const { path } of await readTestFiles()) {
    const bytes = await Deno.readFile(path);
    try {
      const surveyed = await survey(seekableMemory(bytes), path, "auto");
      const end = surveyed.dataSetOffset + (surveyed.dataSetLengthBytes ?? 0);
      if (!surveyed.isDicomdir) {
        found.push({ path, survey: surveyed, dataSet: bytes.subarray(surveyed.dataSetOffset, end) });
      }
    } catch (caught) {
      if (!(caught instanceof Fault)) throw caught;
    }
  }
  return found;
}

/**
 * What is known to be different: DCMTK leaves out the second of two equal tags and sorts; its private dictionary is another one;
 * and inside items it takes US where the pixel representation around them says SS.
 */
function comparable(elements: readonly PlainElement[], path = ""): Map<string, string> {
  const lines = new Map<string, string>();
  for (const { tag, vr, value, items, fragments } of elements) {
    const name = path + tag.toString(16).padStart(8, "0");
    if (lines.has(name)) continue;
    const isPrivate = (tag & 0x10000) !== 0;
    const shownVr = isPrivate ? "private" : vr === "SS" && path !== "" ? "US" : vr;
    lines.set(name, `${shownVr} ${fragments?.map((part) => part.toHex()).join("|") ?? value.toHex()}`);
    items?.forEach((item, index) => {
      for (const [inner, line] of comparable(item.elements, `${name}[${index}].`)) lines.set(inner, line);
    });
  }
  return lines;
}

const isSequence = (tag: number) => builtInDictionary().vrOf(tag) === VR_SQ;

Deno.test({
  name: "pydicom's files in every direction are what dcmconv makes of them, element by element",
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    let compared = 0;
    try {
      for (const { path, survey, dataSet } of await sendable()) {
        const { transferSyntax: from, encoding } = survey;
        await Promise.all(TARGETS.map(async ([option, to, target]) => {
          const written = `${folder}/${target}.dcm`;
          const theirs = await runDcmtk(["dcmconv", "-q", option, "-p", path, written]);
          if (typeof conversion(from, to, survey) === "object") {
            assert(theirs.code !== 0, `${path}: DCMTK converts it to ${to}`);
            return;
          }
          const ours = await converted(dataSet, from, to, { encoding });
          if (theirs.code !== 0) return;
          const expected = (await readInstance(written)).dataSet;
          compared++;
          if (equalBytes(ours, expected)) return;
          const lines = [ours, expected].map((bytes) => comparable(readDataSet(bytes, target, isSequence)));
          assertEquals(differences(lines[0], lines[1]), [], `${path} to ${to}`);
        }));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assert(compared > 300, `${compared} compared`);
  },
});

Deno.test({
  name: "GE's own transfer syntax becomes what dcmconv makes of it: the words of all pixel data are swapped",
  ignore: !have("dcmconv"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const bits of [8, 16]) {
        const dataSet = encodeDataSet([
          [0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.7"],
          [0x00080018, "UI", "1.2.3.4"],
          [0x00280010, "US", 4],
          [0x00280011, "US", 4],
          [0x00280100, "US", bits],
          [0x00880200, "SQ", [[[0x00280100, "US", 16], [0x7FE00010, "OW", Uint8Array.of(1, 2, 3, 4)]]]],
          [0x7FE00010, "OW", Uint8Array.from({ length: 2 * bits }, (_, index) => index)],
        ], "implicit");
        const path = `${folder}/ge.dcm`;
        await Deno.writeFile(path, joined([metaHeader(GE, "1.2.840.10008.5.1.4.1.1.7", "1.2.3.4"), dataSet]));
        for (const [option, to, target] of TARGETS) {
          const written = `${folder}/${target}.dcm`;
          assertEquals((await runDcmtk(["dcmconv", "-q", option, path, written])).code, 0);
          const [ours, theirs] = [await converted(dataSet, GE, to), (await readInstance(written)).dataSet]
            .map((bytes) => comparable(readDataSet(bytes, target, isSequence)));
          assertEquals(ours, theirs);
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function differences(ours = new Map<string, string>(), theirs = new Map<string, string>()): string[] {
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].filter((name) => ours.get(name) !== theirs.get(name)).map((name) =>
    `${name}: ${ours.get(name)?.slice(0, 80)} but DCMTK ${theirs.get(name)?.slice(0, 80)}`
  );
}

Deno.test({
  name: "dcmdump reads what has been written, deflated too, without a complaint",
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const written: string[] = [];
    try {
      for (const { survey, dataSet } of await sendable()) {
        const { transferSyntax: from, encoding } = survey;
        if (typeof conversion(from, DEFLATED, survey) === "object") continue;
        for (const to of [BIG, DEFLATED]) {
          const meta = metaHeader(to, survey.sopClassUid, survey.sopInstanceUid);
          const bytes = await converted(dataSet, from, to, { encoding });
          written.push(`${folder}/${written.length}.dcm`);
          await Deno.writeFile(written.at(-1) ?? "", joined([meta, bytes]));
        }
      }
      assert(written.length > 200);
      const { code, stderr } = await runDcmtk(["dcmdump", "+E", ...written]);
      const complaints = stderr.split("\n").filter((line) => line !== "" && !isOfTheFile(line));
      assertEquals([code, complaints], [0, []]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** What the file itself gives reason for. */
function isOfTheFile(line: string): boolean {
  return /not in ascending tag order|found twice|space characters|not a multiple|no data dictionary/.test(
    line,
  );
}
