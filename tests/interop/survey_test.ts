/** Every test file pydicom has, surveyed: beside dcmdump and pydicom, and cut off everywhere. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { NotDicom } from "../../lib/dataset/not_dicom.ts";
import { survey } from "../../lib/dataset/survey.ts";
import type { Survey } from "../../lib/dataset/survey_result.ts";
import { Fault } from "../../lib/errors.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { have, haveTestFiles, PYDICOM_DATA } from "../peers/available.ts";
import { readTestFiles } from "../peers/test_files.ts";

const ignore = !haveTestFiles() || !have("dcmdump");

/** Our survey of a file, or why there is none. */
async function surveyOf(bytes: Uint8Array): Promise<Survey | Fault> {
  try {
    return await survey(seekableMemory(bytes), "a.dcm", "auto");
  } catch (fault) {
    if (fault instanceof Fault) return fault;
    throw fault;
  }
}

async function files(): Promise<{ name: string; path: string; bytes: Uint8Array }[]> {
  const paths = (await readTestFiles()).map(({ path }) => path);
  return await Promise.all(paths.map(async (path) => {
    return { name: path.slice(PYDICOM_DATA.length + 1), path, bytes: await Deno.readFile(path) };
  }));
}

async function dcmdumpReads(path: string): Promise<boolean> {
  const { success } = await new Deno.Command("dcmdump", { args: [path], stdout: "null", stderr: "null" })
    .output();
  return success;
}

/** Where we deliberately see it otherwise than dcmdump; all others are read by both or by none. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "test_files/SC_rgb_jpeg.dcm": "implicit VR where JPEG Baseline asks for explicit VR is read as what it is",
};

Deno.test({
  name: "what dcmdump can read has a survey, if it has UIDs; what it cannot read is a fault",
  ignore,
  fn: async () => {
    const otherwise: string[] = [];
    let surveyed = 0;
    for (const { name, path, bytes } of await files()) {
      const found = await surveyOf(bytes);
      if (found instanceof Fault && found.code === "0006:0202") continue;
      if (!(found instanceof Fault)) surveyed++;
      if (await dcmdumpReads(path) === found instanceof Fault) otherwise.push(name);
    }
    assertEquals(otherwise, Object.keys(OTHERWISE));
    assert(surveyed > 100, `${surveyed} files`);
  },
});

/** What pydicom says: path, transfer syntax, SOP Class UID and SOP Instance UID of the top level, a line each. */
const PYDICOM = `
import sys, warnings
warnings.simplefilter("ignore")
from pydicom import dcmread
for path in sys.stdin.read().splitlines():
    try:
        data_set = dcmread(path, stop_before_pixels=True, force=True)
        said = [data_set.file_meta.get("TransferSyntaxUID", ""), data_set.get("SOPClassUID", ""), data_set.get("SOPInstanceUID", "")]
        said = [uid.decode().strip("\\0 ") if isinstance(uid, bytes) else str(uid) for uid in said]
    except Exception as error:
        said = ["?", "?", "?"]
    print("\\t".join([path, *said]))
`;

Deno.test({
  name: "the UIDs and the transfer syntax of a survey are those that pydicom reads",
  ignore: ignore || !have("python3"),
  fn: async () => {
    const all = await files();
    const env = { PYTHONPATH: join(PYDICOM_DATA, "..", "..") };
    const python = new Deno.Command("python3", {
      env,
      args: ["-c", PYDICOM],
      stdin: "piped",
      stdout: "piped",
    })
      .spawn();
    const writer = python.stdin.getWriter();
    await writer.write(new TextEncoder().encode(all.map(({ path }) => path).join("\n")));
    await writer.close();
    const lines = new TextDecoder().decode((await python.output()).stdout).trimEnd().split("\n");
    assertEquals(lines.length, all.length);
    let compared = 0;
    for (const [index, { name, bytes }] of all.entries()) {
      const [, transferSyntax, sopClassUid, sopInstanceUid] = lines[index]?.split("\t") ?? [];
      const found = await surveyOf(bytes);
      if (found instanceof Fault || found.isDicomdir) continue;
      compared++;
      const declared = found.declaredTransferSyntax ?? "";
      if (transferSyntax !== "") assertEquals(found.transferSyntax, transferSyntax, name);
      assertEquals(declared, found.metaPresent ? transferSyntax : "", name);
      const { mediaStorageSopClassUid = "", mediaStorageSopInstanceUid = "" } = found;
      assertEquals(found.sopClassUid, sopClassUid || mediaStorageSopClassUid, name);
      assertEquals(found.sopInstanceUid, sopInstanceUid || mediaStorageSopInstanceUid, name);
      assertEquals(found.dataSetOffset + (found.dataSetLengthBytes ?? 0), bytes.length, name);
    }
    assert(compared > 100, `${compared} files`);
  },
});

Deno.test({
  name: "compressed pixel data tell how they are compressed when no meta header does",
  ignore,
  fn: async () => {
    const wrong: string[] = [];
    let told = 0;
    for (const { name, bytes } of await files()) {
      const found = await surveyOf(bytes);
      if (found instanceof Fault || !found.encapsulated) continue;
      const bare = await surveyOf(bytes.subarray(found.dataSetOffset));
      if (bare instanceof Fault) {
        assert(bare.message.includes("its pixel data are compressed, but nothing says how"), bare.message);
        continue;
      }
      told++;
      // A lossless JPEG 2000 stream may go by the name of the transfer syntax for both kinds.
      const expected = found.transferSyntax.replace(/^(1\.2\.840\.10008\.1\.2\.4\.9)0$/, "$11");
      if (bare.transferSyntax !== expected) wrong.push(`${name}: ${bare.transferSyntax}`);
    }
    assertEquals(wrong, []);
    assert(told > 25, `${told} files`);
  },
});

const MOST_DCMDUMPS = 40;

/** All lengths of a small file, of a larger one all around its beginning and some of the rest. */
function someLengths(total: number, random: Random): number[] {
  if (total <= 1000) return Array.from({ length: total }, (_, length) => length);
  const begin = Array.from({ length: 40 }, () => random.below(1500));
  return [...begin, ...Array.from({ length: 60 }, () => random.below(total)), total - 1, total - 2];
}

Deno.test({
  name: "what is left of a file that was cut off is a fault, unless dcmdump takes it for whole as well",
  ignore,
  fn: async () => {
    const seed = newSeed();
    const random = new Random(seed);
    const folder = await Deno.makeTempDir();
    let faults = 0;
    let whole = 0;
    for (const { name, bytes } of await files()) {
      const found = await surveyOf(bytes);
      if (found instanceof Fault || found.isDicomdir) continue;
      for (const length of someLengths(bytes.length, random)) {
        const what = `seed ${seed}: the first ${length} bytes of ${name}`;
        const prefix = bytes.subarray(0, length);
        const survey = await surveyOf(prefix);
        if (survey instanceof Fault) {
          faults++;
          assertEquals(survey.kind, "input", what);
          if (found.metaPresent && length >= 132) {
            assert(!(survey instanceof NotDicom), `${what}: ${survey.message}`);
          }
        } else {
          // Starting dcmdump takes long: a few of them have to do.
          if (++whole > MOST_DCMDUMPS) continue;
          await Deno.writeFile(`${folder}/prefix`, prefix);
          assert(await dcmdumpReads(`${folder}/prefix`), what);
        }
      }
    }
    await Deno.remove(folder, { recursive: true });
    assert(
      faults > 10_000 && whole > 0 && whole < faults / 10,
      `seed ${seed}: ${faults} faults, ${whole} whole`,
    );
  },
});
