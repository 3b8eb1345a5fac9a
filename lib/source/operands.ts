/** The paths that the user named, and with --scan-directories the files in the folders among them. */
import type { Fault } from "../errors.ts";
import type { ArchiveMember } from "./archives/member.ts";
import { factsOf } from "./file_calls.ts";
import type { FileFacts, FileVersion } from "./open_file.ts";
import type { ScanFolder } from "./scan.ts";

/** One file to be sent, or one reason why something cannot be. */
export interface Operand {
  /** Of a member of an archive: "archive!member", which is a name and not a path. */
  readonly path: string;
  /** Found by scanning a folder or in an archive, not named by the user. */
  readonly scanned: boolean;
  readonly member?: ArchiveMember;
  /** Set for an archive that is to be sent: not itself, but its members, which come next. */
  readonly archive?: FileVersion;
  /** What a look from outside has shown; without it nobody has looked. */
  readonly seen?: "file" | "nothing";
  /** Set for what is not to be sent although nothing is wrong. */
  readonly skipped?: string;
  /** How large it is, where that was asked for and can be told without reading it. */
  readonly sizeBytes?: number | undefined;
  /** Set for a folder or archive that could not be read, or not as a whole: a failure, with nothing to be opened. */
  readonly fault?: Fault;
}

export interface OperandWishes {
  /** Undefined: folders are left out. */
  readonly scanFolder: ScanFolder | undefined;
  /** Find out how large files are. */
  readonly sizes?: boolean;
}

/** Is told what a user should know of. */
export type Warn = (text: string) => void;

/**
 * Goes through the operands from left to right. What is named is passed on as it is, existing or not; folders are read in
 * name order when they are to be scanned, else left out with a warning.
 */
export function* operands(
  named: Iterable<string>,
  wishes: OperandWishes,
  warn: Warn,
): Generator<Operand> {
  const sizeOf = (path: string) => wishes.sizes ? { sizeBytes: factsOf(path)?.sizeBytes } : {};
  for (const path of named) {
    const facts = factsOf(path);
    if (facts?.isDirectory !== true) {
      yield { ...namedOperand(path, facts), ...(wishes.sizes ? { sizeBytes: facts?.sizeBytes } : {}) };
    } else if (wishes.scanFolder === undefined) {
      warn(`ignoring directory because option --scan-directories is not set: ${path}`);
      warn(`hint: add +sd to send the files in ${path}, and +r for those in its subfolders`);
    } else {
      for (const found of wishes.scanFolder(withoutTrailingSlashes(path))) {
        if ("note" in found) warn(found.note);
        else yield { ...found, scanned: true, ...sizeOf(found.path) };
      }
    }
  }
}

/** What a look at a named path comes to. */
export function namedOperand(path: string, facts: FileFacts | undefined): Operand {
  if (facts === undefined) return { path, scanned: false, seen: "nothing" };
  return facts.isFile ? { path, scanned: false, seen: "file" } : { path, scanned: false };
}

function withoutTrailingSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
