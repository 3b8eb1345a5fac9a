/** The names that +rn gives. */

const DONE = ".done";
const BAD = ".bad";

export function renamedPath(path: string, isGood: boolean): string {
  return path + (isGood ? DONE : BAD);
}

export function isRenamed(name: string): boolean {
  return name.endsWith(DONE) || name.endsWith(BAD);
}
