/** What a log configuration may refer to and write to, apart from itself. */

import type { WriteText } from "./standard_streams.ts";

export interface LogEnvironment {
  /** ${appname}, and who we are for syslog. */
  readonly appName: string;
  readonly processId: number;
  readonly hostName: string;
  /** When the configuration was read: ${date} and ${time}. */
  readonly now: number;
  readonly stdout: WriteText;
  readonly stderr: WriteText;
  /** The socket of the local syslog service. */
  readonly syslogSocket: string;
  /** Called before a file is opened to be written. @throws Fault "usage" when it serves another purpose in this run */
  refuseTaken(path: string): void;
  /** An environment variable. */
  variable(name: string): string | undefined;
}

/** The environment of this process. What it may not ask for counts as not there. */
export function systemEnvironment(
  stderr: WriteText,
  stdout: WriteText,
  refuseTaken: (path: string) => void,
): LogEnvironment {
  return {
    appName: "storescu",
    processId: Deno.pid,
    hostName: permitted(() => Deno.hostname()) ?? "localhost",
    now: Date.now(),
    stdout,
    stderr,
    syslogSocket: "/dev/log",
    refuseTaken,
    variable: (name) => permitted(() => Deno.env.get(name)),
  };
}

function permitted<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
