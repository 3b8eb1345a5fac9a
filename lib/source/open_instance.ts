/**
 * From a path to an instance: opened, surveyed to its end, ready to be streamed.
 *
 * How this room works: `operands.ts` and `scan.ts` turn what the user named into paths, `inputs.ts` checks them and hands
 * them out as work, `file.ts` reads one, and this file makes an Instance of it. Damage is a Fault; a scanned file that is
 * no DICOM at all, and does not bear the name of an image, is a NoInstance.
 */

import { CountedSource } from "../bytes/counted_source.ts";
import type { ByteSource } from "../bytes/source.ts";
import type { ReadMode } from "../dataset/beginning.ts";
import { conversion } from "../dataset/conversion.ts";
import type { ConvertOptions } from "../dataset/convert.ts";
import { madeEven } from "../dataset/even_source.ts";
import { type Edit, topLevelOutcome } from "../dataset/edits.ts";
import { NotDicom } from "../dataset/not_dicom.ts";
import { surveyStream } from "../dataset/pass_through.ts";
import { survey } from "../dataset/survey.ts";
import type { Survey } from "../dataset/survey_result.ts";
import { TAG_SOP_CLASS_UID, TAG_SOP_INSTANCE_UID } from "../dataset/top_level.ts";
import type { Dictionary } from "../dicom/dictionary.ts";
import { Fault } from "../errors.ts";
import type { ArchiveMember, FileBytes } from "./archives/member.ts";
import { mayBeArchive } from "./container_names.ts";
import { openFile } from "./file.ts";
import type { Input, Instance, NoInstance, OpenInstance } from "./instance.ts";
import type { FileVersion } from "./open_file.ts";
import { openPipe, STANDARD_INPUT } from "./pipe.ts";
import type { ReadPace } from "./read_pace.ts";

/** How files are read and what is done to them on the way. */
export interface OpenOptions {
  /** +f, +fo or -f. */
  readonly mode: ReadMode;
  /** Changes to the data set, in the order in which they count. */
  readonly edits?: readonly Edit[];
  /** Further changes for one file, made up when it is known to be an instance; they come before `edits`. */
  invent?(input: Input): { readonly edits: readonly Edit[]; readonly lines: readonly string[] };
  /** False: VRs that came after 1993 are written as OB. */
  readonly newVr?: boolean;
  readonly deflateLevel?: number | undefined;
  /** Where VRs come from; default: the built-in one. */
  readonly dictionary?: Dictionary | undefined;
  /** Take blanks out of all UIDs. */
  readonly repairUids?: boolean;
}

export function instanceOpener(options: OpenOptions, pace: ReadPace): OpenInstance {
  return (input) => {
    if (input.fault !== undefined) throw input.fault;
    if (input.skipped !== undefined) return { skipped: input.skipped };
    if (input.member !== undefined) return openMember(input, input.member, options);
    const file = openFile(input.path, pace, input.seen === "file");
    if (file !== undefined) return identify(file, input, options, file.version);
    if (input.scanned) return { skipped: "it is not a regular file" };
    // Of a FIFO that has taken the place of a file nobody knows whether anybody writes to it.
    if (input.seen === "file" && input.path !== STANDARD_INPUT) throw replaced(input.path);
    return openStream(openPipe(input.path), input, options, { readOnce: true });
  };
}

function replaced(path: string): Fault {
  return new Fault("input", "cannot read it: it is no longer the file that was found when the run began", {
    file: path,
    remedy: "send files only when nothing else is done with them any more",
  });
}

async function openMember(
  input: Input,
  member: ArchiveMember,
  options: OpenOptions,
): Promise<Instance | NoInstance> {
  if (mayBeArchive(member.name) && !member.name.toLowerCase().endsWith(".gz")) {
    return { skipped: "it is an archive inside an archive" };
  }
  const { version, sizeBytes } = member;
  const bytes = await member.open();
  const isCompressed = /\.gz$/i.test(member.name);
  if ("readAt" in bytes && !isCompressed) return await identify(bytes, input, options, version);
  const stream = "readAt" in bytes ? bytes.passThrough(0, bytes.lengthBytes) : bytes;
  if (isCompressed) return await openStream(await gunzip(stream, input.path), input, options, { version });
  return await openStream(stream, input, options, { version }, sizeBytes);
}

async function gunzip(source: ByteSource, name: string): Promise<ByteSource> {
  const { InflatedSource } = await import("../dataset/inflating.ts");
  return new InflatedSource(source, name, "gzip");
}

