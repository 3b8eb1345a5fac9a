/**
 * Datagrams to a local socket such as /dev/log. Deno 2.7 has no such sockets without an unstable flag, and node:dgram has
 * none at all: through libc, on Linux only.
 */

import { openLibc } from "../libc.ts";
import type { DatagramSink } from "./datagram_sink.ts";
import type { Complain } from "./properties.ts";

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
/** Neither wait for a slow service nor be killed by one that is gone. */
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
/** A struct sockaddr_un: address family, then the path with a NUL behind it. */
const ADDRESS_BYTES = 110;

/** Complains once when the service cannot be reached, and tries again with each message. */
export function openLocalSocket(path: string, complain: Complain): DatagramSink {
  const unavailable = (reason: string) => {
    complain("WARN", `SysLogAppender- local syslog not available, its messages are lost: ${reason}`);
  };
  const library = openLibc(SYMBOLS);
  if (library === undefined) {
    unavailable("this system's C library cannot be used; name a host to send to by UDP");
    return { send() {}, close: () => Promise.resolve() };
  }
  const { socket, connect, send, close } = library.symbols;
  const address = addressOf(path);
  let descriptor = -1;

  const disconnect = () => {
    if (descriptor >= 0) close(descriptor);
    descriptor = -1;
  };
  const connected = () => {
    if (descriptor >= 0) return true;
    descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 && connect(descriptor, address, ADDRESS_BYTES) === 0) return true;
    disconnect();
    return false;
  };
  const sent = (message: Uint8Array<ArrayBuffer>) => {
    if (!connected()) return false;
    const length = BigInt(message.length);
    if (BigInt(send(descriptor, message, length, MSG_DONTWAIT_NOSIGNAL)) === length) return true;
    disconnect();
    return false;
  };

  return {
    send(text) {
      const message = new TextEncoder().encode(text);
      // The second attempt is for a service that was started anew meanwhile.
      if (!sent(message) && !sent(message)) unavailable(`cannot send to ${path}`);
    },
    close() {
      disconnect();
      library.close();
      return Promise.resolve();
    },
  };
}

function addressOf(path: string): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(ADDRESS_BYTES);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  new TextEncoder().encodeInto(path, address.subarray(2, ADDRESS_BYTES - 1));
  return address;
}
