import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { type InputFile, openFile } from "../../lib/source/file.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";

const HEAD_BYTES = 16 * 1024;
const LENGTHS = [0, 1, 131, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, 2 * HEAD_BYTES, 100_001];

function opened(path: string, pace = new ReadPace()): InputFile {
  const file = openFile(path, pace);
  if (file === undefined) throw new Error(`${path} is not a regular file`);
  return file;
}

function content(lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, at) => (at * 2654435761) >>> 23);
}

async function passed(
  file: InputFile,
  offset: number,
  lengthBytes: number,
  step: number,
): Promise<Uint8Array> {
  const source = file.passThrough(offset, lengthBytes);
  const bytes = new Uint8Array(lengthBytes + step);
  let at = 0;
  while (!source.ended) at += await source.fill(bytes.subarray(at, at + step));
  source.close();
  return bytes.subarray(0, at);
}

/** A pace that has seen a slow disk. */
function slowPace(): ReadPace {
  const pace = new ReadPace();
  for (let reads = 0; !pace.slow; reads++) pace.note(1, 100);
  return pace;
}

Deno.test("a file is read at any offset, whatever was read before", async () => {
  const path = await Deno.makeTempFile();
  for (const lengthBytes of LENGTHS) {
    const bytes = content(lengthBytes);
    await Deno.writeFile(path, bytes);
    const file = opened(path);
    const offsets = [0, 90_000, 5, HEAD_BYTES - 3, HEAD_BYTES, 0, lengthBytes - 1].filter((at) => at >= 0);
    for (const offset of offsets) {
      for (const wanted of [1, 7, HEAD_BYTES, 70_000]) {
        const into = new Uint8Array(wanted);
        const got = file.readAt(offset, into);
        const expected = bytes.subarray(offset, offset + wanted);
        assertEquals(got, expected.length, `${wanted} bytes at ${offset} of ${lengthBytes}`);
        assertEquals(into.subarray(0, got), expected);
      }
    }
    file.close();
    file.close();
  }
  await Deno.remove(path);
});

Deno.test("a stream gives the bytes from its offset on, from a fast disk and from a slow one", async () => {
  const path = await Deno.makeTempFile();
  for (const lengthBytes of LENGTHS) {
    const bytes = content(lengthBytes);
    await Deno.writeFile(path, bytes);
    for (const pace of [new ReadPace(), slowPace()]) {
      for (const offset of [0, 132, HEAD_BYTES, 20_000].filter((at) => at <= lengthBytes)) {
        for (const step of [1000, HEAD_BYTES, 65_536]) {
          const file = opened(path, pace);
          file.readAt(0, new Uint8Array(200)); // the survey
          const got = await passed(file, offset, lengthBytes - offset, step);
          assertEquals(got, bytes.subarray(offset), `${lengthBytes} bytes from ${offset} by ${step}`);
        }
      }
    }
  }
  await Deno.remove(path);
});

Deno.test("a large file from a slow disk arrives as it is, however it is asked for", async () => {
  const path = await Deno.makeTempFile();
  const bytes = content(3_000_001);
  await Deno.writeFile(path, bytes);
  for (const step of [9_999, 131_060, 524_288, 2_000_000]) {
    const source = opened(path, slowPace()).passThrough(300, bytes.length - 300);
    const got = new Uint8Array(bytes.length - 300);
    for (let at = 0; !source.ended;) at += await source.fill(got.subarray(at, at + step));
    source.close();
    assertEquals(got, bytes.subarray(300), `by ${step}`);
  }
  await Deno.remove(path);
});

Deno.test("files open at the same time keep their bytes apart", async () => {
  const folder = await Deno.makeTempDir();
  const paths = ["a", "b", "c"].map((name) => `${folder}/${name}`);
  for (const [index, path] of paths.entries()) {
    await Deno.writeFile(path, content(30_000).map((byte) => byte + index));
  }
  for (let round = 0; round < 3; round++) {
    const files = paths.map((path) => opened(path));
    for (const file of files) file.readAt(0, new Uint8Array(10));
    for (const [index, file] of files.entries()) {
      const expected = content(30_000).map((byte) => byte + index);
      assertEquals(await passed(file, 0, 30_000, 4096), expected);
    }
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that is changed while it is sent is a fault, even when its bytes are known already", async () => {
  const path = await Deno.makeTempFile();
  for (const [lengthBytes, change] of [[500, 400], [500, 600], [40_000, 30_000], [40_000, 50_000]] as const) {
    await Deno.writeFile(path, content(lengthBytes));
    const file = opened(path);
    file.readAt(0, new Uint8Array(100));
    await Deno.truncate(path, change);
    const source = file.passThrough(0, lengthBytes);
    assertThrows(() => source.fill(new Uint8Array(lengthBytes)), Fault, path);
    source.close();
  }
  await Deno.remove(path);
});

for (const [speed, pace] of [["fast", () => new ReadPace()], ["slow", slowPace]] as const) {
  Deno.test(`a file that shrinks while it is sent is a fault that says by how much, on a ${speed} disk`, async () => {
    const path = await Deno.makeTempFile();
    const lengthBytes = 2_100_000; // more than is read ahead
    await Deno.writeFile(path, content(lengthBytes));
    const source = opened(path, pace()).passThrough(0, lengthBytes);
    assertEquals(await source.fill(new Uint8Array(40_000)), 40_000);
    await Deno.truncate(path, lengthBytes - 40_000);
    const message = `${path}: it shrank while it was being sent (40000 bytes short)`;
    const rest = new Uint8Array(lengthBytes - 40_000);
    const fault = await assertRejects(async () => await source.fill(rest), Fault, message);
    assertEquals([fault.kind, source.ended], ["input", false]);
    source.close();
    await Deno.remove(path);
  });
}

Deno.test("a file that is written to while it is sent is a fault before its last byte is given", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, content(100_000));
  const source = opened(path).passThrough(0, 100_000);
  await source.fill(new Uint8Array(99_000));
  await Deno.utime(path, 1_000_000_000, 1_000_000_000);
  assertThrows(
    () => source.fill(new Uint8Array(1000)),
    Fault,
    `${path}: it was changed while it was being sent`,
  );
  source.close();
  await Deno.remove(path);
});

Deno.test("what cannot be opened is refused in plain words", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a`, "");
  await Deno.symlink("loop", `${folder}/loop`);
  const refusals = [
    [`${folder}/no`, "no such file or folder"],
    [folder, "it is a directory"],
    [`${folder}/a/b`, "a part of the path is not a folder"],
    [`${folder}/loop`, "too many symbolic links lead to each other"],
  ] as const;
  for (const [path, reason] of refusals) {
    const fault = assertThrows(() => opened(path), Fault, `${path}: cannot read it: ${reason}`);
    assertEquals(fault.kind, "input");
  }
  const closed = opened(`${folder}/a`);
  closed.close();
  assertThrows(() => closed.readAt(0, new Uint8Array(1)), Fault, `${folder}/a: cannot read it`);
  await Deno.remove(folder, { recursive: true });
});
