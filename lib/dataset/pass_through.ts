/**
 * A data set that comes as a stream, such as from a pipe or an archive, and cannot be walked over before it is sent.
 *
 * How this works: up to PREFIX_BYTES are read ahead. If the stream ends within them it is surveyed like a file. Else the
 * survey says what the prefix shows, and the same walk goes on over the bytes as they pass by on their way to the
 * peer: a stream that turns out to be broken ends with a fault, never as if it were whole.
 */
import { seekableMemory } from "../bytes/seekable.ts";
import type { ByteSource } from "../bytes/source.ts";
import { SpareBuffers } from "../bytes/spare_buffers.ts";
import { ByteWindow } from "../bytes/window.ts";
import { Fault } from "../errors.ts";
import { type Beginning, readBeginning, type ReadMode } from "./beginning.ts";
import { conclude } from "./conclude.ts";
import { InflatingFeed } from "./inflating_feed.ts";
import { asNotDicom } from "./not_dicom.ts";
import { StructureWalk } from "./structure.ts";
import { StructureFeed } from "./structure_feed.ts";
import { survey } from "./survey.ts";
import type { Survey } from "./survey_result.ts";

/** How much of a stream is held in memory to find out what it is. */
export const PREFIX_BYTES = 1024 * 1024;

export interface StreamSurvey {
  readonly survey: Survey;
  /** The data set, from its first byte on; to be read once. Closing it closes the stream. */
  readonly dataSet: ByteSource;
}

/**
 * Surveys a stream that starts with a DICOM file; takes possession of it.
 * @param totalBytes of the stream, if somebody knows: whether they are even tells of an odd value in what is not seen yet
 * @throws NotDicom, Fault "input": as survey() does
 */
export async function surveyStream(
  source: ByteSource,
  name: string,
  mode: ReadMode,
  totalBytes?: number,
): Promise<StreamSurvey> {
  try {
    const prefix = await readPrefix(source);
    if (source.ended) {
      const found = await survey(seekableMemory(prefix), name, mode);
      const end = found.dataSetOffset + (found.dataSetLengthBytes ?? 0);
      const dataSet = new RestOfStream(prefix.subarray(found.dataSetOffset, end), source, undefined);
      return { survey: found, dataSet };
    }
    return await surveyStart(prefix, source, name, mode, totalBytes);
  } catch (caught) {
    source.close();
    throw caught;
  }
}

/** Most members of archives are shorter. */
const FIRST_PREFIX_BYTES = 64 * 1024;
/** Grown ones, too: the next member will probably be as long. */
const prefixes = new SpareBuffers(FIRST_PREFIX_BYTES, 8);

async function readPrefix(source: ByteSource): Promise<Uint8Array> {
  let prefix = prefixes.take();
  let lengthBytes = 0;
  while (!source.ended && lengthBytes < PREFIX_BYTES) {
    if (lengthBytes === prefix.length) {
      const larger = new Uint8Array(prefix.length * 2);
      larger.set(prefix);
      prefix = larger;
    }
    const filled = source.fill(prefix.subarray(lengthBytes));
    lengthBytes += typeof filled === "number" ? filled : await filled;
  }
  return prefix.subarray(0, lengthBytes);
}

/** Surveys what can be seen of a stream that is longer than the prefix. */
async function surveyStart(
  prefix: Uint8Array,
  source: ByteSource,
  name: string,
  mode: ReadMode,
  totalBytes: number | undefined,
): Promise<StreamSurvey> {
  const window = new ByteWindow();
  window.open(seekableMemory(prefix), name);
  const beginning = readBeginning(window, name, mode, Infinity);
  const { dataSetOffset } = beginning.meta;
  const start = prefix.subarray(dataSetOffset);
  const walk = new StructureWalk();
  try {
    const check = await openCheck(beginning, walk, name);
    await check.push(start);
    const found = conclude(beginning, walk, name, undefined);
    const ending = new Ending(beginning, walk, name, found, check);
    const isOdd = !beginning.deflated && totalBytes !== undefined && (totalBytes - dataSetOffset) % 2 !== 0;
    const survey = { ...found, oddLength: found.oddLength || isOdd };
    return { survey, dataSet: new RestOfStream(start, source, ending) };
  } catch (caught) {
    throw beginning.certain ? caught : asNotDicom(caught, name);
  }
}

