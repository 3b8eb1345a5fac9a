/** A message about a file, with its name in front, and there only. */

/**
 * Where our messages name a file: what is in front of the name, what follows, and what stands for all of it. Nothing else
 * is touched, because a file may be named like any word: "a", "no", "file".
 */
const PLACES: readonly (readonly [before: string, after: string, instead: string])[] = [
  ["^", ": ", ""],
  ["^", "(?= (?:is|was|ends|shrank|has) )", "it"],
  ["(^|(?<= in ))inflated ", "(?= (?:ends|shrank|at) )", "its inflated data set"],
  ["^(cannot (?:read|send|convert|inflate)) ", "(?=: )", "$1 it"],
  ["^(cannot read (?:archive|DICOMDIR)) ", "(?=: | at offset )", "$1"],
  ["^(cannot access file): ", "(?=$|, )", "$1"],
  ["(?<= outside of its folder): ", "$", ""],
  ["(?<= of) ", "(?=: | inflates )", " it"],
  [" in file: ", "$", ""],
  [" in ", "(?=: | at offset )", ""],
];

/**
 * "a.dcm: it is not a DICOM file" of "a.dcm is not a DICOM file", so that lists of files can be sorted, searched and read
 * from the left. A message that does not name the file stays as it is behind the name.
 */
export function aboutFile(path: string, message: string): string {
  const [what, why] = splitAt(message, ` in file: ${path}: `);
  const rest = why === undefined ? withoutName(path, what) : `${what}: ${withoutName(path, why)}`;
  return `${path}: ${rest}`;
}

function splitAt(text: string, mark: string): [before: string, behind: string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}

function withoutName(path: string, message: string): string {
  if (!message.includes(path)) return message;
  const name = RegExp.escape(path);
  for (const [before, after, instead] of PLACES) {
    const place = new RegExp(`${before}${name}${after}`);
    if (place.test(message)) return message.replace(place, instead);
  }
  return message;
}
