/**
 * Values that the user states as text, checked against their VR and encoded (PS3.5 6.2).
 *
 * Texts are as they stand, several values separated by backslashes. Numbers are decimal or 0x hexadecimal. AT holds
 * tags as gggg,eeee. OB, OW, OL, OV and UN hold hexadecimal numbers of one unit each; SQ can only be made empty.
 */

import { encodeText } from "../dicom/character_set.ts";
import { paddingOf, unitBytesOf, VR_AT, VR_SQ, vrText } from "../dicom/vr.ts";
import { Fault } from "../errors.ts";
import { contextVr } from "./context_vr.ts";
import type { EditValue } from "./edits.ts";
import { tagText } from "./element.ts";
import { type Target, writtenVr } from "./encode.ts";

/** What encoding a value depends on, apart from the value. */
export interface ValueContext {
  readonly name: string;
  readonly target: Target;
  readonly pixelRepresentation: number;
  /** (0008,0005) as it applies. */
  readonly characterSet: string;
  /** The VR of an element whose edit states none; 0 if nobody knows. */
  readonly dictionaryVrOf: (tag: number) => number;
}

export interface EncodedValue {
  /** The VR to write: not always that of the edit, see writtenVr. */
  readonly vr: number;
  /** Of even length. */
  readonly bytes: Uint8Array;
}

interface TextRule {
  /** One value, without padding. */
  readonly pattern: RegExp;
  readonly shape: string;
  /** A backslash separates values. */
  readonly several: boolean;
}

/** Control characters that no text may hold; paragraphs may have tab, line feed, form feed and carriage return. */
const CONTROLS = "\\x00-\\x1F\\x7F";
const CONTROLS_IN_PARAGRAPHS = "\\x00-\\x08\\x0B\\x0E-\\x1A\\x1C-\\x1F\\x7F";

function upTo(characters: number): TextRule {
  const pattern = new RegExp(`^[^${CONTROLS}\\\\]{0,${characters}}$`, "u");
  return { pattern, shape: `at most ${characters} characters`, several: true };
}

/** @param characters at most so many; undefined for any number */
function paragraphs(characters: number | undefined): TextRule {
  const pattern = new RegExp(`^[^${CONTROLS_IN_PARAGRAPHS}]{0,${characters ?? ""}}$`, "u");
  const shape = characters === undefined ? "no control characters" : `at most ${characters} characters`;
  return { pattern, shape, several: false };
}

const TIME = "([01]\\d|2[0-3])([0-5]\\d(([0-5]\\d|60)(\\.\\d{1,6})?)?)?";
const DATE = "\\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])";

const TEXT_RULES: Readonly<Record<string, TextRule>> = {
  AE: { pattern: /^[ -[\]-~]{0,16}$/, shape: "at most 16 characters of ASCII", several: true },
  AS: { pattern: /^(\d{3}[DWMY])?$/, shape: "three digits and D, W, M or Y", several: true },
  CS: { pattern: /^[A-Z0-9 _]{0,16}$/, shape: "at most 16 of A-Z, 0-9, space, _", several: true },
  DA: { pattern: new RegExp(`^(${DATE})?$`), shape: "a date YYYYMMDD", several: true },
  DS: {
    pattern: /^(?=.{0,16}$)( *[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)? *)?$/,
    shape: "a decimal number of at most 16 characters",
    several: true,
  },
  DT: {
    pattern: new RegExp(`^(\\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\\d|3[01])(${TIME})?)?)?([+-]\\d{4})?)?$`),
    shape: "a date and time YYYYMMDDHHMMSS.FFFFFF&ZZXX",
    several: true,
  },
  IS: { pattern: /^( *[+-]?\d{1,10} *)?$/, shape: "an integer of 32 bits", several: true },
  LO: upTo(64),
  LT: paragraphs(10240),
  PN: {
    pattern: new RegExp(`^[^${CONTROLS}\\\\=]{0,64}(=[^${CONTROLS}\\\\=]{0,64}){0,2}$`, "u"),
    shape: "up to three groups of at most 64 characters, separated by =",
    several: true,
  },
  SH: upTo(16),
  ST: paragraphs(1024),
  TM: { pattern: new RegExp(`^(${TIME})?$`), shape: "a time HHMMSS.FFFFFF", several: true },
  UC: { pattern: new RegExp(`^[^${CONTROLS}\\\\]*$`), shape: "no control characters", several: true },
  UI: {
    pattern: /^(?=.{0,64}$)((0|[1-9]\d*)(\.(0|[1-9]\d*))*)?$/,
    shape: "a UID of at most 64 characters",
    several: true,
  },
  UR: { pattern: /^[!-~]*$/, shape: "a URI", several: false },
  UT: paragraphs(undefined),
};

const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  SL: [-(2n ** 31n), 2n ** 31n - 1n],
  SS: [-(2n ** 15n), 2n ** 15n - 1n],
  SV: [-(2n ** 63n), 2n ** 63n - 1n],
  UL: [0n, 2n ** 32n - 1n],
  US: [0n, 2n ** 16n - 1n],
  UV: [0n, 2n ** 64n - 1n],
};

const FLOATS = ["FL", "FD", "OF", "OD"];
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?inf$|^nan$/i;
const TAG = /^\(?[0-9a-f]{4},[0-9a-f]{4}\)?$/i;
const INTEGER = /^(-?\d+|0x[0-9a-f]+)$/i;

function valuesOf(text: string): string[] {
  return text === "" ? [] : text.split("\\");
}

