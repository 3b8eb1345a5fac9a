import { Fault } from "../../errors.ts";

/** What is said of a zip file that is cut short: it is a list of three guesses. */
const NO_END = /^End of central directory record signature not found/i;

/** The fault of an archive that cannot be understood to its end. */
export function damaged(path: string, why: string, cause?: unknown): Fault {
  if (NO_END.test(why)) {
    return new Fault(
      "input",
      "cannot read the archive: its end, where the list of what it holds stands, is missing",
      {
        file: path,
        remedy: "the file is truncated or damaged: copy or make it again",
        cause,
      },
    );
  }
  return new Fault("input", `cannot read the archive: ${why.replace(/\.$/, "")}`, {
    file: path,
    remedy: "copy or make the archive again; what it holds behind that point is not known",
    cause,
  });
}
