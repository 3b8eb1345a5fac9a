import { memorySource } from "../../bytes/memory_source.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { InflatedSource } from "../../dataset/inflating.ts";
import type { ArchiveFile } from "./section.ts";

/** As many streams wait for the next member; more are in use only with as many associations at a time. */
const MOST_WAITING = 16;

/** Members up to this length are read at once, one after the other. */
const SMALL_BYTES = 64 * 1024;

const SKIPPED_AT_A_TIME_BYTES = 64 * 1024;

/** A stream of what a gzip file holds, and how far it has been read. */
interface Stream {
  readonly source: ByteSource;
  position: number;
}

/**
 * What a gzip file holds, from any place on. Inflating goes forward only: streams that are not needed any more are kept
 * where they are, so that whoever opens one place after the other inflates everything once. Several associations that
 * open small members at the same time use the same stream, each in its turn.
 */
export class GzipStreams {
  readonly #archive: ArchiveFile;
  readonly #waiting: Stream[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(archive: ArchiveFile) {
    this.#archive = archive;
  }

  /** The bytes from `offset` on, `lengthBytes` of them or to the end. @throws Fault "input" */
  open(offset: number, lengthBytes: number = Infinity): Promise<ByteSource> {
    if (lengthBytes > SMALL_BYTES) return this.#part(offset, lengthBytes);
    const read = this.#turn.then(() => this.#small(offset, lengthBytes));
    this.#turn = read.catch(() => {});
    return read;
  }

  async #small(offset: number, lengthBytes: number): Promise<ByteSource> {
    const part = await this.#part(offset, lengthBytes);
    try {
      const bytes = new Uint8Array(lengthBytes);
      let filled = 0;
      while (filled < lengthBytes && !part.ended) filled += await part.fill(bytes.subarray(filled));
      return memorySource(bytes.subarray(0, filled));
    } finally {
      part.close();
    }
  }

  async #part(offset: number, lengthBytes: number): Promise<ByteSource> {
    const stream = this.#nearest(offset) ?? this.#begin();
    try {
      await skip(stream, offset - stream.position);
    } catch (caught) {
      stream.source.close();
      throw caught;
    }
    return new Part(stream, lengthBytes, (isUsable) => {
      if (isUsable) this.#waiting.push(stream);
      else stream.source.close();
      if (this.#waiting.length > MOST_WAITING) this.#waiting.shift()?.source.close();
    });
  }

  /** Closes the streams that nobody reads. */
  rest(): void {
    for (const { source } of this.#waiting.splice(0)) source.close();
  }

  /** Takes out the stream that has come as close to `offset` as possible, but not further. */
  #nearest(offset: number): Stream | undefined {
    let best = -1;
    this.#waiting.forEach(({ position }, index) => {
      if (position <= offset && position >= (this.#waiting[best]?.position ?? 0)) best = index;
    });
    return best < 0 ? undefined : this.#waiting.splice(best, 1)[0];
  }

  #begin(): Stream {
    const file = this.#archive.open();
    const source = new InflatedSource(file.passThrough(0, file.lengthBytes), this.#archive.path, "gzip");
    return { source, position: 0 };
  }
}

async function skip(stream: Stream, lengthBytes: number): Promise<void> {
  const into = new Uint8Array(Math.min(lengthBytes, SKIPPED_AT_A_TIME_BYTES));
  for (let left = lengthBytes; left > 0 && !stream.source.ended;) {
    const filled = await stream.source.fill(left < into.length ? into.subarray(0, left) : into);
    left -= filled;
    stream.position += filled;
  }
}

/** Counts what is read. */
class Part implements ByteSource {
  readonly #stream: Stream;
  readonly #giveBack: (isUsable: boolean) => void;
  #leftBytes: number;
  #isUsable = true;
  #closed = false;

  constructor(stream: Stream, lengthBytes: number, giveBack: (isUsable: boolean) => void) {
    this.#stream = stream;
    this.#leftBytes = lengthBytes;
    this.#giveBack = giveBack;
  }

  get ended(): boolean {
    return this.#leftBytes === 0 || !this.#closed && this.#stream.source.ended;
  }

  async fill(into: Uint8Array): Promise<number> {
    if (this.#leftBytes === 0) return 0;
    this.#isUsable = false; // if this fails, or is left in the middle
    const view = into.length > this.#leftBytes ? into.subarray(0, this.#leftBytes) : into;
    const filled = await this.#stream.source.fill(view);
    this.#leftBytes -= filled;
    this.#stream.position += filled;
    this.#isUsable = true;
    if (this.#leftBytes === 0) this.close(); // the next member may come
    return filled;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#giveBack(this.#isUsable);
  }
}
