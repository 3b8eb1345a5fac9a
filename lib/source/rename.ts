/** +rn: what has been dealt with gets another name, so that the next run does not send it again. */

import { resolve } from "node:path";
import type { Logger } from "../log/log.ts";
import type { ArchiveMember } from "./archives/member.ts";
import { isSameVersion } from "./file.ts";
import { factsOf } from "./file_calls.ts";
import type { BadInput } from "./check_input.ts";
import type { FileVersion } from "./open_file.ts";
import { reasonAbout } from "./reading_faults.ts";
import { renamedPath } from "./renamed_names.ts";

/**
 * Appends ".done" or ".bad"; a file that already has the new name is never overwritten. Answers why that could not be done,
 * after a warning.
 * @param version of the file that was dealt with, where it is known: another one in its place keeps its name
 */
export function renameProcessed(
  path: string,
  isGood: boolean,
  log: Logger,
  version?: FileVersion,
): string | undefined {
  const target = renamedPath(path, isGood);
  const refuse = (line: string, why: string, remedy: string) => {
    log.warn(`${line}: ${why}`);
    const again = isGood ? "will be sent again" : "will be tried again";
    log.warn(`hint: without --journal it ${again} by the next run that finds it: ${remedy}`);
    return why;
  };
  const cannot = `cannot rename file '${path}' to '${target}'`;
  try {
    const now = factsOf(path);
    if (now !== undefined && !now.isDirectory && (!now.isFile || isOfTheSystem(path))) {
      const why = "it is not a regular file";
      log.warn(`not renaming '${path}': ${why}`);
      return why;
    }
    const isAnother = now !== undefined && version !== undefined && !isSameVersion(now, version);
    if (isAnother || now?.isDirectory) {
      const why = "it is not the one any more that was sent";
      log.warn(`not renaming file '${path}': ${why}`);
      return why;
    }
    if (exists(target)) {
      return refuse(
        cannot,
        "a file of that name is already there",
        `move ${target} away, or rename it by hand`,
      );
    }
    Deno.renameSync(path, target);
    log.debug(`renamed file '${path}' to '${target}'`);
    return undefined;
  } catch (caught) {
    const why = reasonAbout(path, caught);
    if (caught instanceof Deno.errors.NotFound) {
      log.warn(`${cannot}: ${why}`);
      return why;
    }
    return refuse(cannot, why, "give this user write permission for its folder, or rename it by hand");
  }
}

/** A link such as /dev/stdin is everybody's, whatever file it leads to at the moment. */
function isOfTheSystem(path: string): boolean {
  return /^\/(dev|proc)\//.test(resolve(path));
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (caught) {
    if (caught instanceof Deno.errors.NotFound) return false;
    throw caught;
  }
}

/** Archives cannot be renamed before the last of their members has come to its end. */
export class ArchivesToRename {
  /** By path: what it was, whether all was good so far, and whether anything is left to be done. */
  readonly #archives = new Map<string, { version: FileVersion; isGood: boolean; isDone: boolean }>();
  /** Paths of those of which something could not be read. */
  readonly #damaged: ReadonlySet<string>;

  /** @param bad what could not be read, archives and their members among them */
  constructor(bad: readonly Pick<BadInput, "path" | "member">[]) {
    this.#damaged = new Set(bad.map(({ path, member }) => member?.archivePath ?? path));
  }

  /** A member, or the archive as a whole, has come to its end; `isDone` is false if its turn never came. */
  note({ archivePath, version }: ArchiveMember, isGood: boolean, isDone: boolean): void {
    const before = this.#archives.get(archivePath) ??
      { isGood: !this.#damaged.has(archivePath), isDone: true };
    this.#archives.set(archivePath, {
      version,
      isGood: before.isGood && isGood,
      isDone: before.isDone && isDone,
    });
  }

  renameAll(log: Logger): void {
    for (const [path, { version, isGood, isDone }] of this.#archives) {
      if (isDone) renameProcessed(path, isGood, log, version);
    }
  }
}
