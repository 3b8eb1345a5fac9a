/** The files that both programs are given: all of testdata's, and some made up for what a case is about. */

import { dirname, join } from "node:path";
import { FILES, FOLDER } from "../../../scripts/make_testdata.ts";
import {
  CT_IMAGE_STORAGE,
  type Elements,
  encodeDataSet,
  type Image,
  imageElements,
  instanceUid,
  joined,
  metaHeader,
  SYNTAX_OF,
} from "../../peers/made_up_files.ts";
import { zipFile } from "../../peers/made_up_archives.ts";
import { Authority, selfSigned } from "../../tls/authority.ts";
import { runOpenssl } from "../../tls/openssl_command.ts";

const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
const BREAST_TOMOSYNTHESIS = "1.2.840.10008.5.1.4.1.1.13.1.3";
const PRIVATE_CLASS = "1.2.826.0.1.3680043.2.1396.999.9";
const RLE = "1.2.840.10008.1.2.5";
const JPEG_2000 = "1.2.840.10008.1.2.4.90";
const MPEG4 = "1.2.840.10008.1.2.4.102";

/**
 * An image without a sequence: those of made_up_files.ts have undefined length, which DCMTK always changes, and that
 * difference is for a few cases only.
 */
function plainElements(image: Image = {}): Elements {
  return imageElements(image).filter(([, vr]) => vr !== "SQ");
}

function plainFile(image: Image): Uint8Array {
  const { number = 1, encoding = "explicit", sopClassUid = CT_IMAGE_STORAGE } = image;
  const meta = metaHeader(SYNTAX_OF[encoding], sopClassUid, instanceUid(number));
  return joined([meta, encodeDataSet(plainElements(image), encoding)]);
}

/** With other elements than the plain image has; those of the same tag replace its own. */
function imageWith(elements: Elements, encoding: Image["encoding"] = "explicit"): Uint8Array {
  const tags = new Set(elements.map(([tag]) => tag));
  const all = [...plainElements().filter(([tag]) => !tags.has(tag)), ...elements];
  return withMeta(SYNTAX_OF[encoding], encodeDataSet(all.sort(([a], [b]) => a - b), encoding));
}

function withMeta(transferSyntax: string, dataSet: Uint8Array, number = 1): Uint8Array {
  return joined([metaHeader(transferSyntax, CT_IMAGE_STORAGE, instanceUid(number)), dataSet]);
}

/** The compressed image of testdata, said to be in another transfer syntax: nobody here looks into the fragments. */
function compressed(transferSyntax: string): Uint8Array {
  const jpeg = FILES["whole/encapsulated.dcm"] ?? new Uint8Array();
  const metaBytes = metaHeader("1.2.840.10008.1.2.4.50", CT_IMAGE_STORAGE, instanceUid(1)).length;
  return withMeta(transferSyntax, jpeg.subarray(metaBytes));
}

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Where in the program an event comes from. */
const PLACES = "layout.ConversionPattern = %t|%F|%L|%l|%b|%M|%m%n";

/** A log configuration with one appender. */
function logConfig(appender: string, ...keys: readonly string[]): string {
  return [
    "log4cplus.rootLogger = INFO, one",
    `log4cplus.appender.one = log4cplus::${appender}`,
    ...keys.map((key) => `log4cplus.appender.one.${key}`),
    "",
  ].join("\n");
}

