/** One input looked at before anything is sent: whether it can be tried at all. */

import type { Settings } from "../cli/settings.ts";
import { asFault, Fault } from "../errors.ts";
import type { ArchiveMember } from "./archives/member.ts";
import { isAbsent } from "./file_calls.ts";
import type { Need, OpenInstance } from "./instance.ts";
import type { Operand } from "./operands.ts";
import { STANDARD_INPUT } from "./pipe.ts";
import { reasonAndAdviceAbout, reasonAndAdviceOfAbsent } from "./reading_faults.ts";

/** A file that cannot even be tried, and why. */
export interface BadInput {
  readonly path: string;
  readonly member?: ArchiveMember;
  readonly fault: Fault;
}

/** There may be very many of them: each makes its fault when it is asked for it. */
export class MissingInput implements BadInput {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get fault(): Fault {
    return new Fault("input", "cannot access file", {
      file: this.path,
      line: `cannot access file: ${this.path}`,
      remedy: this.path === "-"
        ? "what comes from a pipe is sent by the name of /dev/stdin"
        : whyMissing(this.path),
    });
  }
}

/** Asks again: whoever looked first wanted to know no more than that it is missing. */
function whyMissing(path: string): string {
  // Of very many files, Deno's own calls would take minutes.
  if (isAbsent(path)) return reasonAndAdviceOfAbsent(path);
  try {
    Deno.statSync(path);
    return "it was not there when this run began, and is now: try again";
  } catch (caught) {
    return reasonAndAdviceAbout(path, caught);
  }
}

/** The option for which every file has to be read more than once. */
export function severalTimes({ task, network }: Settings): string | undefined {
  if (network.required) return "--required";
  if (task !== "send") return task === "probe" ? "--probe" : "--dry-run";
  return network.repeat > 1 ? "--repeat" : undefined;
}

/**
 * What can be told without opening it.
 * @param again the option for which it has to be read more than once
 */
export function checkFromOutside(operand: Operand, again: string | undefined): BadInput | undefined {
  const { path, scanned, fault, seen } = operand;
  if (fault !== undefined) return { ...operand, fault };
  if (!scanned && seen === "nothing") return new MissingInput(path);
  if (again !== undefined && isReadOnce(operand)) {
    const refused = new Fault("input", `it can be read only once, which is not enough for ${again}`, {
      file: path,
      remedy: `leave ${again} out, or save it as a file first`,
    });
    return { ...operand, fault: refused };
  }
  return undefined;
}

/** Looks into it, and notes what it needs. */
export async function checkInside(
  operand: Operand,
  { needs, openInstance }: { readonly needs: Map<string, Need>; readonly openInstance: OpenInstance },
): Promise<BadInput | undefined> {
  const { path } = operand;
  try {
    const instance = await openInstance({ ...operand, number: 0 });
    if ("skipped" in instance) return undefined;
    const { sopClassUid, transferSyntax } = instance;
    instance.close();
    needs.set(`${sopClassUid} ${transferSyntax}`, { sopClassUid, transferSyntax });
    return undefined;
  } catch (caught) {
    const why = asFault(caught);
    const what = why.messageBehind(path);
    const missing = new Fault("input", what, {
      file: path,
      line: `missing SOP class (or instance) in file: ${path}: ${what}`,
      cause: caught,
      remedy: why.remedy,
    });
    return { ...operand, fault: missing };
  }
}

/** A FIFO, a device, standard input. */
function isReadOnce({ path, scanned, seen, member }: Operand): boolean {
  return !scanned && member === undefined && (seen === undefined || path === STANDARD_INPUT);
}
