/**
 * What the operating system can do for a TCP connection and Deno does not offer: acknowledge at once (TCP_QUICKACK), shut
 * down a connection whose peer has stopped reading, and send and receive without waiting, which takes a tenth of the time
 * of a promise. Linux only, through libc; elsewhere there is no Socket.
 */

import { openLibc } from "../libc.ts";

const SYMBOLS = {
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // Never asked for more than 2 GB at once, so that 32 bits hold what they answer.
  send: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
} as const;

const AF_INET = 2;
const AF_INET6 = 10;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const TCP_QUICKACK = 12;
const SHUT_RDWR = 2;
/** Do not wait, do not raise a signal when the peer has gone. */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const ON = new Uint8Array(new Int32Array([1]).buffer);

/** Each function costs half a millisecond to load; this one only those whose peer is slow. */
const RARE_SYMBOLS = { ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" } } as const;
/** Bytes sent and not acknowledged yet. */
const SIOCOUTQ = 0x5411n;

let library: Deno.DynamicLibrary<typeof SYMBOLS> | undefined | "unknown" = "unknown";
let rareLibrary: Deno.DynamicLibrary<typeof RARE_SYMBOLS> | undefined | "unknown" = "unknown";

/** A connected socket by its descriptor. Must not be used after the connection was closed: numbers are reused. */
export interface Socket {
  /** Sends the acknowledgement of what arrives next at once; the kernel forgets it, so say it before each read. */
  quickAck(): void;
  /** Ends both directions; a read or write that waits returns at once. */
  shutdown(): void;
  /** Sends small writes at once (TCP_NODELAY), for connections on which Deno has no call for it. */
  noDelay(): void;
  /**
   * Sends what the kernel takes at once of all octets, or of the first `lengthBytes`; 0 also when there is anything wrong,
   * which a call of Deno's will tell.
   */
  sendNow(from: Uint8Array, lengthBytes?: number): number;
  /** Receives what is there; 0 also at the end of the stream, or when there is anything wrong. */
  receiveNow(into: Uint8Array): number;
  /** How many bytes the kernel holds that the peer has not acknowledged; 0 where it does not say. */
  undeliveredBytes(): number;
}

/** The socket of a connection between these two addresses, or undefined where it cannot be had. */
export function findSocket(local: Deno.NetAddr, remote: Deno.NetAddr): Socket | undefined {
  if (library === "unknown") library = openLibc(SYMBOLS);
  if (library === undefined) return undefined;
  const descriptor = findDescriptor(library, local, remote);
  if (descriptor === undefined) return undefined;
  const { setsockopt, shutdown, send, recv } = library.symbols;
  return {
    quickAck: () => void setsockopt(descriptor, IPPROTO_TCP, TCP_QUICKACK, ON, ON.length),
    shutdown: () => void shutdown(descriptor, SHUT_RDWR),
    noDelay: () => void setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, ON, ON.length),
    sendNow: (from: Uint8Array<ArrayBuffer>, lengthBytes = from.length) =>
      Math.max(0, send(descriptor, from, lengthBytes, MSG_DONTWAIT | MSG_NOSIGNAL)),
    receiveNow: (into: Uint8Array<ArrayBuffer>) =>
      Math.max(0, recv(descriptor, into, into.length, MSG_DONTWAIT)),
    undeliveredBytes: () => undeliveredBytes(descriptor),
  };
}

function undeliveredBytes(descriptor: number): number {
  if (rareLibrary === "unknown") rareLibrary = openLibc(RARE_SYMBOLS);
  const count = new Int32Array(1);
  const isKnown = rareLibrary?.symbols.ioctl(descriptor, SIOCOUTQ, new Uint8Array(count.buffer)) === 0;
  return isKnown ? count[0] ?? 0 : 0;
}

/** Descriptors are given out from the lowest number up: ours is among the first. */
const DESCRIPTORS_TRIED = 1024;
/** A struct sockaddr_in6, the longest one of those here. */
const SOCKET_ADDRESS_BYTES = 28;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>;

/**
 * Asks every descriptor for its addresses. Deno tells no descriptor, and the table in /proc that would (net/tcp) takes
 * 18 ms to read on a machine with a large connection table; this takes less than one.
 */
function findDescriptor(
  library: Libc,
  local: Deno.NetAddr,
  remote: Deno.NetAddr,
): number | undefined {
  const { getsockname, getpeername } = library.symbols;
  const [ours, theirs] = [socketAddress(library, local), socketAddress(library, remote)];
  if (ours === undefined || theirs === undefined) return undefined;
  for (let descriptor = 3; descriptor < DESCRIPTORS_TRIED; descriptor++) {
    if (has(getsockname, descriptor, ours) && has(getpeername, descriptor, theirs)) return descriptor;
  }
  return undefined;
}

/**
 * An address as the system has it, as far as it tells connections apart. Both shapes begin with family and port; the
 * address stands at 4 in a sockaddr_in, at 8, after the flow label, in a sockaddr_in6.
 */
interface SocketAddress {
  readonly familyAndPort: Uint8Array;
  readonly octets: Uint8Array;
  readonly octetsAt: number;
}

/** Undefined for a text that the system cannot read, such as one with a zone. */
function socketAddress({ symbols }: Libc, { hostname, port }: Deno.NetAddr): SocketAddress | undefined {
  const isIpv6 = hostname.includes(":");
  const family = isIpv6 ? AF_INET6 : AF_INET;
  const octets = new Uint8Array(isIpv6 ? 16 : 4);
  if (symbols.inet_pton(family, new TextEncoder().encode(`${hostname}\0`), octets) !== 1) return undefined;
  // The family in the processor's own order, which is little endian wherever Deno runs; the port in that of networks.
  return {
    familyAndPort: Uint8Array.of(family, 0, port >> 8, port & 0xff),
    octets,
    octetsAt: isIpv6 ? 8 : 4,
  };
}

type AskAddress = (
  descriptor: number,
  address: Uint8Array<ArrayBuffer>,
  lengthBytes: Uint8Array<ArrayBuffer>,
) => number;

function has(
  ask: AskAddress,
  descriptor: number,
  { familyAndPort, octets, octetsAt }: SocketAddress,
): boolean {
  const address = new Uint8Array(SOCKET_ADDRESS_BYTES);
  const lengthBytes = new Uint8Array(Uint32Array.of(SOCKET_ADDRESS_BYTES).buffer);
  return ask(descriptor, address, lengthBytes) === 0 &&
    familyAndPort.every((octet, at) => octet === address[at]) &&
    octets.every((octet, at) => octet === address[octetsAt + at]);
}
