/** --json: every event as one line of JSON on standard output. */

import type { Observer } from "./events.ts";

export function jsonLines(write: (text: string) => void): Observer {
  return { note: (event) => write(JSON.stringify(event) + "\n") };
}
