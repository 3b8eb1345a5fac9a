/**
 * What happens in a run, as plain data: the one source of --json, --report, --metrics, progress and summary.
 *
 * How this room works: the street makes the events and gives each to a Telling (`telling.ts`), which hands it to every
 * Observer; an observer writes it down in its own way (`json_lines.ts`, `report_file.ts`, `metrics.ts`, `progress.ts`,
 * `summary.ts`). The shape is a promise to whoever reads it, written down in `events.schema.json`: within a version
 * members are only ever added.
 */

import type { Task } from "../cli/settings.ts";
import { isFailure, OUTCOME_KINDS, type OutcomeKind } from "../transfer/outcome.ts";

export const SCHEMA_VERSION = 1;

/** How a file may end; "sendable" when it was only looked at, to find out whether it could be sent. */
export type FileOutcome = OutcomeKind | "sendable";

/** All of them, in the order they are told. */
export const FILE_OUTCOMES: readonly FileOutcome[] = ["sendable", ...OUTCOME_KINDS];

export function hasFailed(outcome: FileOutcome): boolean {
  return outcome !== "sendable" && isFailure(outcome);
}

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
  readonly outcome: FileOutcome;
  readonly sopClassUid?: string;
  readonly sopInstanceUid?: string;
  /** Of the file, whatever it was sent in. */
  readonly transferSyntax?: string;
  /** Of the data set in the file. */
  readonly bytes?: number;
  /** Of the C-STORE-RSP, four hexadecimal digits. */
  readonly status?: string;
  /** Tries before the last one. */
  readonly retries: number;
  /** Why, for every outcome but stored; without the file's name. */
  readonly reason?: string;
  readonly remedy?: string;
  /** Why +rn could not rename it: the next run finds it once more. */
  readonly notRenamed?: string;
}

/** --probe: what the peer is like. What was not reached is not there. */
export interface ProbeEvent {
  readonly event: "probe";
  /** Of the peer's name, in the order in which they are tried. */
  readonly addresses: readonly string[];
  readonly tcp?: { readonly address: string; readonly milliseconds: number };
  readonly tls?: TlsFacts;
  readonly association?: {
    readonly milliseconds: number;
    readonly peerImplementationClassUid: string;
    readonly peerImplementationVersionName?: string;
    /** The peer's, in bytes; 0 means no limit. */
    readonly maximumLengthReceived: number;
  };
  /** One for each that was proposed, over all associations. */
  readonly contexts: readonly ProbedContext[];
  readonly echo?: EchoFacts;
  /** Why it went no further. */
  readonly reason?: string;
  readonly remedy?: string;
}

export interface TlsFacts {
  /** Who did the work on our side. */
  readonly engine: string;
  readonly milliseconds: number;
  /** Such as "TLSv1.3"; missing where the engine does not tell. */
  readonly protocol?: string;
  readonly cipherSuite?: string;
  readonly certificate?: {
    readonly subject: string;
    readonly issuer: string;
    readonly validTo: string;
    /** Negative when it has expired. */
    readonly daysLeft: number;
  };
}

export interface ProbedContext {
  readonly sopClassUid: string;
  readonly transferSyntaxes: readonly string[];
  /** The one that was accepted. */
  readonly accepted?: string;
  /** Why none was. */
  readonly reason?: string;
}

export interface EchoFacts {
  /** Of the C-ECHO-RSP, four hexadecimal digits. */
  readonly status: string;
  readonly milliseconds: number;
}

/** --echo: the peer has answered. */
export interface EchoEvent extends EchoFacts {
  readonly event: "echo";
}

/** --dry-run: what would be proposed on an association. */
export interface ProposalEvent {
  readonly event: "proposal";
  /** 1, 2, ... in the order of the requests. */
  readonly number: number;
  readonly contexts: readonly {
    readonly id: number;
    readonly sopClassUid: string;
    readonly transferSyntaxes: readonly string[];
  }[];
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
  readonly outcomes: Readonly<Record<FileOutcome, number>>;
  /** Bytes of the data sets, as far as they are known. */
  readonly outcomeBytes: Readonly<Record<FileOutcome, number>>;
  /** Name of the signal that ended the run early. */
  readonly stoppedBy?: string;
  /** What ended the run as a whole, if something did. */
  readonly reason?: string;
  readonly remedy?: string;
  /** Of the run; the program turns 0 into 1 when a report or standard output cannot be written. */
  readonly exitCode: number;
}

export type Event =
  | RunEvent
  | AssociationEvent
  | ProbeEvent
  | EchoEvent
  | ProposalEvent
  | FileEvent
  | RetryEvent
  | SummaryEvent;

/** Sees every event in order. Must not throw: a report that cannot be written never stops a transfer. */
export interface Observer {
  note(event: Event): void;
  /** True once what it has seen could not be passed on to those it is meant for. */
  readonly broken?: boolean;
}
