import { assertEquals, assertRejects } from "@std/assert";
import { surveyStream } from "../../lib/dataset/pass_through.ts";
import { Fault } from "../../lib/errors.ts";
import { openFile } from "../../lib/source/file.ts";
import { openPipe } from "../../lib/source/pipe.ts";
import { ReadPace } from "../../lib/source/read_pace.ts";
import { pull } from "../dataset/pull.ts";
import { assertSameBytes } from "../dataset/same_bytes.ts";
import { imageFile, pattern } from "../peers/made_up_files.ts";

const NO_FIFO = Deno.build.os === "windows";

/** A FIFO, and somebody who writes `bytes` into it in small portions. */
async function withFifo(bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/fifo`;
  try {
    const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
    assertEquals(success, true);
    const writer = new Deno.Command("sh", {
      args: ["-c", `dd bs=1009 of='${path}' 2>/dev/null`],
      stdin: "piped",
    }).spawn();
    const writing = new Response(bytes.slice()).body?.pipeTo(writer.stdin).catch(() => {});
    await use(path);
    await writing;
    await writer.status;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "a FIFO is no regular file, and is read as a stream to its end",
  ignore: NO_FIFO,
  fn: async () => {
    const bytes = pattern(700_001);
    await withFifo(bytes, async (path) => {
      assertEquals(openFile(path, new ReadPace()), undefined);
      assertSameBytes(await pull(await openPipe(path), 12_345), bytes);
    });
  },
});

Deno.test({
  name: "an instance comes through a FIFO",
  ignore: NO_FIFO,
  fn: async () => {
    const file = imageFile({ pixelBytes: 3_000_000 });
    await withFifo(file, async (path) => {
      const { survey, dataSet } = await surveyStream(await openPipe(path), path, "auto");
      assertEquals(survey.dataSetLengthBytes, undefined);
      assertSameBytes(await pull(dataSet), file.subarray(survey.dataSetOffset));
    });
  },
});

Deno.test({
  name: "what cannot be read leaves nothing open",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
    const before = descriptors();
    for (let i = 0; i < 20; i++) await assertRejects(() => openPipe("/tmp"), Fault);
    assertEquals(descriptors(), before);
  },
});

Deno.test("a pipe that does not exist is a fault", async () => {
  await assertRejects(
    () => openPipe("/no/such/pipe"),
    Fault,
    "/no/such/pipe: cannot read it: no such file or folder",
  );
});

Deno.test({
  name: "standard input is a pipe, even when it is redirected from a file",
  ignore: NO_FIFO,
  fn: async () => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "hello");
    const script = `
      import { openFile } from "${import.meta.resolve("../../lib/source/file.ts")}";
      import { openPipe, STANDARD_INPUT } from "${import.meta.resolve("../../lib/source/pipe.ts")}";
      import { ReadPace } from "${import.meta.resolve("../../lib/source/read_pace.ts")}";
      if (openFile(STANDARD_INPUT, new ReadPace()) !== undefined) throw new Error("a file");
      const pipe = await openPipe(STANDARD_INPUT);
      const into = new Uint8Array(100);
      console.log(new TextDecoder().decode(into.subarray(0, await pipe.fill(into))), pipe.ended);`;
    const program = `'${Deno.execPath()}' eval --no-check '${script}' < '${path}'`;
    const { stdout, stderr } = await new Deno.Command("sh", { args: ["-c", program] }).output();
    assertEquals(new TextDecoder().decode(stdout), "hello true\n", new TextDecoder().decode(stderr));
    await Deno.remove(path);
  },
});
