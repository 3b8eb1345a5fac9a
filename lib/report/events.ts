/**
 * What happens in a run, as plain data: the one source of --json, --report, --metrics, progress and summary.
 *
 * How this room works: the street makes the events and gives each to a Telling (`telling.ts`), which hands it to every
 * Observer; an observer writes it down in its own way (`json_lines.ts`, `report_file.ts`, `metrics.ts`, `progress.ts`,
 * `summary.ts`). The shape is a promise to whoever reads it, written down in `events.schema.json`: within a version
 * members are only ever added.
 */

import type { Task } from "../cli/settings.ts";
import type { OutcomeKind } from "../transfer/outcome.ts";

export const SCHEMA_VERSION = 1;

/** The first event: what is about to be done. */
export interface RunEvent {
  readonly event: "run";
  readonly schema: typeof SCHEMA_VERSION;
  /** Of this program. */
  readonly version: string;
  readonly task: Task;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly peer: string;
  readonly port: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** Files to be handled, repeats counted. */
  readonly files: number;
}

/** An association was opened, or was not. */
export interface AssociationEvent {
  readonly event: "association";
  /** 1, 2, ... in the order of the requests. */
  readonly number: number;
  readonly result: "accepted" | "failed";
  /** Presentation contexts proposed and accepted. */
  readonly proposed: number;
  readonly accepted: number;
  readonly peerImplementationClassUid?: string;
  readonly peerImplementationVersionName?: string;
  /** The peer's, in bytes; 0 means no limit. */
  readonly maximumLengthReceived?: number;
  readonly reason?: string;
  readonly remedy?: string;
}

/** A file has come to its end; exactly one for each of RunEvent.files. */
export interface FileEvent {
  readonly event: "file";
  /** Of a member of an archive: "archive!member". */
  readonly path: string;
  readonly outcome: OutcomeKind;
  readonly sopClassUid?: string;
  readonly sopInstanceUid?: string;
  /** Of the data set in the file. */
  readonly bytes?: number;
  /** Of the C-STORE-RSP, four hexadecimal digits. */
  readonly status?: string;
  /** Tries before the last one. */
  readonly retries: number;
  /** Why, for every outcome but stored. */
  readonly reason?: string;
  readonly remedy?: string;
}

/** Something failed that may pass; it is tried again. */
export interface RetryEvent {
  readonly event: "retry";
  readonly reason: string;
  readonly afterSeconds: number;
}

/** The last event. */
export interface SummaryEvent {
  readonly event: "summary";
  readonly endedAt: string;
  readonly seconds: number;
  /** Of stored instances. */
  readonly bytes: number;
  readonly files: number;
  /** Adds up to `files`. */
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** Bytes of the data sets, as far as they are known. */
  readonly outcomeBytes: Readonly<Record<OutcomeKind, number>>;
  /** Name of the signal that ended the run early. */
  readonly stoppedBy?: string;
  /** What ended the run as a whole, if something did. */
  readonly reason?: string;
  readonly remedy?: string;
  readonly exitCode: number;
}

export type Event = RunEvent | AssociationEvent | FileEvent | RetryEvent | SummaryEvent;

/** Sees every event in order. Must not throw: a report that cannot be written never stops a transfer. */
export interface Observer {
  note(event: Event): void;
}