/** Why `text` cannot be a value of `vr`, or undefined if it can. Never shows it: it may be about a patient. */
export function problemOf(vr: number, text: string): string | undefined {
  const name = vrText(vr);
  const rule = TEXT_RULES[name];
  if (rule !== undefined) {
    const values = rule.several ? text.split("\\") : [text];
    return firstNot(
      article(rule.shape),
      values,
      (value) => rule.pattern.test(value) && fits32Bits(name, value),
    );
  }
  const range = INTEGER_RANGES[name];
  if (range !== undefined) {
    const [least, most] = range;
    return firstNot(
      `an integer from ${least} to ${most}`,
      valuesOf(text),
      (value) => INTEGER.test(value) && BigInt(value) >= least && BigInt(value) <= most,
    );
  }
  if (FLOATS.includes(name)) return firstNot("a number", valuesOf(text), (value) => FLOAT.test(value));
  if (vr === VR_SQ) {
    return text === "" ? undefined : "a sequence can only be made empty, or changed inside: Tag[0].Tag";
  }
  if (vr === VR_AT) return firstNot("a tag gggg,eeee", valuesOf(text), (value) => TAG.test(value));
  const digits = 2 * unitBytesOf(vr);
  const pattern = new RegExp(`^[0-9a-f]{${digits}}$`, "i");
  return firstNot(`${digits} hexadecimal digits`, valuesOf(text), (value) => pattern.test(value));
}

/** Says which of the values is the first that is not as it should be. */
function firstNot(
  shape: string,
  values: readonly string[],
  isFit: (value: string) => boolean,
): string | undefined {
  const at = values.findIndex((value) => !isFit(value));
  if (at < 0) return undefined;
  const which = values.length === 1 ? "the value" : `value ${at + 1} of ${values.length}`;
  const length = [...values[at] ?? ""].length;
  return `${which} (${length} ${length === 1 ? "character" : "characters"}) is not ${shape}`;
}

function article(shape: string): string {
  return shape.startsWith("at most") || shape.startsWith("no ") ? `text of ${shape}` : shape;
}

function fits32Bits(name: string, value: string): boolean {
  if (name !== "IS" || value.trim() === "") return true;
  const number = Number(value);
  return number >= -(2 ** 31) && number < 2 ** 31;
}

/**
 * The value as it is written.
 * @throws Fault "input" when this data set cannot hold it
 */
export function encodeValue(tag: number, value: EditValue, context: ValueContext): EncodedValue {
  const { name, target } = context;
  const fail = (why: string, remedy?: string): Fault =>
    new Fault("input", `cannot set ${tagText(tag)}: ${why}`, { file: name, remedy });
  const stated = value.vr === 0 ? context.dictionaryVrOf(tag) : value.vr;
  const vr = contextVr(stated, tag, context.pixelRepresentation, 0);
  if (vr === 0) {
    throw fail("the dictionary does not know its VR", "state it: gggg,eeee:VR=value");
  }
  const problem = problemOf(vr, value.text);
  if (problem !== undefined) throw fail(`${vrText(vr)}: ${problem}`);
  const text = TEXT_RULES[vrText(vr)] !== undefined;
  const bytes = text
    ? encodeText(value.text, context.characterSet)
    : encodeBinary(vr, value.text, target.bigEndian);
  if (bytes === undefined) {
    const characterSet = context.characterSet === "" ? "ISO_IR 6" : context.characterSet;
    throw fail(
      `its Specific Character Set, ${characterSet}, does not have these characters`,
      "if all its other texts are ASCII, also set SpecificCharacterSet to ISO_IR 192",
    );
  }
  const written = writtenVr(vr, bytes.length, target);
  if (bytes.length % 2 === 0) return { vr: written, bytes };
  const padded = new Uint8Array(bytes.length + 1);
  padded.set(bytes);
  padded[bytes.length] = paddingOf(vr);
  return { vr: written, bytes: padded };
}

function encodeBinary(vr: number, text: string, bigEndian: boolean): Uint8Array {
  const values = valuesOf(text);
  const little = !bigEndian;
  const unitBytes = vr === VR_AT ? 4 : unitBytesOf(vr);
  const bytes = new Uint8Array(values.length * unitBytes);
  const view = new DataView(bytes.buffer);
  const name = vrText(vr);
  values.forEach((value, index) => {
    const at = index * unitBytes;
    if (FLOATS.includes(name)) {
      const number = floatOf(value);
      if (unitBytes === 4) view.setFloat32(at, number, little);
      else view.setFloat64(at, number, little);
      return;
    }
    if (vr === VR_AT) {
      const [group = "", element = ""] = value.replace(/[()]/g, "").split(",");
      view.setUint16(at, parseInt(group, 16), little);
      view.setUint16(at + 2, parseInt(element, 16), little);
      return;
    }
    putInteger(
      view,
      at,
      unitBytes,
      BigInt(INTEGER_RANGES[name] === undefined ? `0x${value}` : value),
      little,
    );
  });
  return bytes;
}

function floatOf(value: string): number {
  const infinite = /^([+-]?)inf$/i.exec(value);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return Number(value);
}

function putInteger(view: DataView, at: number, unitBytes: number, value: bigint, little: boolean): void {
  const unsigned = BigInt.asUintN(8 * unitBytes, value);
  if (unitBytes === 8) view.setBigUint64(at, unsigned, little);
  else if (unitBytes === 4) view.setUint32(at, Number(unsigned), little);
  else if (unitBytes === 2) view.setUint16(at, Number(unsigned), little);
  else view.setUint8(at, Number(unsigned));
}
