/** What the tests ask of TLS, and one exchange over it. */

import { prepareTls } from "../../lib/association/tls.ts";
import { findSocket } from "../../lib/association/socket.ts";
import { openOpenSsl } from "../../lib/association/tls/openssl_library.ts";
import type { TlsDuplex } from "../../lib/association/tls/engine.ts";
import type { TlsWishes } from "../../lib/cli/settings.ts";
import { Fault } from "../../lib/errors.ts";
import { Logger, plainBackend } from "../../lib/log/log.ts";

// The libraries stay open as long as the process; opened here, they do not look like a test's leak.
const library = openOpenSsl();
void [library?.rareCrypto, library?.rareSsl];
findSocket({ transport: "tcp", hostname: "", port: 0 }, { transport: "tcp", hostname: "", port: 0 });

export type Engine = "any" | "builtIn";

export const QUIET = new Logger(plainBackend("off", () => {}));

/** --anonymous-tls with nothing else. */
export const ANONYMOUS: TlsWishes = {
  own: undefined,
  keyPassword: "ask",
  format: "pem",
  certificateFiles: [],
  certificateDirectories: [],
  crlFiles: [],
  crlCheck: "none",
  profile: "8996",
  ciphers: [],
  serverNameIndication: undefined,
  withoutServerName: false,
  peerCertificate: "require",
  verifyHostname: false,
  withoutEffect: [],
};

export interface Meeting {
  readonly wishes: Partial<TlsWishes>;
  readonly engine?: Engine;
  readonly port: number;
  /** What the user calls the peer. */
  readonly peer?: string;
  readonly log?: Logger;
  readonly timeoutSeconds?: number;
}

/** A TLS connection to a server on this machine. */
export async function meet(meeting: Meeting): Promise<TlsDuplex> {
  const { wishes, engine = "any", port, peer = "127.0.0.1", log = QUIET, timeoutSeconds } = meeting;
  const context = await prepareTls({ ...ANONYMOUS, ...wishes }, log, { engine });
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  return await context.start(connection, {
    peer,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  });
}

/** A damaged length makes each side wait for the other: longer than this is not waited. */
const PATIENCE_MS = 5000;

/** What comes of a meeting: "moves bytes", "timed out", or the fault's kind and condition. */
export async function outcomeOf(meeting: Meeting): Promise<string> {
  let duplex: TlsDuplex | undefined;
  const patience = new AbortController();
  const timer = setTimeout(() => {
    patience.abort();
    duplex?.destroy();
  }, PATIENCE_MS);
  try {
    duplex = await meet({ timeoutSeconds: PATIENCE_MS / 1000, ...meeting });
    await writeAll(duplex, new TextEncoder().encode("olleh\n"));
    const answer = await readText(duplex, 5);
    if (patience.signal.aborted) return "timed out";
    return answer === "hello" ? "moves bytes" : `was answered ${JSON.stringify(answer)}`;
  } catch (caught) {
    if (!(caught instanceof Fault)) return patience.signal.aborted ? "timed out" : `lost: ${caught}`;
    return `${caught.kind}: ${caught.condition}`;
  } finally {
    clearTimeout(timer);
    duplex?.destroy();
  }
}

export async function writeAll(duplex: TlsDuplex, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await duplex.write(bytes.subarray(done));
}

/** The next `lengthBytes` as text; fewer at the end of the stream. */
async function readText(duplex: TlsDuplex, lengthBytes: number): Promise<string> {
  const bytes = new Uint8Array(lengthBytes);
  let length = 0;
  while (length < lengthBytes) {
    duplex.quickAck();
    const count = await duplex.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
