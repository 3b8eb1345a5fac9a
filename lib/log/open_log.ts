/** The log a run writes to, from its settings. */

import type { LogSettings } from "../cli/settings.ts";
import { Logger, plainBackend } from "./log.ts";
import { stderrWriter } from "./standard_streams.ts";

export interface OpenLog {
  readonly log: Logger;
  /** Flushes; call it last. */
  close(): Promise<void>;
}

export function openLog({ level }: LogSettings): OpenLog {
  const backend = plainBackend(level, stderrWriter());
  return { log: new Logger(backend), close: () => backend.close() };
}
