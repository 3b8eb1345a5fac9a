/** The paths that the user named, and with --scan-directories the files in the folders among them. */
import type { Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import { patternTest } from "./pattern.ts";
import { scan } from "./scan.ts";

/** One file to be sent, or one reason why something cannot be. */
export interface Operand {
  readonly path: string;
  /** Found by scanning a folder, not named by the user. */
  readonly scanned: boolean;
  /** Set for a folder that could not be read, or not as a whole: a failure, with nothing to be opened. */
  readonly fault?: Fault;
}

export interface OperandWishes {
  readonly scanDirectories: boolean;
  /** fnmatch pattern for the base names of files found by scanning. */
  readonly scanPattern: string | undefined;
  readonly recurse: boolean;
}

/**
 * Goes through the operands from left to right. What is named is passed on as it is, existing or not; folders are read in
 * name order when they are to be scanned, else left out with a warning.
 */
export function* operands(
  named: Iterable<string>,
  wishes: OperandWishes,
  log: Logger,
): Generator<Operand> {
  const matches = wishes.scanPattern === undefined ? () => true : patternTest(wishes.scanPattern);
  for (const path of named) {
    if (!isFolder(path)) {
      yield { path, scanned: false };
    } else if (!wishes.scanDirectories) {
      log.warn(`ignoring directory because option --scan-directories is not set: ${path}`);
      log.info(`add +sd to send the files in ${path}, and +r for those in its subfolders`);
    } else {
      for (const found of scan(withoutTrailingSlashes(path), { recurse: wishes.recurse, matches })) {
        if ("note" in found) log.warn(found.note);
        else yield { ...found, scanned: true };
      }
    }
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function withoutTrailingSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
