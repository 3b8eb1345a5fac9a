import { adviceOn, Fault, reasonOf } from "../errors.ts";
import { isAbsent } from "./file_calls.ts";

/**
 * What the operating system says, in words, about a file or folder that cannot be read.
 * @param option what named it, where that is not plain
 */
export function cannotRead(path: string, caught: unknown, option?: string): Fault {
  if (caught instanceof Fault) return caught;
  const what = option === undefined ? "cannot read it" : `cannot read it for ${option}`;
  const isNowhere = leadsNowhere(path, caught);
  return new Fault("input", `${what}: ${reasonAbout(path, caught, isNowhere)}`, {
    file: path,
    cause: caught,
    remedy: adviceAbout(path, caught, isNowhere),
  });
}

/** Why, without the path; a link that leads to nothing is told as such. */
export function reasonAbout(path: string, caught: unknown, isNowhere = leadsNowhere(path, caught)): string {
  return isNowhere ? "it is a symbolic link to something that does not exist" : reasonOf(caught);
}

/** What to do about it. Cron jobs and services begin in other folders than people do. */
function adviceAbout(path: string, caught: unknown, isNowhere: boolean): string | undefined {
  if (isNowhere) return "mend or remove the link";
  const isLookedFor = caught instanceof Deno.errors.NotFound && !path.startsWith("/");
  return isLookedFor ? `${adviceOn(caught)}; it is looked for in ${workingFolder()}` : adviceOn(caught);
}

/** Both, for the hint where the message is to be one that scripts look for. */
export function reasonAndAdviceAbout(path: string, caught: unknown): string {
  return withAdvice(path, caught, leadsNowhere(path, caught));
}

const NOT_THERE = new Deno.errors.NotFound();

/** The same of what is just not there. */
export function reasonAndAdviceOfAbsent(path: string): string {
  return withAdvice(path, NOT_THERE, false);
}

function withAdvice(path: string, caught: unknown, isNowhere: boolean): string {
  const advice = adviceAbout(path, caught, isNowhere);
  const reason = reasonAbout(path, caught, isNowhere);
  return advice === undefined ? reason : `${reason}: ${advice}`;
}

function workingFolder(): string {
  try {
    return Deno.cwd();
  } catch {
    return "a folder that has gone";
  }
}

/**
 * The runtime finds out where a link leads and opens that without following links any more; of a link that leads to nothing
 * it opens the link itself, and is told the same as of links that lead to each other.
 */
function leadsNowhere(path: string, caught: unknown): boolean {
  const { FilesystemLoop, NotFound } = Deno.errors;
  if (!(caught instanceof FilesystemLoop || caught instanceof NotFound) || isAbsent(path)) return false;
  let isLink = false;
  try {
    isLink = Deno.lstatSync(path).isSymlink;
    Deno.statSync(path);
    return false;
  } catch (why) {
    return isLink && why instanceof NotFound;
  }
}
