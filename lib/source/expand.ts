/**
 * Operands that stand for several files: archives and DICOMDIRs. Everything else is passed on as it is, and what reads the
 * two is loaded when the first of them comes.
 */

import { asFault, Fault } from "../errors.ts";
import type { Archive, Member, Memory } from "./archives/member.ts";
import { mayBeArchive, mayBeDicomdir } from "./container_names.ts";
import type { FileVersion } from "./open_file.ts";
import type { Operand, Warn } from "./operands.ts";
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
   * Each operand, or what stands in its place; an archive comes before its members.
   * @param listed they come from a list, which names the files beside a DICOMDIR, too
   */
  async *expand(operands: Iterable<Operand>, listed: boolean, warn: Warn): AsyncGenerator<Operand> {
    for (const operand of operands) {
      const { path, scanned, fault } = operand;
      if (fault !== undefined) yield operand;
      else if (mayBeArchive(path)) yield* this.#members(operand, warn);
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

  /** The members of an archive that has come, once more. */
  async again(path: string): Promise<MembersAgain> {
    return new MembersAgain(path, await this.#archive(path));
  }

  /** The members of an archive, or the operand itself if it is none. */
  async *#members(operand: Operand, warn: Warn): AsyncGenerator<Operand> {
    const { path, scanned } = operand;
    let archive: Archive | undefined;
    try {
      archive = await this.#archive(path);
    } catch {
      // Whoever opens it to send it will say why that cannot be done.
    }
    if (archive === undefined) return yield operand;
    if (scanned) {
      warn(`not looking into archive found by scanning: ${path}`);
      if (!this.#hinted) warn("hint: archives are sent when they are named themselves");
      this.#hinted = true;
      return yield { ...operand, skipped: "it is an archive, and was not named itself" };
    }
    yield { path, scanned: false, archive: archive.version };
    try {
      let isEmpty = true;
      for await (const member of archive.members()) {
        isEmpty = false;
        yield operandOf(path, archive.version, member);
      }
      if (isEmpty) warn(`there is no file in archive ${path}`);
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

/** Goes through the members of an archive once more, in step with what is remembered of them. */
export class MembersAgain {
  readonly #archivePath: string;
  readonly #archive: Archive | undefined;
  #members: AsyncIterator<Member> | undefined;
  /** From here on there is none that is what it was. */
  #fault: Fault | undefined;

  constructor(archivePath: string, archive: Archive | undefined) {
    this.#archivePath = archivePath;
    this.#archive = archive;
  }

  /** The one that `remembered` was; with a fault if it is not there any more. */
  async next(remembered: Operand): Promise<Operand> {
    const found = this.#fault === undefined ? await this.#next() : undefined;
    if (found?.member?.offset === remembered.member?.offset && found !== undefined) return found;
    this.#fault ??= new Fault("input", "cannot read it: it does not hold any more what it did", {
      file: this.#archivePath,
    });
    return { ...remembered, fault: this.#fault };
  }

  async #next(): Promise<Operand | undefined> {
    if (this.#archive === undefined) return undefined;
    const { version } = this.#archive;
    try {
      this.#members ??= this.#archive.members()[Symbol.asyncIterator]();
      const { done, value } = await this.#members.next();
      return done === true ? undefined : operandOf(this.#archivePath, version, value);
    } catch (caught) {
      this.#fault = asFault(caught);
      return undefined;
    }
  }

  /** The others are not wanted. */
  close(): undefined {
    this.#members?.return?.().catch(() => {}); // nothing is lost by what cannot be closed
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
