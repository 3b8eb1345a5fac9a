/** TCP connections to a peer: names resolved, every address tried in turn, bounded by -to. */

import { Fault, isTooManyOpenFiles, MORE_OPEN_FILES, systemText } from "../errors.ts";

export type AddressFamily = "ipv4" | "ipv6" | "any";

export interface Destination {
  /** Name or address; an IPv6 address without brackets. */
  readonly peer: string;
  readonly port: number;
  /** Which addresses of a name are used; an address literal is used as it is. */
  readonly family: AddressFamily;
  /** Absent: the system's own limit. */
  readonly connectTimeoutSeconds?: number | undefined;
  /** False leaves Nagle's algorithm on (environment variable TCP_NODELAY=0). */
  readonly noDelay: boolean;
}

/** @throws Fault "connect" with DCMTK's condition when no address answers. */
export async function connectTcp(destination: Destination): Promise<Deno.TcpConn> {
  const { peer, port } = destination;
  if (peer === "") {
    throw new Fault("connect", `Illegal service parameter: ${peer}:${port}`, { code: "0006:030c" });
  }
  const signal = connectLimit(destination);
  let failure: Fault | undefined;
  for (const address of await addressesOf(destination, signal)) {
    try {
      const connection = await Deno.connect({
        hostname: address,
        port,
        ...(signal === undefined ? {} : { signal }),
      });
      connection.setNoDelay(destination.noDelay);
      return connection;
    } catch (caught) {
      failure ??= connectFault(caught, destination, signal?.aborted ?? false);
      if (signal?.aborted) break;
    }
  }
  throw failure ?? unknownHost(peer);
}

/** Strikes when -to has passed; undefined without -to. */
function connectLimit({ connectTimeoutSeconds }: Destination): AbortSignal | undefined {
  return connectTimeoutSeconds === undefined ? undefined : AbortSignal.timeout(connectTimeoutSeconds * 1000);
}

/** Addresses in the order they are tried. @throws Fault "connect" when the name has none, or not in time */
export async function addressesOf(
  destination: Destination,
  signal: AbortSignal | undefined = connectLimit(destination),
): Promise<string[]> {
  const { peer, family, connectTimeoutSeconds } = destination;
  if (isAddressLiteral(peer)) return [peer];
  const [, host, port] = HOST_AND_PORT.exec(peer) ?? [];
  if (host !== undefined) {
    const remedy = `host and port are two arguments: ${host} ${port}`;
    throw new Fault("connect", `${UNKNOWN_HOST}: ${peer}`, { code: "0006:0320", remedy });
  }
  // Resolves like every other program of the machine (hosts file, search domains); not loaded for address literals.
  const { lookup } = await import("node:dns/promises");
  try {
    const found = await unlessAborted(
      lookup(peer, {
        all: true,
        family: family === "ipv4" ? 4 : family === "ipv6" ? 6 : 0,
      }),
      signal,
    );
    return found.map(({ address }) => address);
  } catch (caught) {
    if (!signal?.aborted) throw unknownHost(peer, caught);
    throw timedOut(
      `the name ${peer} could not be resolved within ${connectTimeoutSeconds} s (--timeout): ` +
        "check the name server, or give the address",
      caught,
    );
  }
}

/** What it promises, or the signal's reason if that comes first. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return Promise.race([work, aborted]);
}

const HOST_AND_PORT = /^([^:]+|\[.+\]):(\d+)$/;

export function isAddressLiteral(peer: string): boolean {
  return isIpv4Address(peer) || (peer.includes(":") && !HOST_AND_PORT.test(peer));
}

function isIpv4Address(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((octet) => Number(octet) <= 255);
}

/** DCMTK's words. */
const UNKNOWN_HOST = "Attempt to connect to unknown host";

function unknownHost(peer: string, cause?: unknown): Fault {
  return new Fault("connect", `${UNKNOWN_HOST}: ${peer}`, {
    code: "0006:0320",
    remedy:
      "check the spelling of the host name, the name server, or give the address; -i6 and -i0 also use IPv6 addresses",
    transient: true,
    cause,
  });
}

function timedOut(remedy: string, cause: unknown): Fault {
  return new Fault("connect", "TCP Initialization Error: Connection timed out (Timeout)", {
    code: "0006:031c",
    remedy,
    transient: true,
    cause,
  });
}

function connectFault(
  caught: unknown,
  { peer, port, connectTimeoutSeconds }: Destination,
  tooLate: boolean,
): Fault {
  if (tooLate) {
    return timedOut(
      `${peer} port ${port} did not answer within ${connectTimeoutSeconds} s (--timeout): ` +
        "check address, network and firewall",
      caught,
    );
  }
  return new Fault("connect", `TCP Initialization Error: ${systemText(caught)}`, {
    code: "0006:031c",
    remedy: caught instanceof Deno.errors.ConnectionRefused
      ? `nothing listens on port ${port} of ${peer}: check the port number and whether the peer is running`
      : isTooManyOpenFiles(caught)
      ? MORE_OPEN_FILES
      : `check the address ${peer}, port ${port}, the network and the firewall`,
    transient: true,
    cause: caught,
  });
}
