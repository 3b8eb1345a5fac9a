/**
 * TLS as the user asked for it, behind the Duplex of every other transport.
 *
 * How this works: `prepareTls` reads and checks everything that can be checked without a peer (own key and
 * certificate, trust anchors, revocation lists, profile and cipher suites) and chooses the engine; the TlsContext it
 * answers starts TLS on connections that `transport.ts` has made.
 */

import type { TlsWishes } from "../cli/settings.ts";
import { Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { TlsContext } from "./tls/engine.ts";

export interface PrepareTlsOptions {
  /** "builtIn" leaves the system's OpenSSL alone; used by tests. */
  readonly engine?: "any" | "builtIn";
}

/**
 * Makes TLS ready.
 *
 * @throws {Fault} configuration: a file that cannot be used, or a wish that nothing here can fulfil, by its name.
 */
export function prepareTls(
  _wishes: TlsWishes,
  _log: Logger,
  _options: PrepareTlsOptions = {},
): Promise<TlsContext> {
  return Promise.reject(new Fault("configuration", "TLS comes with a later version"));
}