const MADE_UP: Readonly<Record<string, Uint8Array | string>> = {
  "a.dcm": plainFile({ number: 1 }),
  "b.dcm": plainFile({ number: 2 }),
  "c.dcm": plainFile({ number: 3 }),
  "sc.dcm": plainFile({ number: 4, sopClassUid: SECONDARY_CAPTURE }),
  "tomo.dcm": plainFile({ number: 5, sopClassUid: BREAST_TOMOSYNTHESIS }),
  "xa.dcm": plainFile({ number: 8, sopClassUid: "1.2.840.10008.5.1.4.1.1.12.1.1" }),
  "private_class.dcm": plainFile({ number: 6, sopClassUid: PRIVATE_CLASS }),
  "large.dcm": plainFile({ number: 7, pixelBytes: 20_000 }),
  "rle.dcm": compressed(RLE),
  "j2k.dcm": compressed(JPEG_2000),
  "mpeg4.dcm": compressed(MPEG4),
  "unknown_syntax.dcm": compressed("1.2.826.0.1.3680043.2.1396.999.8"),
  "ge_private.dcm": withMeta("1.2.840.113619.5.2", encodeDataSet(plainElements(), "implicit")),
  "group_lengths.dcm": imageWith([
    [0x00080000, "UL", bytes(1, 0, 0, 0)],
    [0x00100000, "UL", bytes(99, 0, 0, 0)],
    [0x7fe00000, "UL", bytes(0, 0, 0, 0)],
  ]),
  "odd_lengths.dcm": withMeta(
    SYNTAX_OF.explicit,
    joined([
      encodeDataSet(plainElements().slice(0, 3), "explicit"),
      bytes(0x10, 0, 0x10, 0, 0x50, 0x4e, 3, 0, 0x41, 0x5e, 0x42),
      encodeDataSet(plainElements().slice(4), "explicit"),
    ]),
  ),
  "twice.dcm": withMeta(
    SYNTAX_OF.explicit,
    encodeDataSet(plainElements().flatMap((e) => e[0] === 0x00080060 ? [e, e] : [e]), "explicit"),
  ),
  "new_vrs.dcm": imageWith([
    [0x00080119, "UC", "long code"],
    [0x00080120, "UR", "urn:x"],
    [0x00090010, "LO", "MADE UP"],
    [0x00091001, "UN", bytes(1, 2, 3, 4)],
    [0x00091002, "OF", bytes(0, 0, 128, 63)],
    [0x00091003, "OD", new Uint8Array(8)],
    [0x00091004, "OL", bytes(1, 0, 0, 0)],
    [0x00091005, "OV", bytes(1, 0, 0, 0, 0, 0, 0, 0)],
    [0x00091006, "SV", bytes(1, 0, 0, 0, 0, 0, 0, 0)],
    [0x00091007, "UV", bytes(1, 0, 0, 0, 0, 0, 0, 0)],
    [0x00091008, "UT", "text"],
  ]),
  "private_tags.dcm": imageWith([
    [0x00090010, "LO", "MADE UP"],
    [0x00091001, "UN", bytes(1, 2, 3, 4)],
    [0x00189999, "UN", bytes(5, 6)],
  ], "implicit"),
  "long_text.dcm": imageWith([[0x00104000, "LT", "text ".repeat(14_000)]], "implicit"),
  "no_pixel_data.dcm": withMeta(SYNTAX_OF.explicit, encodeDataSet(plainElements().slice(0, -1), "explicit")),
  "wrong_syntax.dcm": withMeta(SYNTAX_OF.implicit, encodeDataSet(plainElements(), "explicit")),
  "no_syntax.dcm": withMeta("", encodeDataSet(plainElements(), "explicit")),
  "empty_instance.dcm": imageWith([[0x00080018, "UI", ""]]),
  "empty_class.dcm": imageWith([[0x00080016, "UI", ""]]),
  "long_instance.dcm": imageWith([[0x00080018, "UI", "1.2.".padEnd(66, "3")]]),
  "no_uid_as_syntax.dcm": withMeta("1.2.abc", encodeDataSet(plainElements(), "explicit")),
  "blanks_in_uids.dcm": imageWith([
    [0x00080016, "UI", "1.2.840.10008. 5.1.4.1.1.2"],
    [0x00080018, "UI", "1.2.826.0.1\t.3680043.2 .1396"],
  ]),
  "folder/b.dcm": plainFile({ number: 12 }),
  "folder/a.dcm": plainFile({ number: 11 }),
  "folder/.hidden.dcm": plainFile({ number: 13 }),
  "folder/notes.txt": "no DICOM file\n",
  "folder/sub/d.img": plainFile({ number: 14 }),
  "one/only.dcm": plainFile({ number: 15 }),
  "one/sub/deeper.dcm": plainFile({ number: 16 }),
  "texts/readme.txt": "no DICOM file\n",
  "lost/IM0001": "",
  "text.dcm": "This is no DICOM file, whatever its name says.\n".repeat(9),
  "taken.dcm": plainFile({ number: 18 }),
  "taken.dcm.done": "there before",
  "complete.dcm": imageWith([
    [0x00080050, "SH", "A1"],
    [0x00100020, "LO", "4711"],
    [0x00200010, "SH", "S1"],
    [0x00200011, "IS", "7"],
    [0x00200013, "IS", "8"],
  ]),
  "two words.dcm": plainFile({ number: 17 }),
  "token": "TOKEN",
  "token_with_newline": "TOKEN\n",
  "empty_token": "",
  "arguments": "-aet 'FROM FILE' -aec\nPEER",
  "nested": "@arguments",
  "no_root.cfg": "log4cplus.logger.dcmtk = INFO\n",
  "to_file.cfg": logConfig(
    "FileAppender",
    "File = told.log",
    "layout = log4cplus::PatternLayout",
    "layout.ConversionPattern = %p %c: %m%n",
  ),
  "unknown_root_level.cfg":
    "log4cplus.rootLogger = LOUD, a\nlog4cplus.appender.a = log4cplus::ConsoleAppender\n",
  "extension_1024.cfg": [
    "[[TransferSyntaxes]]",
    "[Plain]",
    "TransferSyntax1 = LittleEndianExplicit",
    "[[PresentationContexts]]",
    "[Images]",
    "PresentationContext1 = CTImageStorage\\Plain",
    "[[ExtendedNegotiation]]",
    "[Long]",
    `ExtendedNegotiation1 = CTImageStorage\\${"01".repeat(1024)}`,
    "[[Profiles]]",
    "[Default]",
    "PresentationContexts = Images",
    "ExtendedNegotiation = Long",
  ].join("\n"),
  "places.cfg": logConfig(
    "ConsoleAppender",
    "logToStdErr = true",
    "layout = log4cplus::PatternLayout",
    PLACES,
  ),
  "daily_rolling.cfg": logConfig("DailyRollingFileAppender", "File = daily", "Schedule = DAILY"),
  "socket.cfg": logConfig("SocketAppender", "host = 127.0.0.1", "port = 9"),
  "objects.zip": zipFile([{ name: "one.dcm", content: plainFile({ number: 19 }) }]),
  "unknown_appender.cfg": logConfig("PostAppender"),
};

