/** What the transfer knows of a file that is to be sent: its identity, and its data set as bytes. */

import type { ByteSource } from "../bytes/source.ts";
import type { FileVersion } from "./open_file.ts";
import type { Operand } from "./operands.ts";

/** A file to be opened. */
export interface Input extends Operand {
  /** 1, 2, ... in the order of the run; every round of a repeated file has its own. */
  readonly number: number;
}

/** What it takes to send an instance as it is. */
export interface Need {
  readonly sopClassUid: string;
  /** The transfer syntax the data set is in. */
  readonly transferSyntax: string;
}

/** An opened and surveyed file. */
export interface Instance extends Need {
  readonly sopInstanceUid: string;
  /** Bytes of the data set as it is in the file, for reports; undefined for a stream that has not been read to its end. */
  readonly lengthBytes: number | undefined;
  /** Oddities found while reading, in the order found. */
  readonly warnings: readonly string[];
  /** What was made up for it; for the log. */
  readonly invented?: readonly string[] | undefined;
  /**
   * The data set in the transfer syntax `wanted`, once. Closing the source gives the file back.
   * @throws Fault "input" when it cannot be converted to that
   */
  dataSet(wanted: string): ByteSource | Promise<ByteSource>;
  /** Whether it could be: by conversion, or as it is. */
  fits(wanted: string): boolean;
  /** It comes from what cannot be opened again, such as a FIFO. */
  readonly readOnce?: boolean;
  /** Of the file when it was opened, or of the archive it is in; absent for what is no file. */
  readonly version?: FileVersion | undefined;
  /** Gives the file back when the data set is not wanted. May be called twice. */
  close(): void;
}

/** Why a file is not to be sent although nothing is wrong: not DICOM, a DICOMDIR, already sent. */
export interface NoInstance {
  readonly skipped: string;
  /** It is where it was to go. */
  readonly isStored?: boolean;
}

/** Opens and identifies a file. @throws Fault "input" */
export type OpenInstance = (input: Input) => Instance | NoInstance | Promise<Instance | NoInstance>;
