/** What is fuzzed. To add a reader of outside input, add a Target. */

import { memorySource } from "../../lib/bytes/memory_source.ts";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { convert, type ConvertOptions } from "../../lib/dataset/convert.ts";
import { conversion } from "../../lib/dataset/conversion.ts";
import type { Edit } from "../../lib/dataset/edits.ts";
import { parseSet, parseUnset } from "../../lib/dataset/parse_edit.ts";
import { surveyStream } from "../../lib/dataset/pass_through.ts";
import { survey } from "../../lib/dataset/survey.ts";
import { builtInDictionary } from "../../lib/dicom/dictionary.ts";
import { loadDictionary } from "../../lib/dicom/dictionary_file.ts";
import { decodeCommandSet } from "../../lib/dimse/command_set.ts";
import { readRq, readRsp } from "../../lib/dimse/messages.ts";
import { decodePdu } from "../../lib/pdu/decode.ts";
import { Fault } from "../../lib/errors.ts";
import { bytesOf, CT, hold, RQ } from "../../tests/association/dialogue.ts";
import { playedPeer } from "../../tests/association/played_peer.ts";
import { associateAcBytes, RELEASE_RP, storeRsp } from "../../tests/peers/answers.ts";
import { concat } from "../../tests/peers/pdu_reader.ts";
import { recordedNames, recordedPdu } from "../../tests/pdu/recorded.ts";
import { PYDICOM_DATA } from "../../tests/peers/available.ts";
import { encodePlainly, madeDataSet, Random } from "../../tests/dataset/made_up_data_sets.ts";
import { pull } from "../../tests/dataset/pull.ts";

/** Something that reads what others have written. */
export interface Target {
  readonly name: string;
  /** Good inputs by name, which are mutated. */
  corpus(): Promise<readonly (readonly [name: string, bytes: Uint8Array])[]>;
  /** Reads a bad one; throws a Fault if it is refused, anything else is a finding. */
  run(input: Uint8Array, random: Random): void | Promise<void>;
}

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const BIG = "1.2.840.10008.1.2.2";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const NATIVE = [IMPLICIT, EXPLICIT, BIG];
const ENCODING_OF = {
  [IMPLICIT]: "implicitLittle",
  [EXPLICIT]: "explicitLittle",
  [BIG]: "explicitBig",
} as const;

/** Longer files are pixels, which nobody looks at. */
const MAX_FILE_BYTES = 64 * 1024;

async function dicomFiles(): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  for (const folder of ["testdata/files", PYDICOM_DATA]) await addFiles(folder, found);
  if (found.length === 0) throw new Error("there are no DICOM files to start from");
  return found;
}

async function addFiles(folder: string, found: [string, Uint8Array][]): Promise<void> {
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) await addFiles(path, found);
      if (!isFile || /\.(json|md|txt|pyc?)$/.test(name)) continue;
      if ((await Deno.stat(path)).size <= MAX_FILE_BYTES) found.push([name, await Deno.readFile(path)]);
    }
  } catch (caught) {
    if (!(caught instanceof Deno.errors.NotFound)) throw caught;
  }
}

/** Data sets without a meta header, the first octet saying in which of NATIVE they are. */
function madeUpDataSets(): [string, Uint8Array][] {
  return Array.from({ length: 60 }, (_, index) => {
    const random = new Random(index);
    const syntax = index % NATIVE.length;
    const encoding = Object.values(ENCODING_OF)[syntax] ?? "explicitLittle";
    const undefinedLength = () => random.chance(50);
    const style = {
      encoding,
      undefinedLength,
      ...random.chance(30) ? { groupLengths: "right" as const } : {},
    };
    const bytes = encodePlainly(madeDataSet(random), style);
    const input = new Uint8Array(1 + bytes.length);
    input[0] = syntax;
    input.set(bytes, 1);
    return [`made up ${index}`, input];
  });
}

const SOME_EDITS: readonly Edit[] = [
  parseSet("PatientName=DOE^JANE", builtInDictionary()),
  parseSet("ReferencedImageSequence[0].ReferencedSOPInstanceUID=1.2", builtInDictionary()),
  parseSet("ReferencedImageSequence[*].PatientID=X", builtInDictionary()),
  parseUnset("ReferencedStudySequence", builtInDictionary()),
  parseUnset("PixelData", builtInDictionary()),
];

/** Converts, and if that works, checks that what was written is what would be written again. */
async function convertTwice(dataSet: Uint8Array, options: ConvertOptions, random: Random): Promise<void> {
  const fillBytes = random.pick([1, 13, 4096, 65536]);
  const edits = random.chance(30) ? [random.pick(SOME_EDITS)] : [];
  const first = await pull(convert(memorySource(dataSet), { ...options, edits }), fillBytes);
  const { to } = options;
  if (to === DEFLATED) {
    await pull(convert(memorySource(first), { name: "again", from: to, to: EXPLICIT }), fillBytes);
    return;
  }
  const again = { name: "again", from: to, to };
  let second: Uint8Array;
  try {
    second = await pull(convert(memorySource(first), again));
  } catch (caught) {
    // A wrong VR of the input cannot be told any more once VRs are no longer written.
    if (to === IMPLICIT && caught instanceof Fault) return;
    throw new Error(
      `what has been written cannot be read: ${caught instanceof Error ? caught.message : caught}`,
    );
  }
  if (first.length !== second.length || first.some((byte, index) => byte !== second[index])) {
    throw new Error("what has been written is written differently again");
  }
}

