/** What is closed while it is being read: nobody may get its memory or its descriptor before the read has ended. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { InputFile } from "../../lib/source/file.ts";
import type { FileFacts, OpenFile } from "../../lib/source/open_file.ts";
import { ReadAhead } from "../../lib/source/read_ahead.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";

const FACTS: FileFacts = { isFile: true, isDirectory: false, sizeBytes: 10_000_000, modifiedMs: 0 };

/** A file whose slow reads end when the test says so. */
class HeldFile implements OpenFile {
  /** What each read was to write to, in turn. */
  readonly buffers: ArrayBufferLike[] = [];
  isClosed = false;
  /** Ends the read that is under way, with all that was asked for. */
  arrive: () => void = () => {};

  facts(): FileFacts {
    return FACTS;
  }

  readAt(_offset: number, into: Uint8Array): number {
    this.buffers.push(into.buffer);
    return into.length;
  }

  readAtLater(_offset: number, into: Uint8Array): Promise<number> {
    assert(!this.isClosed);
    this.buffers.push(into.buffer);
    return new Promise((resolve) => this.arrive = () => resolve(into.length));
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A pace that has seen a slow disk. */
function slowPace(): ReadPace {
  const pace = new ReadPace();
  for (let reads = 0; !pace.slow; reads++) pace.note(1, 100);
  return pace;
}

/** Until promises that are kept have been seen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

Deno.test("a file that is closed while it is being read ahead is closed when the read has ended", async () => {
  const held = new HeldFile();
  const file = new InputFile("slow", held, FACTS, slowPace());
  const filling = file.passThrough(0, FACTS.sizeBytes).fill(new Uint8Array(100_000));
  const refused = assertRejects(async () => await filling, Fault, "it was closed");
  file.close();
  await settled();
  assertEquals(held.isClosed, false);
  const reads = held.buffers.length;
  held.arrive();
  await refused;
  await settled();
  assertEquals([held.isClosed, held.buffers.length], [true, reads], "nothing more is read");
});

Deno.test("memory that is being read into is not given to others", async () => {
  const [first, second] = [new HeldFile(), new HeldFile()];
  const closing = new ReadAhead(first, "first", 0, () => {}).close();
  const ahead = new ReadAhead(second, "second", 0, () => {});
  const filling = ahead.fill(new Uint8Array(2_000_000), 0);
  for (let piece = 0; piece < 5; piece++) {
    second.arrive();
    await settled();
  }
  await filling;
  const [underway] = first.buffers;
  assert(second.buffers.length > 3);
  assertEquals(second.buffers.filter((buffer) => buffer === underway), []);
  first.arrive();
  await closing;
  const closed = ahead.close();
  second.arrive();
  await closed;
});

Deno.test("the memory for the beginning of a file goes to the next one when it is closed", () => {
  const buffers = [1, 2, 3].map(() => {
    const held = new HeldFile();
    const file = new InputFile("a.dcm", held, FACTS, new ReadPace());
    file.readAt(0, new Uint8Array(10));
    file.close();
    return held.buffers[0];
  });
  assert(buffers[0] !== undefined && buffers.every((buffer) => buffer === buffers[0]));
});
