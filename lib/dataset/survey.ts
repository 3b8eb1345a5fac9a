/**
 * From bytes to an instance that is known to be whole.
 *
 * How this room works: a file is surveyed here before it is sent, a stream while it passes (`pass_through.ts`). A data
 * set that goes out as it is has no more business here; `conversion.ts` says which must be written anew and whether they
 * can be, and `convert.ts` does that, edits included (`edits.ts`). Every walk reads its headers with `element.ts`.
 *
 * How this works: the beginning tells whether this is DICOM and how the data set is encoded (beginning.ts); a walk from header to
 * header, which skips the values, shows that the structure holds to the last byte and picks up who the instance is
 * (structure.ts); what was found is then weighed against what the meta header says. A file is surveyed with a few
 * small reads before anything is sent. Of the pixel data at most the beginning of a frame is read.
 */
import type { SeekableBytes } from "../bytes/seekable.ts";
import { SpareBuffers } from "../bytes/spare_buffers.ts";
import { othersFirst } from "../bytes/turns.ts";
import { ByteWindow } from "../bytes/window.ts";
import { Fault } from "../errors.ts";
import { type Beginning, readBeginning, type ReadMode } from "./beginning.ts";
import { compressionOf, FRAME_START_BYTES } from "./compression.ts";
import { conclude, isDicomdir, mustLookAtFrame } from "./conclude.ts";
import { InflatingFeed } from "./inflating_feed.ts";
import { asNotDicom } from "./not_dicom.ts";
import { StructureWalk } from "./structure.ts";
import type { Survey } from "./survey_result.ts";

/** How long a walk may go on before others get a turn. Most files take a hundredth of that. */
const TURN_MILLISECONDS = 10;

/** What a survey needs; kept from one to the next, because most end before another begins. */
interface Tools {
  readonly window: ByteWindow;
  readonly walk: StructureWalk;
}

let spare: Tools | undefined;

/**
 * Surveys a file. The answer is a promise only where it takes long: for a deflated data set, which has to be inflated
 * to be looked at, and for one with very many elements or on a slow disk.
 * @throws NotDicom when it is not DICOM at all
 * @throws Fault "input" when it is damaged, or not what `mode` asks for
 */
export function survey(bytes: SeekableBytes, name: string, mode: ReadMode): Survey | Promise<Survey> {
  const tools = spare ?? { window: new ByteWindow(), walk: new StructureWalk() };
  spare = undefined;
  let stillUsed = false;
  try {
    return surveyWith(tools, bytes, name, mode, () => stillUsed = true);
  } finally {
    if (!stillUsed) spare = tools;
  }
}

/** `keep` is called when the tools are needed for longer than the call. */
function surveyWith(
  { window, walk }: Tools,
  bytes: SeekableBytes,
  name: string,
  mode: ReadMode,
  keep: () => void,
): Survey | Promise<Survey> {
  const totalBytes = bytes.lengthBytes;
  window.open(bytes, name);
  const beginning = readBeginning(window, name, mode, totalBytes);
  const { dataSetOffset } = beginning.meta;
  if (beginning.deflated) return surveyDeflated(bytes, beginning, name);
  walk.begin(name, beginning.encoding, dataSetOffset, totalBytes);
  if (isDicomdir(beginning)) return conclude(beginning, walk, name, totalBytes - dataSetOffset);
  const finish = () => {
    const end = walk.paddingFrom >= 0 ? walk.paddingFrom : totalBytes;
    const compression = mustLookAtFrame(beginning, walk) ? lookAtFrame(bytes, walk) : undefined;
    return conclude(beginning, walk, name, end - dataSetOffset, compression);
  };
  const blame = (caught: unknown): never => {
    throw beginning.certain ? caught : asNotDicom(caught, name);
  };
  try {
    if (walkForATurn(window, walk)) return finish();
  } catch (caught) {
    blame(caught);
  }
  keep();
  return walkInTurns(window, walk).then(finish).catch(blame);
}

/** The transfer syntax that the first frame looks like. */
function lookAtFrame(bytes: SeekableBytes, walk: StructureWalk): string | undefined {
  const frame = walk.facts.firstFrame;
  if (frame === undefined) return undefined;
  const start = new Uint8Array(Math.min(frame.lengthBytes, FRAME_START_BYTES));
  return compressionOf(start.subarray(0, bytes.readAt(frame.offset, start)));
}

/** True when the walk has come to the end of the data set, false when it has taken long enough. */
function walkForATurn(window: ByteWindow, walk: StructureWalk): boolean {
  const started = performance.now();
  do {
    window.cover(walk.next, walk.needBytes);
    if (walk.advance(window.view, window.offset, window.lengthBytes, window.ended)) return true;
  } while (performance.now() - started < TURN_MILLISECONDS);
  return false;
}

async function walkInTurns(window: ByteWindow, walk: StructureWalk): Promise<void> {
  do await othersFirst(); while (!walkForATurn(window, walk));
}

const pieces = new SpareBuffers(64 * 1024, 8);

async function surveyDeflated(bytes: SeekableBytes, beginning: Beginning, name: string): Promise<Survey> {
  const { dataSetOffset } = beginning.meta;
  const walk = new StructureWalk();
  walk.begin(name, beginning.encoding, 0, Infinity, true);
  const feed = await InflatingFeed.open(name, walk);
  const piece = pieces.take();
  for (let offset = dataSetOffset; offset < bytes.lengthBytes;) {
    const lengthBytes = bytes.readAt(offset, piece);
    if (lengthBytes === 0) throw new Fault("input", "it shrank while it was being read", { file: name });
    await feed.push(piece.subarray(0, lengthBytes));
    offset += lengthBytes;
  }
  pieces.give(piece);
  await feed.end();
  return conclude(beginning, walk, name, bytes.lengthBytes - dataSetOffset);
}