const file: Target = {
  name: "file",
  corpus: dicomFiles,
  async run(input, random) {
    const found = await survey(seekableMemory(input), "mutated", random.chance(90) ? "auto" : "dataset");
    if (found.isDicomdir) return;
    const end = found.dataSetOffset + (found.dataSetLengthBytes ?? 0);
    const from = found.transferSyntax;
    const to = random.pick([from, ...NATIVE, DEFLATED]);
    if (typeof conversion(from, to, found) !== "string") return;
    const dataSet = input.subarray(found.dataSetOffset, end);
    await convertTwice(dataSet, { name: "mutated", from, to, encoding: found.encoding }, random);
  },
};

const stream: Target = {
  name: "stream",
  corpus: dicomFiles,
  async run(input) {
    await pull((await surveyStream(memorySource(input), "mutated", "auto")).dataSet);
  },
};

const dataSet: Target = {
  name: "data-set",
  corpus: () => Promise.resolve(madeUpDataSets()),
  async run(input, random) {
    const from = NATIVE[(input[0] ?? 0) % NATIVE.length] ?? EXPLICIT;
    const to = random.pick([...NATIVE, DEFLATED]);
    await convertTwice(input.subarray(1), { name: "mutated", from, to, newVr: random.chance(80) }, random);
  },
};

const inflate: Target = {
  name: "inflate",
  async corpus() {
    const made = madeUpDataSets().slice(0, 12).map(async ([name, bytes]): Promise<[string, Uint8Array]> => {
      const from = NATIVE[bytes[0] ?? 0] ?? EXPLICIT;
      const deflated = convert(memorySource(bytes.subarray(1)), { name, from, to: DEFLATED });
      return [name, await pull(deflated)];
    });
    return await Promise.all(made);
  },
  async run(input) {
    await pull(convert(memorySource(input), { name: "mutated", from: DEFLATED, to: IMPLICIT }));
  },
};

const pdu: Target = {
  name: "pdu",
  corpus: () =>
    Promise.resolve(recordedNames().map((name): [string, Uint8Array] => [name, recordedPdu(name)])),
  run(input) {
    decodePdu(input);
  },
};

const command: Target = {
  name: "command",
  corpus: () => {
    const names = ["store_rq", "store_rsp"];
    return Promise.resolve(names.map((name): [string, Uint8Array] => [name, recordedPdu(name).subarray(12)]));
  },
  run(input) {
    const set = decodeCommandSet(input);
    if (typeof set === "string") return;
    readRq(set);
    readRsp(set);
  },
};

/** The three turns of a peer that behaves: acceptance, response, release. */
const TURNS = [
  associateAcBytes(RQ),
  storeRsp(1, { messageId: 1, sopClassUid: CT, sopInstanceUid: "1.2.3" }, 0),
  RELEASE_RP,
];

/** The answers of a peer, cut anywhere, to a sender that goes from request to release. */
const association: Target = {
  name: "association",
  corpus: () => Promise.resolve([["dialogue", concat(TURNS)]]),
  async run(input, random) {
    const [ac = 0, rsp = 0] = TURNS.map(({ length }) => length);
    const turns = [input.subarray(0, ac), input.subarray(ac, ac + rsp), input.subarray(ac + rsp)];
    const options = {
      readBytes: random.pick([1, 7, 1 << 20]),
      writeBytes: random.pick([100, 1 << 20]),
      endAfterBytes: input.length,
      endWhenDry: true,
    };
    const { fault } = await hold(playedPeer(turns, options), {
      sources: [bytesOf(2 + 2 * random.below(300))],
    });
    if (fault?.kind === "bug") throw fault;
  },
};

const dictionary: Target = {
  name: "dictionary",
  corpus: () => {
    const text = '# comment\n(0010,0010)\tPN\tName\t1\n(0010-o-0011,"ACME",01-u-0F)\tUS\tOwn\t1-n\tX\n';
    return Promise.resolve([["made up", new TextEncoder().encode(text)]]);
  },
  run(input, random) {
    const { dictionary } = loadDictionary([{ name: "mutated", text: new TextDecoder().decode(input) }]);
    for (let i = 0; i < 20; i++) dictionary.keywordOf(random.below(2 ** 32));
  },
};

const edit: Target = {
  name: "edit",
  corpus: () =>
    Promise.resolve(
      [
        "PatientName=A^B",
        "ReferencedImageSequence[0].0008,1155=1.2",
        "0029,1010:OB=00\\FF",
        "(0018,9073)=1.5",
      ].map(
        (text): [string, Uint8Array] => [text, new TextEncoder().encode(text)],
      ),
    ),
  async run(input) {
    const edits = [parseSet(new TextDecoder().decode(input), builtInDictionary())];
    await pull(convert(memorySource(new Uint8Array(0)), { name: "empty", from: EXPLICIT, to: BIG, edits }));
  },
};

export const TARGETS: readonly Target[] = [
  file,
  stream,
  dataSet,
  inflate,
  pdu,
  command,
  association,
  dictionary,
  edit,
];
