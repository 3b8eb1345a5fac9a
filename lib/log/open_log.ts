/** The log a run writes to, from its settings. */

import type { ReadFile } from "../cli/environment.ts";
import type { LogSettings } from "../cli/settings.ts";
import { loadLogConfig } from "./load_log_config.ts";
import { type LogBackend, plainBackend } from "./log.ts";
import type { WriteText } from "./standard_streams.ts";

/**
 * @param toStdout where a --log-config file may send lines as well
 * @throws Fault "usage" when the --log-config file sets nothing up, or writes a file that another option names
 */
export async function openLog(
  { level, configFile }: LogSettings,
  readFile: ReadFile,
  toStderr: WriteText,
  toStdout: WriteText,
  refuseTaken: (path: string) => void,
): Promise<LogBackend> {
  if (configFile === undefined) return plainBackend(level, toStderr);
  return await loadLogConfig(configFile, readFile, toStderr, toStdout, refuseTaken);
}
