/** TCP connections to a peer: names resolved, every address tried in turn, bounded by -to. */

import { Fault, isTooManyOpenFiles, MORE_OPEN_FILES, systemText } from "../errors.ts";
import { timeLimit } from "./time_limit.ts";

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

/** Without -to: how long an address may take while there are others; the system's own limit is some minutes. */
const PATIENCE_SECONDS = 10;

/** @throws Fault "connect" with DCMTK's condition when no address answers. */
export async function connectTcp(destination: Destination): Promise<Deno.TcpConn> {
  const { peer, port } = destination;
  if (peer === "") {
    throw new Fault("connect", `Illegal service parameter: ${peer}:${port}`, { code: "0006:030c" });
  }
  const startedMs = performance.now();
  return await connectToAnyOf(await addressesOf(destination), destination, startedMs);
}

/**
 * Tries one address after the other. One that is not the last has its share of the time only: a dead one must not use up
 * what the others need.
 */
export async function connectToAnyOf(
  addresses: readonly string[],
  destination: Destination,
  startedMs = performance.now(),
): Promise<Deno.TcpConn> {
  const attempts: FailedAttempt[] = [];
  for (const address of addresses) {
    const spentSeconds = (performance.now() - startedMs) / 1000;
    const limitSeconds = shareSeconds(destination, spentSeconds, addresses.length - attempts.length);
    const signal = timeLimit(limitSeconds);
    try {
      const connection = await Deno.connect({
        hostname: address,
        port: destination.port,
        ...(signal === undefined ? {} : { signal }),
      });
      connection.setNoDelay(destination.noDelay);
      return connection;
    } catch (caught) {
      attempts.push({ address, caught, gaveUpAfterSeconds: signal?.aborted ? limitSeconds : undefined });
    }
  }
  throw connectFault(attempts, destination);
}

/** What an address may take when it is the turn of `left` more, itself included; undefined: the system's own limit. */
function shareSeconds(
  { connectTimeoutSeconds }: Destination,
  spentSeconds: number,
  left: number,
): number | undefined {
  if (connectTimeoutSeconds === undefined) return left > 1 ? PATIENCE_SECONDS : undefined;
  return Math.max(0, connectTimeoutSeconds - spentSeconds) / left;
}

/** Addresses in the order they are tried. @throws Fault "connect" when the name has none, or not in time */
export async function addressesOf(destination: Destination): Promise<string[]> {
  const { peer, family, connectTimeoutSeconds } = destination;
  const [, inUrl] = URL_LIKE.exec(peer) ?? [];
  if (inUrl !== undefined) {
    const remedy = `the peer is a host name or an address, not a URL: ${inUrl}`;
    throw new Fault("connect", `${UNKNOWN_HOST}: ${peer}`, { code: "0006:0320", remedy });
  }
  if (isAddressLiteral(peer)) return [peer];
  const [, host, port] = HOST_AND_PORT.exec(peer) ?? [];
  if (host !== undefined) {
    const remedy = `host and port are two arguments: ${host} ${port}`;
    throw new Fault("connect", `${UNKNOWN_HOST}: ${peer}`, { code: "0006:0320", remedy });
  }
  // Resolves like every other program of the machine (hosts file, search domains); not loaded for address literals.
  const { lookup } = await import("node:dns/promises");
  const signal = timeLimit(connectTimeoutSeconds);
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
    if (!signal?.aborted) throw unknownHost(destination, caught);
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

const URL_LIKE = /^[a-z][a-z0-9+.-]*:\/\/(\[[^\]]*\]|[^/:]*)/i;
const HOST_AND_PORT = /^([^:]+|\[.+\]):(\d+)$/;

export function isAddressLiteral(peer: string): boolean {
  return isIpv4Address(peer) || (peer.includes(":") && !HOST_AND_PORT.test(peer));
}

function isIpv4Address(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every((octet) => Number(octet) <= 255);
}

/** DCMTK's words. */
const UNKNOWN_HOST = "Attempt to connect to unknown host";

function unknownHost({ peer, family }: Destination, cause: unknown): Fault {
  const remedies = ["check the spelling of the host name, the name server, or give the address"];
  if (family === "ipv4") remedies.push("-i0 also uses IPv6 addresses");
  if (family === "ipv6") remedies.push("-i0 also uses IPv4 addresses");
  return new Fault("connect", `${UNKNOWN_HOST}: ${peer}`, {
    code: "0006:0320",
    remedy: remedies.join("; "),
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

/** An address that could not be connected to. */
interface FailedAttempt {
  readonly address: string;
  readonly caught: unknown;
  /** Undefined when it was the system that gave up. */
  readonly gaveUpAfterSeconds: number | undefined;
}

/** In the words of the first address: it is the one that the peer is meant to be found at. */
function connectFault(attempts: readonly FailedAttempt[], destination: Destination): Fault {
  const [first] = attempts;
  if (first === undefined) return unknownHost(destination, undefined);
  const { caught, gaveUpAfterSeconds } = first;
  const remedy = attempts.length === 1 || isTooManyOpenFiles(caught)
    ? remedyOf(first, destination)
    : remedyOfSeveral(attempts, destination);
  if (gaveUpAfterSeconds !== undefined) return timedOut(remedy, caught);
  return new Fault("connect", `TCP Initialization Error: ${systemText(caught)}`, {
    code: "0006:031c",
    remedy,
    transient: true,
    cause: caught,
  });
}

function remedyOf({ caught, gaveUpAfterSeconds }: FailedAttempt, destination: Destination): string {
  const { peer, port, connectTimeoutSeconds } = destination;
  if (gaveUpAfterSeconds !== undefined) {
    return `${peer} port ${port} did not answer within ${connectTimeoutSeconds} s (--timeout): ` +
      "check address, network and firewall";
  }
  if (caught instanceof Deno.errors.ConnectionRefused) {
    return `nothing listens on port ${port} of ${peer}: check the port number and whether the peer is running`;
  }
  if (isTooManyOpenFiles(caught)) return MORE_OPEN_FILES;
  return `check the address ${peer}, port ${port}, the network and the firewall`;
}

function remedyOfSeveral(attempts: readonly FailedAttempt[], { peer, port }: Destination): string {
  const each = attempts.map(({ address, caught, gaveUpAfterSeconds }) => {
    const why = gaveUpAfterSeconds === undefined
      ? systemText(caught)
      : `no answer within ${Number(gaveUpAfterSeconds.toFixed(1))} s`;
    return `${address} (${why})`;
  });
  return `none of the ${attempts.length} addresses of ${peer} takes a connection on port ${port}: ` +
    `${each.join(", ")}: check the port number, the network and the firewall`;
}
