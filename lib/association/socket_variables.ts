/** The environment variables by which DCMTK's tools set sockets up. */

import type { Logger } from "../log/log.ts";

/** A number, with DCMTK's liberty about what comes behind it; undefined, and a warning, for anything else. */
function numberIn(name: string, text: string, net: Logger): number | undefined {
  const found = /^\s*[+-]?\d+/.exec(text);
  if (found === null) net.warn(`DULFSM: cannot parse environment variable ${name}=${text}`);
  return found === null ? undefined : Number(found[0]);
}

/**
 * Whether small writes go out at once: always, unless TCP_NODELAY is 0. TCP_BUFFER_LENGTH is told to be without effect.
 * @param variable reads an environment variable
 */
export function readNoDelay(variable: (name: string) => string | undefined, net: Logger): boolean {
  const length = variable("TCP_BUFFER_LENGTH");
  if (length !== undefined && numberIn("TCP_BUFFER_LENGTH", length, net) !== undefined) {
    net.debug(
      `TCP_BUFFER_LENGTH=${length} has no effect: the system sizes the socket buffers as they are needed`,
    );
  }
  const noDelay = variable("TCP_NODELAY");
  return noDelay === undefined || numberIn("TCP_NODELAY", noDelay, net) !== 0;
}
