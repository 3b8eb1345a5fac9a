import { Fault, isTooManyOpenFiles, MORE_OPEN_FILES, systemText } from "../errors.ts";

/** What the operating system says, in words, about a file or folder that cannot be read. */
export function cannotRead(path: string, caught: unknown): Fault {
  if (caught instanceof Fault) return caught;
  const remedy = caught instanceof Deno.errors.NotCapable
    ? "copy it to another folder, or give it on standard input: /dev/stdin"
    : isTooManyOpenFiles(caught)
    ? MORE_OPEN_FILES
    : undefined;
  return new Fault("input", `cannot read it: ${reasonAbout(path, caught)}`, {
    file: path,
    cause: caught,
    remedy,
  });
}

/** The same without the path; a link that leads to nothing is told as such. */
export function reasonAbout(path: string, caught: unknown): string {
  return leadsNowhere(path, caught)
    ? "it is a symbolic link to something that does not exist"
    : reasonOf(caught);
}

/**
 * The runtime finds out where a link leads and opens that without following links any more; of a link that leads to nothing
 * it opens the link itself, and is told the same as of links that lead to each other.
 */
function leadsNowhere(path: string, caught: unknown): boolean {
  const { FilesystemLoop, NotFound } = Deno.errors;
  if (!(caught instanceof FilesystemLoop || caught instanceof NotFound)) return false;
  let isLink = false;
  try {
    isLink = Deno.lstatSync(path).isSymlink;
    Deno.statSync(path);
    return false;
  } catch (why) {
    return isLink && why instanceof NotFound;
  }
}

/** What the operating system says, in words, without the path. */
export function reasonOf(caught: unknown): string {
  if (caught instanceof Deno.errors.NotFound) return "no such file or folder";
  if (caught instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (caught instanceof Deno.errors.NotCapable) return "the runtime opens no files of /dev, /proc and /sys";
  if (caught instanceof Deno.errors.FilesystemLoop) return "too many symbolic links lead to each other";
  if (caught instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (caught instanceof Deno.errors.NotADirectory) return "a part of the path is not a folder";
  return systemText(caught);
}