/** Sees the bytes of a data set pass by. */
interface PassingCheck {
  push(piece: Uint8Array): void | Promise<void>;
  end(): void | Promise<void>;
}

async function openCheck(beginning: Beginning, walk: StructureWalk, name: string): Promise<PassingCheck> {
  const { deflated, encoding, meta } = beginning;
  walk.begin(name, encoding, deflated ? 0 : meta.dataSetOffset, Infinity, deflated);
  return deflated ? await InflatingFeed.open(name, walk) : new StructureFeed(walk);
}

/** Holds the end of a stream against what was said when only its start was known. */
class Ending {
  constructor(
    readonly beginning: Beginning,
    readonly walk: StructureWalk,
    readonly name: string,
    readonly survey: Survey,
    readonly check: PassingCheck,
  ) {}

  /** @throws Fault "input" when the rest was not what the start promised */
  confirm(): void {
    const { beginning, walk, name, survey } = this;
    if (walk.paddingFrom >= 0) {
      throw new Fault("input", "it ends with zeros, which are not part of the data set", {
        file: name,
        remedy: "save it as a file: from there they can be left out",
      });
    }
    const { transferSyntax, sopClassUid, sopInstanceUid } = conclude(beginning, walk, name, undefined);
    if (
      transferSyntax !== survey.transferSyntax || sopClassUid !== survey.sopClassUid ||
      sopInstanceUid !== survey.sopInstanceUid
    ) {
      throw new Fault("input", `it is not what its first ${PREFIX_BYTES} bytes show`, {
        file: name,
        remedy: "save it as a file: a file is read to the end before it is sent",
      });
    }
  }
}

/** What is left when a stream is closed before its end. */
const SOMETHING: Uint8Array = new Uint8Array(1);

/** What has been read ahead, then the rest of the stream, checked as it passes. */
class RestOfStream implements ByteSource {
  #ahead: Uint8Array;
  #closed = false;
  readonly #source: ByteSource;
  readonly #ending: Ending | undefined;
  #confirmed: boolean;

  constructor(ahead: Uint8Array, source: ByteSource, ending: Ending | undefined) {
    this.#ahead = ahead;
    this.#source = source;
    this.#ending = ending;
    this.#confirmed = ending === undefined;
  }

  get ended(): boolean {
    return this.#confirmed && this.#ahead.length === 0;
  }

  fill(into: Uint8Array): number | Promise<number> {
    const ahead = this.#ahead.subarray(0, into.length);
    into.set(ahead);
    this.#ahead = this.#ahead.subarray(ahead.length);
    if (ahead.length === into.length || this.#ending === undefined) return ahead.length;
    const rest = into.subarray(ahead.length);
    const filled = this.#source.fill(rest);
    if (typeof filled !== "number") {
      return filled.then((n) => this.#check(this.#ending, rest, n, ahead.length));
    }
    return this.#check(this.#ending, rest, filled, ahead.length);
  }

  /** Lets the check see `filled` bytes of `rest`; answers with them and the `before` ones that were there already. */
  #check(
    ending: Ending | undefined,
    rest: Uint8Array,
    filled: number,
    before: number,
  ): number | Promise<number> {
    const pushed = ending?.check.push(rest.subarray(0, filled));
    if (pushed !== undefined) return pushed.then(() => this.#finish(ending)).then(() => before + filled);
    const finished = this.#finish(ending);
    return finished === undefined ? before + filled : finished.then(() => before + filled);
  }

  #finish(ending: Ending | undefined): void | Promise<void> {
    if (!this.#source.ended || this.#confirmed) return undefined;
    const confirm = () => {
      ending?.confirm();
      this.#confirmed = true;
    };
    const ended = ending?.check.end();
    return ended === undefined ? confirm() : ended.then(confirm);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    prefixes.give(new Uint8Array(this.#ahead.buffer));
    this.#ahead = this.#ahead.length > 0 ? SOMETHING : this.#ahead.subarray(0, 0);
    this.#source.close();
  }
}
