/** Datagrams by UDP, one after the other. */

import type { Socket } from "node:dgram";
import { systemText } from "../errors.ts";
import type { DatagramSink } from "./datagram_sink.ts";
import type { Complain } from "./properties.ts";

/** More than this waiting means that the network is not taking them. */
const MAX_WAITING = 10_000;
/** How long the end of the program may be held up by a name that is not resolved. */
const MAX_CLOSE_MILLISECONDS = 2000;

/** Complains once when datagrams cannot be sent, and goes on trying. */
export function openUdp(host: string, port: number, complain: Complain): DatagramSink {
  const waiting: string[] = [];
  const failed = (reason: string) => {
    complain("WARN", `SysLogAppender::appendRemote- socket write failed: ${host}:${port}: ${reason}`);
  };
  let socket: Socket | undefined;
  let sending: Promise<void> | undefined;

  /** Sends what waits in its order: node:dgram by itself keeps none between sends. */
  const sendAll = async () => {
    try {
      socket ??= await createSocket(host, failed);
      for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
        const error = await sendOne(socket, text, host, port);
        if (error !== undefined) failed(error);
      }
    } catch (error) {
      failed(systemText(error));
      waiting.length = 0;
    }
    sending = undefined;
  };

  return {
    send(text) {
      if (waiting.length >= MAX_WAITING) return failed("too many messages are waiting");
      waiting.push(text);
      sending ??= sendAll();
    },
    async close() {
      const limit = Promise.withResolvers<void>();
      const timer = setTimeout(limit.resolve, MAX_CLOSE_MILLISECONDS);
      await Promise.race([sending ?? Promise.resolve(), limit.promise]);
      clearTimeout(timer);
      waiting.length = 0;
      const opened = socket;
      socket = undefined;
      if (opened !== undefined) await new Promise<void>((resolve) => opened.close(resolve));
    },
  };
}

async function createSocket(host: string, failed: (reason: string) => void): Promise<Socket> {
  const { createSocket } = await import("node:dgram");
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  // Asynchronous errors, such as a refusal that came back by ICMP.
  socket.on("error", (error) => failed(systemText(error)));
  socket.unref();
  return socket;
}

/** Answers why it could not be sent. */
function sendOne(socket: Socket, text: string, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket.send(new TextEncoder().encode(text), port, host, (error) => {
      resolve(error === null || error === undefined ? undefined : systemText(error));
    });
  });
}
