import type { Duplex } from "./duplex.ts";
import { findSocket, type Socket } from "./socket.ts";

/** A plain TCP connection as the association engine sees it. */
export function tcpDuplex(connection: Deno.TcpConn): Duplex {
  const { localAddr, remoteAddr } = connection;
  // Looked for when the request has been sent and the peer thinks about it, because opening libc takes milliseconds.
  let socket: Socket | undefined | "unknown" = "unknown";
  const findOnce = () => socket === "unknown" ? socket = findSocket(localAddr, remoteAddr) : socket;
  const found = () => socket === "unknown" || destroyed ? undefined : socket;
  let writing = false;
  let destroyed = false;
  return {
    read: (into) => connection.read(into),
    write: async (from) => {
      writing = true;
      const lengthBytes = await connection.write(from);
      writing = false;
      if (!destroyed) findOnce();
      return lengthBytes;
    },
    readNow: (into) => found()?.receiveNow(into),
    writeNow: (from) => found()?.sendNow(from) ?? 0,
    undeliveredBytes: () => found()?.undeliveredBytes() ?? 0,
    quickAck: () => {
      if (!destroyed) findOnce()?.quickAck();
    },
    destroy: () => {
      if (destroyed) return;
      destroyed = true;
      if (writing) findOnce()?.shutdown();
      connection.close();
    },
  };
}
