import { assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import { seekableMemory } from "../../lib/bytes/seekable.ts";
import { madeEven } from "../../lib/dataset/even_source.ts";
import { PREFIX_BYTES, surveyStream } from "../../lib/dataset/pass_through.ts";
import { survey } from "../../lib/dataset/survey.ts";
import { Fault } from "../../lib/errors.ts";
import { joined, metaHeader } from "../peers/made_up_files.ts";
import { element, IDENTITY, SOP_CLASS, SOP_INSTANCE, text } from "./broken_structures.ts";
import { DEFLATED, EXPLICIT, pull } from "./pull.ts";
import { assertSameBytes } from "./same_bytes.ts";

const meta = (transferSyntax: string) => metaHeader(transferSyntax, SOP_CLASS, SOP_INSTANCE);

/** Random bytes, because they do not get shorter. */
function noise(lengthBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes);
  for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}

/** A deflated data set of odd length. */
function oddDeflated(lengthBytes: number): Uint8Array {
  for (let more = 0;; more += 2) {
    const value = joined([noise(lengthBytes), new Uint8Array(more)]);
    const deflated = new Uint8Array(deflateRawSync(joined([IDENTITY, element(0x7FE00010, "OW", value)])));
    if (deflated.length % 2 !== 0) return deflated;
  }
}

/** Longer than what is read ahead; the last value is odd. */
const ODD = joined([
  IDENTITY,
  element(0x00420011, "OB", new Uint8Array(2 * PREFIX_BYTES)),
  element(0x7FE00010, "OB", text("ABC")),
]);

Deno.test("a deflated data set of odd length gets a zero behind it, in a file and in a stream", async () => {
  for (const lengthBytes of [100, 2 * PREFIX_BYTES]) {
    const deflated = oddDeflated(lengthBytes);
    const file = joined([meta(DEFLATED), deflated]);
    const expected = joined([deflated, new Uint8Array(1)]);
    for (const fillBytes of [deflated.length - 1, deflated.length, deflated.length + 1, 4096]) {
      const found = await survey(seekableMemory(file), "a.dcm", "auto");
      assertEquals([found.oddLength, found.passesThrough], [false, true]);
      assertSameBytes(await pull(madeEven(memorySource(deflated), "a.dcm", found), fillBytes), expected);
      const streamed = await surveyStream(memorySource(file), "a.dcm", "auto", file.length);
      assertEquals(streamed.survey.oddLength, false);
      const even = madeEven(streamed.dataSet, "a.dcm", streamed.survey);
      assertSameBytes(await pull(even, fillBytes), expected);
    }
  }
});

Deno.test("an odd value late in a stream is known beforehand if the length of the stream is", async () => {
  const file = joined([meta(EXPLICIT), ODD]);
  for (const [totalBytes, oddLength] of [[file.length, true], [file.length + 1, false], [undefined, false]]) {
    const known = typeof totalBytes === "number" ? totalBytes : undefined;
    const { survey } = await surveyStream(memorySource(file), "a.dcm", "auto", known);
    assertEquals(survey.oddLength, oddLength);
  }
});

Deno.test("an odd value that comes too late to be padded is a fault that says what to do", async () => {
  const file = joined([meta(EXPLICIT), ODD]);
  for (const fillBytes of [1000, ODD.length, ODD.length + 1]) {
    const { survey, dataSet } = await surveyStream(memorySource(file), "a.dcm", "auto");
    const even = madeEven(dataSet, "a.dcm", survey);
    const fault = await assertRejects(
      () => pull(even, fillBytes),
      Fault,
      "a.dcm: it has a data element of odd",
    );
    assertEquals([fault.kind, even.ended], ["input", false]);
  }
});

Deno.test("what is known to be even passes without a look", async () => {
  const found = await survey(
    seekableMemory(joined([meta(EXPLICIT), IDENTITY, element(0x00100010, "PN")])),
    "a",
    "auto",
  );
  const source = memorySource(IDENTITY);
  assertEquals(madeEven(source, "a", found), source);
});
