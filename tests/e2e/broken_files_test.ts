/**
 * Each kind of fault in a file, on the whole path: its name stands once, in front, and behind it the same words in the log, the
 * summary, the events and the dry run, whatever the name is.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { deflateRawSync, gzipSync } from "node:zlib";
import { eventsOf, fileEvents } from "../peers/events.ts";
import { tarFile, zipFile } from "../peers/made_up_archives.ts";
import { dicomdir, record } from "../peers/made_up_dicomdir.ts";
import {
  CT_IMAGE_STORAGE,
  type Elements,
  encodeDataSet,
  imageElements,
  imageFile,
  instanceUid,
  joined,
  metaHeader,
  SYNTAX_OF,
} from "../peers/made_up_files.ts";
import { startRecordingPeer } from "../peers/recording_peer.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { withFolder } from "../with_folder.ts";

const EXPLICIT = SYNTAX_OF.explicit;
const DEFLATED = "1.2.840.10008.1.2.1.99";
const JPEG_BASELINE = "1.2.840.10008.1.2.4.50";

function withMeta(transferSyntax: string, dataSet: Uint8Array): Uint8Array {
  return joined([metaHeader(transferSyntax, CT_IMAGE_STORAGE, instanceUid(1)), dataSet]);
}

function explicit(elements: Elements): Uint8Array {
  return encodeDataSet(elements, "explicit");
}

const IMAGE = imageFile();
const META = metaHeader(EXPLICIT, CT_IMAGE_STORAGE, instanceUid(1));
const DATA_SET = explicit(imageElements());

/** An image with so many bytes of pixel data. */
function withPixels(lengthBytes: number): Elements {
  return [...imageElements().slice(0, -1), [0x7fe00010, "OW", new Uint8Array(lengthBytes)]];
}

interface Kind {
  /** Without it there is no such file. */
  readonly content?: Uint8Array;
  /** What the file is called. */
  readonly file?: string;
  /** What the fault is about: the file, or a member of it. */
  readonly told?: string;
  /** Behind the name. */
  readonly reason: string;
  /** What the log says at once; REFUSED for everything that is looked into. */
  readonly line?: string;
}

const REFUSED = "E: Bad DICOM file: TOLD: REASON";
const IGNORED = "W: TOLD: REASON, ignoring it";
/** With -R. */
const MISSING = "W: missing SOP class (or instance) in file: TOLD: REASON, ignoring file";

/** No more than a summary lists. */
const KINDS: readonly Kind[] = [
  { content: new Uint8Array(), reason: "it is not a DICOM file: it is empty" },
  {
    content: new TextEncoder().encode("no DICOM file is in it, and no end of words about that"),
    reason: "it is not a DICOM file: no preamble, no meta header, no plausible data set",
  },
  {
    content: explicit([[0x00100010, "PN", "A"], [0x00100020, "LO", "1"]]),
    reason:
      "it is not a DICOM file: no preamble, no meta header, and the data set does not begin in group 0008",
  },
  {
    content: explicit([...imageElements().slice(0, 1), ...withPixels(50).slice(-1)]).subarray(0, 54),
    reason:
      "it is not a DICOM file: cannot read data element (7FE0,0010) at offset 34: value is 42 bytes short",
  },
  {
    content: IMAGE.subarray(0, IMAGE.length - 20),
    reason: "cannot read data element (7FE0,0010) at offset 614: value is 20 bytes short",
  },
  {
    content: withMeta(EXPLICIT, explicit(imageElements().slice(0, 4)).subarray(0, -8)),
    reason: "it ends inside sequence (0008,1140) at offset 484",
  },
  { content: META, reason: "cannot read it: it has no data set (offset 302)" },
  {
    content: IMAGE.subarray(0, 160),
    reason: "cannot read a meta element at offset 158: its header is cut off",
  },
  {
    content: joined([metaHeader(EXPLICIT, "", ""), explicit(imageElements().slice(2))]),
    reason: "No SOP Class or Instance UID",
    line: "E: No SOP Class or Instance UID in file: TOLD",
  },
  {
    content: withMeta(EXPLICIT, explicit([[0x00080016, "UI", "1.".repeat(70)]])),
    reason: "cannot send it: its SOPClassUID (0008,0016) is far too long to be a UID",
  },
  {
    content: withMeta(DEFLATED, new Uint8Array(100).fill(0xff)),
    reason: "cannot inflate its data set: invalid block type",
  },
  {
    content: withMeta(DEFLATED, deflateRawSync(DATA_SET.subarray(0, -20))),
    reason:
      "cannot read data element (7FE0,0010) at offset 312 of its inflated data set: value is 20 bytes short",
  },
  {
    content: withMeta(JPEG_BASELINE, explicit(withPixels(50))),
    reason: "cannot read its (7FE0,0010) Pixel Data: they have a length, which JPEG Baseline does not allow",
  },
  {
    content: joined([IMAGE, new Uint8Array(20), IMAGE]),
    reason: "cannot read it: something follows the zeros behind its data set at offset 902",
  },
  { content: dicomdir([record("X")]), reason: "it is a DICOMDIR, which is not sent itself" },
  { reason: "cannot access file", line: "W: cannot access file: TOLD, ignoring file" },
  {
    content: zipFile([{ name: "in", content: IMAGE, claimedCrc: 1 }]),
    file: "NAME.zip",
    told: "NAME.zip!in",
    reason: "it is damaged: its CRC is wrong",
  },
  {
    content: zipFile([{ name: "in", content: IMAGE, flags: 0x801 }]),
    file: "NAME.zip",
    reason: "cannot read the archive: it is encrypted",
    line: IGNORED,
  },
  {
    content: tarFile([{ name: "in", content: IMAGE }]).subarray(0, 600),
    file: "NAME.tar",
    reason: "cannot read the archive: it ends inside in",
    line: IGNORED,
  },
  // What is wrong is another file than the one that it is told of.
  {
    content: gzipSync(IMAGE).subarray(0, 300),
    file: "NAME.gz",
    told: "NAME.gz!NAME",
    reason: "NAME.gz: cannot inflate it: unexpected end of file",
  },
];

