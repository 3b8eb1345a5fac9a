/** What the transfer knows of an opened file: its identity, and its data set as bytes in a transfer syntax. */

import type { ByteSource } from "../bytes/source.ts";

/** What it takes to send an instance as it is. */
export interface Need {
  readonly sopClassUid: string;
  /** The transfer syntax the data set is in. */
  readonly transferSyntax: string;
}

export interface Instance extends Need {
  readonly sopInstanceUid: string;
  /** Bytes of the data set as it is in the file, for reports; undefined for a stream whose end has not been seen. */
  readonly lengthBytes: number | undefined;
  /** Oddities found while reading, in the order found. */
  readonly warnings: readonly string[];
  /**
   * The data set in `transferSyntax`, once. Closing the source gives the file back.
   * @throws Fault "input" when it cannot be converted to that
   */
  dataSet(transferSyntax: string): ByteSource;
  /** Gives the file back when the data set is not wanted. May be called twice. */
  close(): void;
}

/** Why a file found by scanning is not to be sent although nothing is wrong: not DICOM, a DICOMDIR. */
export interface NoInstance {
  readonly skipped: string;
}

/** Opens and identifies a file. @throws Fault "input" */
export type OpenInstance = (
  path: string,
  scanned: boolean,
) => Instance | NoInstance | Promise<Instance | NoInstance>;
