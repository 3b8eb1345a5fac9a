import { assertEquals } from "@std/assert";
import { writerTo } from "../../lib/log/standard_streams.ts";

/** A stream that takes at most `atMost` bytes at a time and throws what `errors` has for each call. */
function stream(atMost: number, errors: (Error | undefined)[] = []) {
  const taken: number[] = [];
  let calls = 0;
  return {
    writeSync(bytes: Uint8Array): number {
      const error = errors[calls++];
      if (error !== undefined) throw error;
      taken.push(...bytes.subarray(0, atMost));
      return Math.min(bytes.length, atMost);
    },
    get text() {
      return new TextDecoder().decode(Uint8Array.from(taken));
    },
    get calls() {
      return calls;
    },
  };
}

Deno.test("a text is written whole, however little is taken at a time", () => {
  const out = stream(3);
  const write = writerTo(out);
  write("ein längerer Text\n");
  write("");
  write("und noch einer");
  assertEquals(out.text, "ein längerer Text\nund noch einer");
});

Deno.test("a stream whose reader is gone is left alone from then on, which is told once", () => {
  for (const error of [new Deno.errors.BrokenPipe(), new Deno.errors.BadResource()]) {
    const out = stream(100, [undefined, error]);
    const losses: boolean[] = [];
    const write = writerTo(out, (_reason, isGone) => losses.push(isGone));
    write("a");
    write("b");
    write("c");
    assertEquals([out.text, out.calls, losses], ["a", 2, [true]]);
  }
});

Deno.test("a stream that fails once is told of, and tried again with the next text", () => {
  const out = stream(100, [new Error("No space left on device (os error 28)")]);
  const losses: [string, boolean][] = [];
  const write = writerTo(out, (reason, isGone) => losses.push([reason, isGone]));
  write("lost");
  write("kept");
  assertEquals([out.text, losses], ["kept", [["No space left on device", false]]]);
});

Deno.test("a full non-blocking stream is waited for", () => {
  const out = stream(1, [undefined, new Deno.errors.WouldBlock(), new Deno.errors.WouldBlock()]);
  writerTo(out)("abc");
  assertEquals(out.text, "abc");
});

Deno.test({
  name: "a program whose streams are closed, full or gone does its work to the end",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = Deno.makeTempDirSync();
    const module = new URL("../../lib/log/standard_streams.ts", import.meta.url);
    const program = `
      import { stderrWriter, stdoutWriter } from "${module}";
      const [toStderr, toStdout] = [stderrWriter(), stdoutWriter()];
      for (let i = 0; i < 5000; i++) { toStderr("a line\\n"); toStdout("another\\n"); }
      Deno.writeTextFileSync("${folder}/done", "to the end");`;
    Deno.writeTextFileSync(`${folder}/program.ts`, program);
    const run = `'${Deno.execPath()}' run -A '${folder}/program.ts'`;
    for (
      const command of [
        `${run} >&- 2>&-`,
        `${run} >/dev/full 2>/dev/full`,
        `${run} 2>/dev/null | true`,
        `${run} 2>&1 >/dev/null | true`,
      ]
    ) {
      const { success } = await new Deno.Command("sh", { args: ["-c", command], stdin: "null" }).output();
      assertEquals([success, Deno.readTextFileSync(`${folder}/done`)], [true, "to the end"], command);
      Deno.removeSync(`${folder}/done`);
    }
    Deno.removeSync(folder, { recursive: true });
  },
});
