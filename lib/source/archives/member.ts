/** What archives have in common: members, each an input by itself. */

import type { SeekableBytes } from "../../bytes/seekable.ts";
import type { ByteSource } from "../../bytes/source.ts";
import type { Fault } from "../../errors.ts";
import type { FileVersion } from "../open_file.ts";

/** A file, or a part of one that is like a file of its own. */
export interface FileBytes extends SeekableBytes {
  /** The bytes from `offset` on, `lengthBytes` of them. One at a time; closing it closes the file. */
  passThrough(offset: number, lengthBytes: number): ByteSource;
}

export interface Member {
  /** As it stands in the archive. */
  readonly name: string;
  /** Where it begins there: what distinguishes it from others of the same name. */
  readonly offset: number;
  /** Once it is unpacked, where that is known. */
  readonly sizeBytes: number | undefined;
  /** Why it is not to be sent although nothing is wrong: a link. */
  readonly skipped?: string;
  /** Why it cannot be read: encrypted, packed in an unknown way. */
  readonly fault?: Fault;
  /** Its bytes, from the beginning; may be asked for again. @throws Fault "input" */
  open(): FileBytes | ByteSource | Promise<FileBytes | ByteSource>;
}

/** A member, and where it is. */
export interface ArchiveMember extends Member {
  readonly archivePath: string;
  /** Of the archive: the member stands in no other. */
  readonly version: FileVersion;
}

/** Invariant: any number of members may be open at the same time. */
export interface Archive {
  /** Of the file, whose members it has as long as that is the same. */
  readonly version: FileVersion;
  /**
   * All members but folders, in the order in which they stand in the archive.
   * @throws Fault "input" when it is damaged: members from there on are not known
   */
  members(): AsyncIterable<Member>;
  /** Gives back what is kept open for members to come. The archive may be used again. */
  rest(): void;
}

/** How many members may be remembered altogether, so that an archive need not be read again to be listed. */
export interface Memory {
  membersLeft: number;
}
