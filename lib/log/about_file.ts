/** A message about a file, with its name in front, and there only. */

/** What may stand behind a name that is not just part of a longer one. */
const END = "(?=$|[ :,;(])";

/**
 * "a.dcm: it is not a DICOM file" of "a.dcm is not a DICOM file", so that lists of files can be sorted, searched and read
 * from the left. A message that does not name the file stays as it is behind the name.
 */
export function aboutFile(path: string, message: string): string {
  if (!message.includes(path)) return `${path}: ${message}`;
  const name = RegExp.escape(path);
  const rest = message
    .replace(new RegExp(`^${name}: `), "")
    .replace(new RegExp(`^${name} `), "it ")
    .replace(new RegExp(` in file: ${name}${END}|(?: in|:) ${name}${END}`), "")
    .replace(new RegExp(` ${name}${END}`), " it");
  return `${path}: ${rest}`;
}
