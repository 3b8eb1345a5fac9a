/** Names under which files are looked for that hold or name other files; whether they do, their content says. */

export function mayBeArchive(path: string): boolean {
  return /\.(zip|tar|tgz|taz|gz)$/i.test(path);
}

export function mayBeDicomdir(path: string): boolean {
  return /(^|\/)DICOMDIR[^/]*$/i.test(path);
}
