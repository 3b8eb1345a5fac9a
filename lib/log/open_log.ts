/** The log a run writes to, from its settings. */

import type { LogSettings } from "../cli/settings.ts";
import { loadLogConfig } from "./load_log_config.ts";
import { type LogBackend, plainBackend } from "./log.ts";
import type { WriteText } from "./standard_streams.ts";

/** @throws Fault "usage" when the --log-config file sets nothing up */
export async function openLog({ level, configFile }: LogSettings, toStderr: WriteText): Promise<LogBackend> {
  return configFile === undefined ? plainBackend(level, toStderr) : await loadLogConfig(configFile, toStderr);
}
