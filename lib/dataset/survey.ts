/**
 * From bytes to an instance that is known to be whole.
 *
 * How this works: the beginning tells whether this is DICOM and how the data set is encoded (beginning.ts); a walk from header to
 * header, which skips the values, shows that the structure holds to the last byte and picks up who the instance is
 * (structure.ts); what was found is then weighed against what the meta header says. A file is surveyed with a few
 * small reads before anything is sent. Pixel data are never read.
 */
import type { SeekableBytes } from "../bytes/seekable.ts";
import { ByteWindow } from "../bytes/window.ts";
import { Fault } from "../errors.ts";
import { asNotDicom, type Beginning, readBeginning, type ReadMode } from "./beginning.ts";
import { conclude, isDicomdir } from "./conclude.ts";
import type { Encoding } from "./element.ts";
import { InflatingFeed } from "./inflating_feed.ts";
import { StructureWalk } from "./structure.ts";

/** What is known of an instance before it is sent. */
export interface Survey {
  /** The file has File Meta Information (PS3.10 7.1). */
  readonly metaPresent: boolean;
  /** The transfer syntax that the data set really is in. */
  readonly transferSyntax: string;
  /** (0002,0010) as it stands in the file, if it does. */
  readonly declaredTransferSyntax: string | undefined;
  /** How its headers are encoded (once inflated). */
  readonly encoding: Encoding;
  /**
   * False when the headers are not encoded as `transferSyntax` asks, such as compressed pixel data in an implicit VR
   * data set: the data set must be written anew to be sent at all.
   */
  readonly passesThrough: boolean;
  readonly mediaStorageSopClassUid: string | undefined;
  readonly mediaStorageSopInstanceUid: string | undefined;
  /** Of the top level of the data set; of the meta header where that has none. Never empty. */
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Where the data set starts in the file. */
  readonly dataSetOffset: number;
  /** How long it is, as stored; undefined for a stream whose end has not been seen. */
  readonly dataSetLengthBytes: number | undefined;
  readonly hasPixelData: boolean;
  /** Pixel Data are there as fragments (PS3.5 A.4). */
  readonly encapsulated: boolean;
  /** Some value, or the data set as a whole, has an odd number of bytes, which PS3.5 7.1 forbids. */
  readonly oddLength: boolean;
  /** A Media Storage Directory, which is not meant to be sent; its structure has not been looked at. */
  readonly isDicomdir: boolean;
  /** One line each, without level and without newline. */
  readonly warnings: readonly string[];
}

/** Kept from file to file: a survey runs to its end without giving way to another. */
let kept: { window: ByteWindow; walk: StructureWalk } | undefined;

/**
 * Surveys a file. The answer is a promise only for a deflated data set, which has to be inflated to be looked at.
 * @throws NotDicom when it is not DICOM at all
 * @throws Fault "input" when it is damaged, or not what `mode` asks for
 */
export function survey(bytes: SeekableBytes, name: string, mode: ReadMode): Survey | Promise<Survey> {
  kept ??= { window: new ByteWindow(), walk: new StructureWalk() };
  return surveyThrough(kept.window, kept.walk, bytes, name, mode);
}

/** The same through a window of the caller's. */
export function surveyThrough(
  window: ByteWindow,
  walk: StructureWalk,
  bytes: SeekableBytes,
  name: string,
  mode: ReadMode,
): Survey | Promise<Survey> {
  let beginning: Beginning | undefined;
  window.open(bytes, name);
  try {
    const totalBytes = bytes.lengthBytes;
    beginning = readBeginning(window, name, mode, totalBytes);
    const { dataSetOffset } = beginning.meta;
    if (beginning.deflated) return surveyDeflated(bytes, beginning, name);
    walk.begin(name, beginning.encoding, dataSetOffset, totalBytes);
    if (isDicomdir(beginning)) return conclude(beginning, walk, name, totalBytes - dataSetOffset);
    do window.cover(walk.next, walk.needBytes); while (
      !walk.advance(window.view, window.offset, window.lengthBytes, window.ended)
    );
    const end = walk.paddingFrom >= 0 ? walk.paddingFrom : totalBytes;
    return conclude(beginning, walk, name, end - dataSetOffset);
  } catch (caught) {
    throw beginning === undefined || beginning.certain ? caught : asNotDicom(caught, name);
  } finally {
    window.leave();
  }
}

async function surveyDeflated(bytes: SeekableBytes, beginning: Beginning, name: string): Promise<Survey> {
  const { dataSetOffset } = beginning.meta;
  const walk = new StructureWalk();
  walk.begin(`inflated ${name}`, beginning.encoding, 0, Infinity);
  const feed = await InflatingFeed.open(name, walk);
  const piece = new Uint8Array(64 * 1024);
  for (let offset = dataSetOffset; offset < bytes.lengthBytes;) {
    const lengthBytes = bytes.readAt(offset, piece);
    if (lengthBytes === 0) throw new Fault("input", `${name} shrank while it was being read`);
    await feed.push(piece.subarray(0, lengthBytes));
    offset += lengthBytes;
  }
  await feed.end();
  return conclude(beginning, walk, name, bytes.lengthBytes - dataSetOffset);
}