/** What files are called: nothing much; like words of our messages; like what has a meaning to programs. */
const NAMINGS: Readonly<Record<string, readonly string[]>> = {
  "with plain names": KINDS.map((_, index) => `file${index}.dcm`),
  "named like words of messages":
    "a no file it in is of to at cannot read the DICOM data set empty archive item ends UID".split(" "),
  "with special names": KINDS.map((_, index) => `(${index})+.*$1 [$&]\\d: it is "x"!y.dcm`),
};

/** One kind of fault in a file of that name. */
function told(kind: Kind, name: string) {
  const { content, file = "NAME", told = file, reason, line = REFUSED } = kind;
  const named = (text: string) => text.replaceAll("NAME", () => name);
  const [path, why] = [named(told), named(reason)];
  const lineOf = (text: string) => text.replace("TOLD", () => path).replace("REASON", () => why);
  const lineWithR = lineOf(line.startsWith("E: ") ? MISSING : line);
  return { content, file: named(file), path, reason: why, line: lineOf(line), lineWithR };
}

/** Runs in a folder with these files; answers the lines on standard error, those on standard output, and the reasons. */
async function run(folder: string, options: readonly string[], files: readonly string[]) {
  await using peer = startRecordingPeer();
  const args = ["-nh", ...options, "127.0.0.1", String(peer.port), ...files];
  const { stdout, stderr } = await runStorescu(args, { cwd: folder });
  const events = options.includes("--json") ? fileEvents(eventsOf(stdout)) : [];
  const reasons = events.map(({ path, reason }) => `${path} | ${reason}`).sort();
  return { stdout, stderr, errors: stderr.split("\n"), lines: stdout.split("\n"), reasons };
}

for (const [what, names] of Object.entries(NAMINGS)) {
  Deno.test(`each fault in a file is told in the same words everywhere, of files ${what}`, async () => {
    const kinds = KINDS.map((kind, index) => told(kind, names[index] ?? ""));
    const files = kinds.map(({ file }) => file);
    const reasons = kinds.map(({ path, reason }) => `${path} | ${reason}`).sort();
    await withFolder(async (folder) => {
      for (const { content, file } of kinds) {
        if (content !== undefined) await Deno.writeFile(`${folder}/${file}`, content);
      }
      const sent = await run(folder, ["--json"], files);
      assertEquals(sent.reasons, reasons);
      const strict = await run(folder, ["-R", "--json"], files);
      assertEquals(strict.reasons, reasons);
      const dry = await run(folder, ["--dry-run"], files);
      for (const { path, reason, line, lineWithR } of kinds) {
        assertEquals(occurrences(sent.errors, line), 1, `${line}\n${sent.stderr}`);
        assertEquals(occurrences(sent.errors, `E:   unreadable: ${path}: ${reason}`), 1, sent.stderr);
        assertEquals(occurrences(strict.errors, lineWithR), 1, `${lineWithR}\n${strict.stderr}`);
        assertEquals(occurrences(dry.lines, `cannot send  ${path}: ${reason}`), 1, dry.stdout);
      }
    });
  });
}

