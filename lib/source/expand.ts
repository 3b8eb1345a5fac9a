/**
 * Operands that stand for several files: archives and DICOMDIRs. Everything else is passed on as it is, and what reads the
 * two is loaded when the first of them comes.
 */

import { asFault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { Archive, Member, Memory } from "./archives/member.ts";
import { mayBeArchive, mayBeDicomdir } from "./container_names.ts";
import type { FileVersion } from "./instance.ts";
import type { Operand } from "./operands.ts";
import type { ReadPace } from "./read_pace.ts";

/** Members may still be read when those of the next archives are asked for already: of so many archives. */
const MOST_OPEN_ARCHIVES = 4;

/** Archives are opened once, so that the second time their members are asked for is cheaper. */
export class Expansion {
  readonly #pace: ReadPace;
  readonly #memory: Memory = { membersLeft: 10_000 };
  readonly #archives = new Map<string, Archive>();
  readonly #open: Archive[] = [];
  #hinted = false;

  constructor(pace: ReadPace) {
    this.#pace = pace;
  }

  /**
   * Each operand, or what stands in its place.
   * @param listed they come from a list, which names the files beside a DICOMDIR, too
   */
  async *expand(operands: Iterable<Operand>, listed: boolean, log: Logger): AsyncGenerator<Operand> {
    for (const operand of operands) {
      const { path, scanned, fault } = operand;
      if (fault !== undefined) yield operand;
      else if (mayBeArchive(path)) yield* this.#members(operand, log);
      else if (scanned || !mayBeDicomdir(path) || !await this.#isDicomdir(path)) yield operand;
      else if (listed) yield { ...operand, skipped: "it is a DICOMDIR: --dicomdir sends what it refers to" };
      else yield* this.dicomdir(path);
    }
  }

  /** The files to which a DICOMDIR refers. */
  async *dicomdir(path: string): AsyncGenerator<Operand> {
    const { referencedFiles } = await import("./dicomdir.ts");
    yield* referencedFiles(path, this.#pace);
  }

  async #isDicomdir(path: string): Promise<boolean> {
    const { isDicomdirFile } = await import("./dicomdir.ts");
    return isDicomdirFile(path, this.#pace);
  }

  /** The members of an archive, or the operand itself if it is none. */
  async *#members(operand: Operand, log: Logger): AsyncGenerator<Operand> {
    const { path, scanned } = operand;
    let archive: Archive | undefined;
    try {
      archive = await this.#archive(path);
    } catch {
      // Whoever opens it to send it will say why that cannot be done.
    }
    if (archive === undefined) return yield operand;
    if (scanned) {
      log.warn(`not looking into archive found by scanning: ${path}`);
      if (!this.#hinted) log.warn("hint: archives are sent when they are named themselves");
      this.#hinted = true;
      return yield { ...operand, skipped: "it is an archive, and was not named itself" };
    }
    try {
      let isEmpty = true;
      for await (const member of archive.members()) {
        isEmpty = false;
        yield operandOf(path, archive.version, member);
      }
      if (isEmpty) log.warn(`there is no file in archive ${path}`);
    } catch (caught) {
      yield { path, scanned: false, fault: asFault(caught) };
    }
  }

  async #archive(path: string): Promise<Archive | undefined> {
    const { openArchive } = await import("./archives/archive.ts");
    const archive = this.#archives.get(path) ?? await openArchive(path, this.#pace, this.#memory);
    if (archive === undefined) return undefined;
    this.#archives.set(path, archive);
    this.#open.push(archive);
    if (this.#open.length > MOST_OPEN_ARCHIVES) this.#open.shift()?.rest();
    return archive;
  }
}

function operandOf(archivePath: string, version: FileVersion, member: Member): Operand {
  const { name, sizeBytes, skipped, fault } = member;
  return {
    path: `${archivePath}!${name}`,
    scanned: true,
    sizeBytes,
    member: { archivePath, version, ...member },
    ...(skipped === undefined ? {} : { skipped }),
    ...(fault === undefined ? {} : { fault }),
  };
}
