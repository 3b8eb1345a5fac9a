/**
 * +II +IR +IS +IP: made-up identifying attributes for every object sent, so that one file can stand for many.
 *
 * Images are counted per series, series per study, studies per patient; when a count is full, the next one begins.
 * UIDs are derived from UUIDs (PS3.5 B.2): unique across processes and hosts without a registered root.
 */

import type { InventionWish } from "../cli/settings.ts";
import type { Edit } from "../dataset/edits.ts";
import { vrCode } from "../dicom/vr.ts";

/** The attributes that are replaced, or added where they are missing: what stands in the log, tag, VR. */
const ATTRIBUTES = [
  ["PatientName", 0x00100010, "PN"],
  ["PatientID", 0x00100020, "LO"],
  ["StudyInstanceUID", 0x0020000d, "UI"],
  ["StudyID", 0x00200010, "SH"],
  ["AccessionNumber", 0x00080050, "SH"],
  ["SeriesInstanceUID", 0x0020000e, "UI"],
  ["SeriesNumber", 0x00200011, "IS"],
  ["SOPInstanceUID", 0x00080018, "UI"],
  ["ImageNumber", 0x00200013, "IS"],
] as const;

type AttributeName = typeof ATTRIBUTES[number][0];

/** VR SH, PS3.5 table 6.2-1. */
const LONGEST_SH = 16;

export interface Invented {
  readonly edits: readonly Edit[];
  /** For the log: the counters, then one line an attribute. */
  readonly lines: readonly string[];
}

/** Invariant: each number gets one invention, however often it is asked for, until it is forgotten. */
export class Inventor {
  readonly #wish: InventionWish;
  readonly #now: () => number;
  readonly #newUid: () => string;
  readonly #byNumber = new Map<number, Invented>();
  #patient = 0;
  #study = 0;
  #series = 0;
  #image = 0;
  #patientSeconds: number;
  #studySeconds: number;
  #studyUid: string;
  #seriesUid: string;

  /**
   * @param now seconds since 1970; tests give their own
   * @param newUid a fresh UID; tests give their own
   */
  constructor(wish: InventionWish, now: () => number = unixSeconds, newUid: () => string = uuidUid) {
    this.#wish = wish;
    this.#now = now;
    this.#newUid = newUid;
    this.#patientSeconds = now();
    this.#studySeconds = now();
    this.#studyUid = newUid();
    this.#seriesUid = newUid();
  }

  /** The made-up attributes of the object with this number: the same again for a further try of the same object. */
  inventFor(number: number): Invented {
    const known = this.#byNumber.get(number);
    if (known !== undefined) return known;
    const invented = this.#invent();
    this.#byNumber.set(number, invented);
    return invented;
  }

  /** The object has come to its end. */
  forget(number: number): void {
    this.#byNumber.delete(number);
  }

  #invent(): Invented {
    this.#rollOver();
    const counters = `(pa${this.#patient}, st${this.#study}, se${this.#series}, im${this.#image})`;
    const values: Readonly<Record<AttributeName, string>> = {
      PatientName: `OFFIS^TEST_PN_${this.#patientSeconds}${this.#patient}`,
      PatientID: `PID_${this.#patientSeconds}${this.#patient}`,
      StudyInstanceUID: this.#studyUid,
      StudyID: shortId("SID", this.#studySeconds, this.#study),
      AccessionNumber: shortId("ACC", this.#studySeconds, this.#study),
      SeriesInstanceUID: this.#seriesUid,
      SeriesNumber: String(this.#series),
      SOPInstanceUID: this.#newUid(),
      ImageNumber: String(this.#image),
    };
    this.#image++;
    const lines = ATTRIBUTES.map(([name]) => `  ${name}=${values[name]}`);
    return {
      edits: ATTRIBUTES.map(([name, tag, vr]) => ({
        within: [],
        tag,
        value: { vr: vrCode(vr), text: values[name] },
      })),
      lines: [`Inventing Identifying Information ${counters}:`, ...lines],
    };
  }

  /** Full counts begin anew, from the inside out. */
  #rollOver(): void {
    const { imagesPerSeries, seriesPerStudy, studiesPerPatient } = this.#wish;
    if (this.#image < imagesPerSeries) return;
    this.#image = 0;
    this.#series++;
    this.#seriesUid = this.#newUid();
    if (this.#series < seriesPerStudy) return;
    this.#series = 0;
    this.#study++;
    this.#studyUid = this.#newUid();
    this.#studySeconds = this.#now();
    if (this.#study < studiesPerPatient) return;
    this.#study = 0;
    this.#patient++;
    this.#patientSeconds = this.#now();
  }
}

/** "SID_" with time and counter; without the line where that would be longer than the VR allows. */
function shortId(prefix: string, seconds: number, counter: number): string {
  const id = `${prefix}_${seconds}${counter}`;
  return id.length <= LONGEST_SH ? id : `${prefix.charAt(0)}${seconds}${counter}`.slice(0, LONGEST_SH);
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

export function uuidUid(): string {
  return `2.25.${BigInt("0x" + crypto.randomUUID().replaceAll("-", ""))}`;
}