function occurrences(lines: readonly string[], wanted: string): number {
  return lines.filter((line) => line === wanted).length;
}

Deno.test("a fault that shows while the file is being sent is told in the same words everywhere", async () => {
  const large = imageFile({ pixelBytes: 2 * 1024 * 1024 });
  for (const name of ["a", "it", "$& (x).zip"]) {
    await withFolder(async (folder) => {
      await Deno.writeFile(`${folder}/${name}`, IMAGE);
      await Deno.writeFile(`${folder}/${name}.zip`, zipFile([{ name: "in", content: large, claimedCrc: 1 }]));
      const faults: readonly (readonly [file: string, told: string, options: string[], reason: string])[] = [
        [`${name}.zip`, `${name}.zip!in`, [], "it is damaged: its CRC is wrong"],
        [
          name,
          name,
          ["--set", "PatientName=\u00DC"],
          "cannot set (0010,0010): its Specific Character Set, ISO_IR 6, does not have these characters",
        ],
      ];
      for (const [file, path, options, reason] of faults) {
        const { reasons, stderr } = await run(folder, ["--json", ...options], [file]);
        assertEquals(reasons, [`${path} | ${reason}`]);
        assertStringIncludes(stderr, `E: Store Failed, file: ${path}:\nE: ${reason}\n`);
        assertStringIncludes(stderr, `\nE:   unreadable: ${path}: ${reason}\n`);
      }
    });
  }
});

Deno.test("a fault in a file to which a DICOMDIR refers begins with the name of that file", async () => {
  await withFolder(async (folder) => {
    await Deno.writeFile(`${folder}/DICOMDIR`, dicomdir([record("GONE"), record("..\\ETC")]));
    const { reasons, stderr } = await run(folder, ["--json"], ["DICOMDIR"]);
    assertEquals(reasons, [
      "../ETC | it is not inside the folder of DICOMDIR, which refers to it",
      "GONE | cannot access file, to which DICOMDIR refers",
    ]);
    assertStringIncludes(stderr, "W: cannot access file: GONE, to which DICOMDIR refers, ignoring file\n");
    assertStringIncludes(
      stderr,
      "W: ../ETC: it is not inside the folder of DICOMDIR, which refers to it, ignoring it\n",
    );
  });
});

Deno.test("what cannot be a UID is proposed to nobody, and costs its own file only", async () => {
  await withFolder(async (folder) => {
    const long = "1.2.".padEnd(100, "3");
    const written: Readonly<Record<string, Uint8Array>> = {
      "long_class.dcm": imageFile({ number: 1, sopClassUid: long }),
      "letters.dcm": imageFile({ number: 2, sopClassUid: "1.2.abc" }),
      "long_syntax.dcm": joined([metaHeader(long, CT_IMAGE_STORAGE, instanceUid(3)), DATA_SET]),
      "good.dcm": imageFile({ number: 4 }),
    };
    for (const [name, bytes] of Object.entries(written)) await Deno.writeFile(`${folder}/${name}`, bytes);
    for (const options of [["-nh", "+sd"], ["-nh", "-R", "+sd"]]) {
      await using peer = startRecordingPeer();
      const { code, stderr } = await runStorescu([...options, "127.0.0.1", String(peer.port), folder]);
      assertEquals(code, 1);
      assertStringIncludes(stderr, `its SOPClassUID (0008,0016) is too long to be a UID: ${long}`);
      assertStringIncludes(stderr, 'its SOPClassUID (0008,0016) is no UID: "1.2.abc"');
      assertStringIncludes(stderr, `its TransferSyntaxUID (0002,0010) is too long to be a UID: ${long}`);
      assertEquals((await peer.stores()).map(({ sopInstanceUid }) => sopInstanceUid), [instanceUid(4)]);
      const proposed = peer.associations.flatMap(({ rq }) => rq?.contexts ?? []);
      const uids = proposed.flatMap((
        { abstractSyntax, transferSyntaxes },
      ) => [abstractSyntax, ...transferSyntaxes]);
      assertEquals(uids.filter((uid) => !/^[0-9.]{1,64}$/.test(uid)), []);
    }
  });
});
