import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import type { ByteSource } from "../../lib/bytes/source.ts";
import { NotDicom } from "../../lib/dataset/not_dicom.ts";
import { PREFIX_BYTES, surveyStream } from "../../lib/dataset/pass_through.ts";
import { Fault } from "../../lib/errors.ts";
import { imageFile, joined, metaHeader, pattern } from "../peers/made_up_files.ts";
import {
  element,
  IDENTITY,
  item,
  SEQUENCE_END,
  SOP_CLASS,
  SOP_INSTANCE,
  text,
  UNDEFINED,
} from "./broken_structures.ts";
import { newSeed, Random } from "./made_up_data_sets.ts";
import { pull } from "./pull.ts";
import { assertSameBytes } from "./same_bytes.ts";

const EXPLICIT = "1.2.840.10008.1.2.1";
const DEFLATED = "1.2.840.10008.1.2.1.99";

/** The same bytes, now as promises and now not, and closed once at the end. */
function stream(bytes: Uint8Array, promises = true): ByteSource & { closed: number } {
  const source = memorySource(bytes);
  return {
    closed: 0,
    fill: (into) => promises ? Promise.resolve(source.fill(into)) : source.fill(into),
    get ended() {
      return source.ended;
    },
    close() {
      this.closed++;
    },
  };
}

function meta(transferSyntax: string): Uint8Array {
  return metaHeader(transferSyntax, SOP_CLASS, SOP_INSTANCE);
}

/** Larger than what is read ahead: pixel data first, then a sequence that has to be followed. */
function large(pixelBytes: number): Uint8Array {
  return joined([
    IDENTITY,
    element(0x7FDF0010, "OB", pattern(pixelBytes)),
    element(
      0x7FE10010,
      "SQ",
      joined([item(element(0x00100010, "PN", text("A^B "))), SEQUENCE_END]),
      UNDEFINED,
    ),
  ]);
}

Deno.test("a short stream is surveyed to its end and passed through", async () => {
  const file = imageFile();
  for (const promises of [true, false]) {
    const source = stream(file, promises);
    const { survey, dataSet } = await surveyStream(source, "a.dcm", "auto");
    const { dataSetOffset, dataSetLengthBytes } = survey;
    assertEquals(dataSetLengthBytes, file.length - dataSetOffset);
    assertSameBytes(await pull(dataSet, 100), file.subarray(dataSetOffset));
    assertEquals(source.closed, 1);
  }
});

Deno.test("a long stream is passed through, whatever the size of the pieces", async () => {
  const seed = newSeed();
  const random = new Random(seed);
  for (const bytes of [PREFIX_BYTES - 300, PREFIX_BYTES, 3 * PREFIX_BYTES + 7].map((size) => large(size))) {
    const file = joined([meta(EXPLICIT), bytes]);
    const fillBytes = 1 + random.below(100_000);
    const { survey, dataSet } = await surveyStream(stream(file, random.chance(50)), "a.dcm", "auto");
    assertEquals([survey.transferSyntax, survey.sopInstanceUid], [EXPLICIT, SOP_INSTANCE]);
    assertEquals(survey.dataSetLengthBytes, file.length > PREFIX_BYTES ? undefined : bytes.length);
    assertSameBytes(await pull(dataSet, fillBytes), bytes, `seed ${seed}`);
  }
});

Deno.test("a long stream that is cut off anywhere ends with a fault, never as if it were whole", async () => {
  const whole = joined([meta(EXPLICIT), large(2 * PREFIX_BYTES)]);
  const seed = newSeed();
  const random = new Random(seed);
  const missing = [1, 2, 7, 8, 9, 15, 20, 30, 35, 41, 300, PREFIX_BYTES, random.below(PREFIX_BYTES) + 50];
  // What comes after the pixel data is one element, so only its start could pass for the end.
  const lastElementBytes = element(0x7FE10010, "SQ").length + 8 + 12 + 8;
  for (const bytes of missing) {
    assert(bytes !== lastElementBytes, "such a prefix cannot be told from a whole stream");
    const source = stream(whole.subarray(0, whole.length - bytes));
    const { dataSet } = await surveyStream(source, "a.dcm", "auto");
    const fault = await assertRejects(() => pull(dataSet), Fault, undefined, `seed ${seed}, ${bytes}`);
    assertEquals(fault.kind, "input");
    assertEquals(dataSet.ended, false);
  }
});

Deno.test("a long stream that turns out to be something else ends with a fault", async () => {
  const compressed = joined([
    meta(EXPLICIT),
    IDENTITY,
    element(0x7FDF0010, "OB", new Uint8Array(PREFIX_BYTES)),
    element(0x7FE00010, "OB", joined([item(text("abcd")), SEQUENCE_END]), UNDEFINED),
  ]);
  const zeros = joined([meta(EXPLICIT), large(PREFIX_BYTES), new Uint8Array(100)]);
  for (
    const [file, message] of [[compressed, "its pixel data are compressed"], [
      zeros,
      "ends with zeros",
    ]] as const
  ) {
    const { dataSet } = await surveyStream(stream(file), "a.dcm", "auto");
    await assertRejects(() => pull(dataSet), Fault, message);
  }
});

Deno.test("a long deflated stream is passed through and checked inside", async () => {
  // Random bytes, because they do not get shorter.
  const noise = new Uint8Array(2 * PREFIX_BYTES);
  for (let at = 0; at < noise.length; at += 65536) crypto.getRandomValues(noise.subarray(at, at + 65536));
  const dataSet = joined([IDENTITY, element(0x7FE00010, "OW", noise)]);
  const deflated = new Uint8Array(deflateRawSync(dataSet));
  const file = joined([meta(DEFLATED), deflated]);
  const { survey, dataSet: passed } = await surveyStream(stream(file), "a.dcm", "auto");
  assertEquals([survey.transferSyntax, survey.sopInstanceUid], [DEFLATED, SOP_INSTANCE]);
  assertSameBytes(await pull(passed), deflated);

  const broken = new Uint8Array(deflateRawSync(dataSet.subarray(0, -10)));
  for (const bytes of [file.subarray(0, -100), joined([meta(DEFLATED), broken])]) {
    const { dataSet: passed } = await surveyStream(stream(bytes), "a.dcm", "auto");
    await assertRejects(() => pull(passed), Fault);
  }
});

Deno.test("a stream that is refused is closed", async () => {
  for (
    const bytes of [
      new Uint8Array(),
      text("hello world"),
      new Uint8Array(2 * PREFIX_BYTES),
      imageFile().subarray(0, 300),
    ]
  ) {
    const source = stream(bytes);
    await assertRejects(() => surveyStream(source, "a.dcm", "auto"), Fault);
    assertEquals(source.closed, 1);
  }
  await assertRejects(() => surveyStream(stream(text("hello world")), "a.dcm", "auto"), NotDicom);
});
