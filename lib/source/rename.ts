/** +rn: what has been dealt with gets another name, so that the next run does not send it again. */

import type { Logger } from "../log/log.ts";
import { cannotRead } from "./reading_faults.ts";

/** Appends ".done" or ".bad"; a file that already has the new name is never overwritten. */
export function renameProcessed(path: string, isGood: boolean, log: Logger): void {
  const target = path + (isGood ? ".done" : ".bad");
  try {
    if (exists(target)) {
      log.warn(`cannot rename file '${path}' to '${target}': a file of that name is already there`);
      return;
    }
    Deno.renameSync(path, target);
    log.debug(`renamed file '${path}' to '${target}'`);
  } catch (caught) {
    const reason = cannotRead(path, caught).message.replace(`cannot read ${path}: `, "");
    log.warn(`cannot rename file '${path}' to '${target}': ${reason}`);
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (caught) {
    if (caught instanceof Deno.errors.NotFound) return false;
    throw caught;
  }
}
