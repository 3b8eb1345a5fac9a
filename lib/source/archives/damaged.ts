import { Fault } from "../../errors.ts";

/** The fault of an archive that cannot be understood to its end. */
export function damaged(path: string, why: string, cause?: unknown): Fault {
  return new Fault("input", `cannot read the archive: ${why.replace(/\.$/, "")}`, {
    file: path,
    remedy: "copy or make the archive again; what it holds behind that point is not known",
    cause,
  });
}
