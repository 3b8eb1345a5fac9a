/** A log configuration at work. */

import { type LogBackend, Logger } from "../../lib/log/log.ts";
import { readLogConfig } from "../../lib/log/log4cplus.ts";

/** What comes out when every level is logged once to the application's logger. */
export async function runLog(
  config: string,
  say: (log: Logger) => void = sayAll,
): Promise<{ out: string; err: string; backend: LogBackend }> {
  let out = "";
  let err = "";
  const backend = await readLogConfig(config, "log.cfg", {
    appName: "storescu",
    processId: 4711,
    hostName: "host",
    now: new Date(2026, 0, 2, 3, 4, 5).getTime(),
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    syslogSocket: "/nowhere",
    refuseTaken: () => {},
    variable: (name) => name === "HOME" ? "/home/us" : undefined,
  });
  try {
    say(new Logger(backend));
  } finally {
    await backend.close();
  }
  return { out, err, backend };
}

function sayAll(log: Logger): void {
  for (const level of ["fatal", "error", "warn", "info", "debug", "trace"] as const) {
    log.log(level, `a ${level}`);
  }
}
