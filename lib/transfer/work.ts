/** One file on its way through the transfer, and its end. */

import type { Input, Instance } from "../source/instance.ts";
import type { FileVersion } from "../source/open_file.ts";
import type { Outcome } from "./outcome.ts";

/** One sending of one file. */
export interface Work extends Input {
  /** No further round of the same file follows (--repeat). */
  readonly isLastRound: boolean;
  /** Tries so far that ended without an answer. */
  readonly attempts: number;
  /** How the last of these ended. */
  readonly last?: EndedWork;
}

export interface EndedWork {
  readonly work: Work;
  readonly outcome: Outcome;
  /** Undefined when the file could not be identified. */
  readonly identity: Identity | undefined;
}

/** What is remembered of an instance until its answer has come, when the instance itself is closed. */
export interface Identity {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** Of the file, whatever it was sent in. */
  readonly transferSyntax: string;
  /** Of the data set. */
  readonly lengthBytes: number | undefined;
  /** It cannot be sent again. */
  readonly readOnce: boolean;
  /** Of the file that was opened, where it is one. */
  readonly version: FileVersion | undefined;
}

export function identityOf(instance: Instance): Identity {
  const { sopInstanceUid, sopClassUid, transferSyntax, lengthBytes, readOnce = false, version } = instance;
  return { sopInstanceUid, sopClassUid, transferSyntax, lengthBytes, readOnce, version };
}
