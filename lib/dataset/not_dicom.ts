/** Files that are not DICOM at all: which of them a scan may pass over, and which were images once, or are to become some. */

import { Fault } from "../errors.ts";

const LIKE_AN_ARCHIVE = /\.(zip|tar|gz|tgz|taz|7z|rar|t?bz2?|t?xz|zst)$/i;

/** What begins with a dot is somebody's own: lists, locks, halves of copies, what macOS puts beside each file. */
const LIKE_AN_IMAGE = /^[^.].*\.(dcm|dicom|ima)(\.gz)?$/i;

/** Images on media and in archives of many systems are named IM000001, or after their UID. */
const WITHOUT_EXTENSION = /^[^.]+(\.\d+)*$/;

/** The fault of a file that is not DICOM at all, where a damaged instance is another one. */
export class NotDicom extends Fault {
  /** There is nothing in it that could tell what it is: it is empty, or there are zeros. */
  readonly isBlank: boolean;
  /** Not found by chance in a folder: by its name it is an image, and may have been lost. */
  readonly isLoss: boolean;

  constructor(name: string, why: string, code: string, isBlank = false) {
    super("input", `it is not a DICOM file: ${why}`, { file: name, code, remedy: remedyFor(name, isBlank) });
    const base = baseName(name);
    this.isBlank = isBlank;
    this.isLoss = LIKE_AN_IMAGE.test(base) || isBlank && WITHOUT_EXTENSION.test(base);
  }
}

function remedyFor(name: string, isBlank: boolean): string {
  const isLikeAnImage = LIKE_AN_IMAGE.test(baseName(name));
  if (LIKE_AN_ARCHIVE.test(name) && !isLikeAnImage) {
    return "it is no archive that can be read, either (.zip, .tar, .tar.gz, .tgz, .gz): unpack it, or copy it again";
  }
  if (isBlank) {
    return "it was not written to its end, or is just being written: copy or export it again, or remove it";
  }
  return isLikeAnImage
    ? "copy or export it again, or give it a name that is not that of an image"
    : "leave it out; of a folder that is scanned (+sd) such files are left out by themselves";
}

/** Members of archives are named "archive!member". */
function baseName(path: string): string {
  return path.replace(/^.*[/\\!]/s, "");
}

/** A few plausible elements and then nonsense: that was not DICOM after all. */
export function asNotDicom(caught: unknown, name: string): unknown {
  if (!(caught instanceof Fault) || caught instanceof NotDicom) return caught;
  return new NotDicom(name, caught.messageBehind(name), caught.code ?? "0001:000a");
}
