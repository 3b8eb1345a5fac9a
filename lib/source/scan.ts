/**
 * The files in a folder, in name order, one after the other.
 *
 * How this works: a stack holds, for the folder being read and each folder above it, the names that are still to come; so no more than
 * one folder's names per level are in memory. A folder is known by device and inode, and a link that leads back to a
 * folder above is not followed.
 */
import { factsOf } from "./file_calls.ts";
import { Fault } from "../errors.ts";
import { FILE, FOLDER, LINK, readFolder } from "./folder_entries.ts";
import { patternTest } from "./pattern.ts";
import { cannotRead } from "./reading_faults.ts";
import { isRenamed } from "./renamed_names.ts";

/** What a scan comes across. */
export type Found =
  /** To be sent, if it turns out to be an instance. */
  | { readonly path: string; readonly seen?: "file" }
  /** A folder, or part of one, that could not be read. */
  | { readonly path: string; readonly fault: Fault }
  /** Worth a warning, but nothing is missing. */
  | { readonly path: string; readonly note: string };

export interface ScanWishes {
  readonly recurse: boolean;
  /** fnmatch pattern for the base names of everything that is not a folder; undefined: all of them. */
  readonly scanPattern: string | undefined;
  /** What has been sent gets another name (+rn): those names are left out, unless a pattern says what is wanted. */
  readonly rename: boolean;
}

/** Everything in a folder, whose name goes before each path unless it is ".". */
export type ScanFolder = (path: string) => Iterable<Found>;

export function folderScan({ recurse, scanPattern, rename }: ScanWishes): ScanFolder {
  const unlessRenamed = (name: string) => !rename || !isRenamed(name);
  const matches = scanPattern === undefined ? unlessRenamed : patternTest(scanPattern);
  return (path) => scan(path, { recurse, matches });
}

/** A folder in the middle of being read. */
interface Level {
  readonly path: string;
  /** Device and inode. */
  readonly identity: string;
  /** Name, NUL, kind: there may be very many, and so they sort by name. In reverse order: the next one is the last. */
  readonly entries: string[];
}

interface Wanted {
  readonly recurse: boolean;
  /** Asked for the base name of everything that is not a folder. */
  readonly matches: (name: string) => boolean;
}

function* scan(path: string, wishes: Wanted): Generator<Found> {
  const levels: Level[] = [];
  yield* enter(levels, path);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const entry = level.entries.pop();
    if (entry === undefined) levels.pop();
    else yield* visit(levels, level.path, entry, wishes);
  }
}

function* visit(levels: Level[], folder: string, entry: string, wishes: Wanted): Generator<Found> {
  const kind = entry.at(-1);
  const name = entry.slice(0, -2);
  const path = joined(folder, name);
  if (kind === FOLDER || kind === LINK && leadsToFolder(path)) {
    if (wishes.recurse) yield* enter(levels, path);
  } else if (wishes.matches(name)) {
    yield kind === FILE ? { path, seen: "file" } : { path };
  }
}

/** Puts a folder on the stack, unless it is there already. */
function* enter(levels: Level[], path: string): Generator<Found> {
  try {
    const identity = identityOf(path);
    const above = levels.find((level) => level.identity === identity);
    if (above !== undefined) {
      yield { path, note: `not following symbolic link ${path}: it leads back to ${above.path}` };
      return;
    }
    const { entries, hidden } = readFolder(path);
    entries.sort((a, b) => a < b ? 1 : -1);
    levels.push({ path, identity, entries });
    if (hidden.length > 0) yield { path, fault: notInUtf8(path, hidden) };
  } catch (caught) {
    yield { path, fault: cannotRead(path, caught) };
  }
}

function notInUtf8(path: string, names: readonly string[]): Fault {
  const shown = names.slice(0, 3).map((name) => `"${name}"`).join(", ");
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return new Fault("input", `cannot read ${shown}${more} in it: the name is not valid UTF-8`, {
    file: path,
    remedy: "rename the files, for example with convmv",
  });
}

/** A link to nowhere does not: it is reported when the file is opened. */
function leadsToFolder(path: string): boolean {
  return factsOf(path)?.isDirectory === true;
}

function identityOf(path: string): string {
  const { dev, ino } = Deno.statSync(path);
  return ino === null ? Deno.realPathSync(path) : `${dev}:${ino}`;
}

function joined(folder: string, name: string): string {
  if (folder === ".") return name;
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}