function identify(
  file: FileBytes,
  input: Input,
  options: OpenOptions,
  version?: FileVersion,
): ReturnType<OpenInstance> {
  try {
    const found = survey(file, input.path, options.mode);
    return found instanceof Promise ? found.then(instance, refuse) : instance(found);
  } catch (caught) {
    return refuse(caught);
  }

  function instance(found: Survey) {
    if (found.isDicomdir) {
      file.close();
      return directory(input);
    }
    const bytes = () => file.passThrough(found.dataSetOffset, found.dataSetLengthBytes ?? 0);
    return instanceOf(input, found, { bytes, close: () => file.close(), version }, options);
  }

  function refuse(caught: unknown) {
    file.close();
    return noDicom(input, caught);
  }
}

/**
 * What can only be read from front to back.
 * @param totalBytes that it has, as far as anybody knows
 */
async function openStream(
  source: ByteSource | Promise<ByteSource>,
  input: Input,
  options: OpenOptions,
  from: Pick<DataSetBytes, "readOnce" | "version">,
  totalBytes?: number,
): Promise<Instance | NoInstance> {
  try {
    const { survey: found, dataSet } = await surveyStream(
      await source,
      input.path,
      options.mode,
      totalBytes,
    );
    if (!found.isDicomdir) {
      const counted = new CountedSource(dataSet);
      const lengthBytes = () => counted.lengthBytes;
      return instanceOf(
        input,
        found,
        { bytes: () => counted, lengthBytes, close: () => counted.close(), ...from },
        options,
      );
    }
    dataSet.close();
    return directory(input);
  } catch (caught) {
    return noDicom(input, caught);
  }
}

/** In a folder there may be anything; but nobody would hear of an image that has become something else. */
function noDicom({ scanned }: Input, caught: unknown): NoInstance {
  if (scanned && caught instanceof NotDicom && !caught.isLoss) return { skipped: "it is not a DICOM file" };
  throw caught;
}

/** A directory is not sent: the files are, that it refers to. */
function directory({ path, scanned }: Input): NoInstance {
  if (scanned) return { skipped: "it is a DICOMDIR" };
  throw new Fault("input", "it is a DICOMDIR, which is not sent itself", {
    file: path,
    remedy: `send the files to which it refers with --dicomdir ${path}`,
  });
}

/** Where the bytes of a surveyed data set come from. */
export interface DataSetBytes {
  /** As they are; asked for once. */
  bytes(): ByteSource;
  /** They cannot be had a second time by opening the input again. */
  readonly readOnce?: boolean;
  readonly version?: FileVersion | undefined;
  /** How many they were, where only that tells. */
  lengthBytes?(): number | undefined;
  close(): void;
}

/** A surveyed data set as an instance. */
export function instanceOf(input: Input, found: Survey, from: DataSetBytes, options: OpenOptions): Instance {
  const name = input.path;
  const { transferSyntax } = found;
  const invention = options.invent?.(input);
  const edits = [...invention?.edits ?? [], ...options.edits ?? []];
  // An odd length cannot travel (PS3.8 annex E: fragments are even); written anew, its values are padded.
  // DCMTK takes blanks out of every UID. Padding does no harm, but a peer may compare the command's UIDs with these.
  const repairUids = options.repairUids === true || found.blanksInUids;
  const asItIs = found.passesThrough && !found.oddLength && !repairUids && edits.length === 0 &&
    options.newVr !== false;
  const edited = (tag: number, uid: string) => topLevelOutcome(edits, tag) ?? uid;
  return {
    sopClassUid: edited(TAG_SOP_CLASS_UID, found.sopClassUid),
    sopInstanceUid: edited(TAG_SOP_INSTANCE_UID, found.sopInstanceUid),
    transferSyntax,
    get lengthBytes() {
      return found.dataSetLengthBytes ?? from.lengthBytes?.();
    },
    warnings: found.warnings,
    invented: invention?.lines,
    readOnce: from.readOnce ?? false,
    version: from.version,
    fits: (wanted) => typeof conversion(transferSyntax, wanted, found) === "string",
    dataSet: (wanted) => {
      const way = conversion(transferSyntax, wanted, found);
      if (typeof way !== "string") throw new Fault("input", way.refused, { file: name, code: "0006:020e" });
      if (way === "none" && asItIs) return madeEven(from.bytes(), name, found);
      return converted(from, {
        name,
        startOffset: found.dataSetOffset,
        from: transferSyntax,
        to: wanted,
        encoding: found.encoding,
        pixelRepresentation: found.pixelRepresentation,
        deceptive: found.deceptive,
        late: found.late,
        edits,
        newVr: options.newVr ?? true,
        deflateLevel: options.deflateLevel,
        repairUids,
        dictionary: options.dictionary,
      });
    },
    close: () => from.close(),
  };
}

/** Most runs convert nothing, and need neither the converter nor the dictionary. */
let converter: typeof import("../dataset/convert.ts") | undefined;

async function converted(from: DataSetBytes, how: ConvertOptions): Promise<ByteSource> {
  converter ??= await import("../dataset/convert.ts");
  return converter.convert(from.bytes(), how);
}