/** Storage classes enough for more than 128 presentation contexts with -R. */
const CLASSES = [
  ..."1,1.1,1.1.1,1.2,1.2.1,1.3,1.3.1,2,2.1,3.1,4,4.1,4.2,6.1,7,7.1,7.2,7.3,7.4,9.1.1,9.1.2,9.1.3,9.2.1,9.3.1"
    .split(","),
  ..."9.4.1,11.1,11.2,11.3,11.4,12.1,12.1.1,12.2,12.2.1,20,66,66.1,66.2,67,77.1.1,77.1.2,77.1.3,77.1.4".split(
    ",",
  ),
  ..."77.1.5.1,77.1.5.2,77.1.5.3,77.1.5.4,88.11,88.22,88.33,88.40,88.50,88.59,88.65,88.67,88.69,104.1".split(
    ",",
  ),
  ..."128,481.1,481.2,481.3,481.4,481.5,481.6,481.7,66.4".split(","),
].map((end) => `1.2.840.10008.5.1.4.1.1.${end}`);

/** A certificate for another host than the one that is called, its authority, and pairs that do and do not match. */
async function writeCertificates(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const made = await Deno.makeTempDir();
  try {
    const [authority, stranger] = await Promise.all([
      Authority.create(made, "ca"),
      selfSigned(made, "stranger"),
    ]);
    const server = await authority.issue("elsewhere", {
      extensions: ["subjectAltName=DNS:elsewhere.example"],
    });
    const pairs = { server, stranger, ca: authority };
    for (const [name, { keyFile, certificateFile }] of Object.entries(pairs)) {
      await Deno.copyFile(keyFile, join(folder, `${name}.key`));
      await Deno.copyFile(certificateFile, join(folder, `${name}.pem`));
    }
    const locked = join(folder, "locked.key");
    await runOpenssl(["pkey", "-in", server.keyFile, "-aes256", "-passout", "pass:secret", "-out", locked]);
  } finally {
    await Deno.remove(made, { recursive: true });
  }
}

/** Writes everything into `folder`. */
export async function writeSpecimens(folder: string): Promise<void> {
  const files: Record<string, Uint8Array | string> = { ...FILES, ...MADE_UP };
  CLASSES.forEach((sopClassUid, index) => {
    const name = `classes/${String(index).padStart(2, "0")}.dcm`;
    files[name] = plainFile({ number: 100 + index, sopClassUid, pixelBytes: 2 });
  });
  files["all_classes"] = Object.keys(files).filter((name) => name.startsWith("classes/")).join("\n");
  for (const kind of ["profiles/good", "profiles/bad", "profiles/odd", "log"]) {
    const from = join(FOLDER, "..", kind);
    for (const { name } of Deno.readDirSync(from)) {
      files[`${kind}/${name}`] = Deno.readFileSync(join(from, name));
    }
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  await Deno.mkdir(join(folder, "empty"));
  await writeCertificates(join(folder, "tls"));
}

/** The same folder once more, to work in: files may be renamed there, folders are shared. */
export async function linkFolder(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await Deno.symlink(join(from, name), join(to, name));
    else await Deno.link(join(from, name), join(to, name));
  }
}
