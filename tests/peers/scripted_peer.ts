/**
 * A peer that does what a table says, right or wrong: bytes in, bytes out.
 *
 * Each connection goes through the steps of its script (the second connection through the second script, and so on;
 * the last script serves all that follow). Behind the last step the connection is held open until the requestor
 * leaves or aborts, unless the script ended it.
 */

import { decodeCommandSet } from "../../lib/dimse/command_set.ts";
import { readRq, type ReceivedRq } from "../../lib/dimse/messages.ts";
import type { AssociateRq, Pdu } from "../../lib/pdu/types.ts";
import { concat, PduReader, type ReadPdu } from "./pdu_reader.ts";
import { writeAll } from "./recording_peer.ts";
import { waitFor } from "./wait_for.ts";

/** What a connection has brought so far. */
export interface Seen {
  readonly pdus: readonly ReadPdu[];
  /** @throws Error before a request was read. */
  rq(): AssociateRq;
  /** The last whole command set, and the context it came on. @throws Error before one was read. */
  command(): ReceivedRq & { readonly contextId: number };
}

export type Step =
  /** Reads PDUs until one of this type has come; "message" until the last fragment of a data set. */
  | { readonly read: Pdu["type"] | "message" }
  /** Writes bytes as they are; in pieces of `pieceBytes`, each with its own write. */
  | { readonly send: Uint8Array | ((seen: Seen) => Uint8Array); readonly pieceBytes?: number }
  | { readonly pauseMs: number }
  /** Goes on when the test says so. */
  | { readonly waitFor: () => Promise<void> }
  /** Ends the connection in order; what was not read by then turns the end into a reset. */
  | { readonly close: true }
  /** Neither reads nor writes any more; only disposing of the peer ends the connection. */
  | { readonly stall: true };

export interface ScriptedConnection {
  readonly pdus: readonly ReadPdu[];
  bytes(): Uint8Array;
  /** True when all steps were done: false after the requestor left too early. */
  readonly finished: boolean;
  /** True when nothing more will be read: the requestor has left or was left, or the script stalls. */
  readonly over: boolean;
}

export interface ScriptedPeer extends AsyncDisposable {
  readonly port: number;
  readonly connections: readonly ScriptedConnection[];
  /** Waits until connection `index` has gone through its script or was lost. */
  ended(index?: number): Promise<ScriptedConnection>;
}

/** Starts a peer with one script for each connection. */
export function startScriptedPeer(...scripts: readonly (readonly Step[])[]): ScriptedPeer {
  return playOn(Deno.listen({ hostname: "127.0.0.1", port: 0 }), scripts);
}

/** The same over TLS, with this certificate and key in PEM. */
export function startScriptedTlsPeer(
  pair: { readonly cert: string; readonly key: string },
  ...scripts: readonly (readonly Step[])[]
): ScriptedPeer {
  return playOn(Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...pair }), scripts);
}

function playOn(
  listener: Deno.TcpListener | Deno.TlsListener,
  scripts: readonly (readonly Step[])[],
): ScriptedPeer {
  const connections: Play[] = [];
  const playing: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const play = new Play(connection);
      playing.push(play.run(scripts[Math.min(connections.length, scripts.length - 1)] ?? []));
      connections.push(play);
    }
  })();
  return {
    port: listener.addr.port,
    connections,
    ended: (index = 0) =>
      waitFor(
        `the end of connection ${index}`,
        () => connections[index]?.ended === true && connections[index],
      ),
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const play of connections) play.close();
      await Promise.all(playing);
    },
  };
}

class Play implements ScriptedConnection, Seen {
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  readonly #reader: PduReader;
  #closed = false;
  #release = () => {};
  finished = false;
  ended = false;
  over = false;

  constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.#connection = connection;
    this.#reader = new PduReader(connection);
  }

  get pdus(): readonly ReadPdu[] {
    return this.#reader.pdus;
  }

  bytes(): Uint8Array {
    return this.#reader.bytes();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    this.#connection.close();
  }

  rq(): AssociateRq {
    const rq = this.pdus.find((pdu) => pdu.type === "associateRq");
    if (rq === undefined) throw new Error("no A-ASSOCIATE-RQ yet");
    return rq;
  }

  command(): ReceivedRq & { readonly contextId: number } {
    const pdvs = this.pdus.flatMap((pdu) => pdu.type === "pDataTf" ? pdu.pdvs : []).filter((pdv) =>
      pdv.isCommand
    );
    const end = pdvs.findLastIndex((pdv) => pdv.isLast);
    const begin = pdvs.slice(0, Math.max(0, end)).findLastIndex((pdv) => pdv.isLast) + 1;
    const set = decodeCommandSet(concat(pdvs.slice(begin, end + 1).map(({ fragment }) => fragment)));
    const rq = typeof set === "string" ? set : readRq(set);
    const contextId = pdvs[end]?.contextId;
    if (typeof rq === "string" || contextId === undefined) throw new Error(`no whole command set yet: ${rq}`);
    return { ...rq, contextId };
  }

  async run(steps: readonly Step[]): Promise<void> {
    if ("setNoDelay" in this.#connection) this.#connection.setNoDelay();
    try {
      for (const step of steps) if (!await this.#do(step)) return;
      this.finished = true;
      this.ended = true;
      while (!this.#closed) {
        const pdu = await this.#reader.next();
        if (pdu === undefined || pdu.type === "abort") break;
      }
    } catch (error) {
      // Lost while writing is an outcome; a mistake in the script is not.
      if (!this.#closed && !isConnectionError(error)) throw error;
    } finally {
      this.ended = true;
      this.over = true;
      this.close();
    }
  }

  /** False when the requestor has left. */
  async #do(step: Step): Promise<boolean> {
    if ("read" in step) {
      for (;;) {
        const pdu = await this.#reader.next();
        if (pdu === undefined) return false;
        if (pdu.type === step.read) return true;
        const ended = pdu.type === "pDataTf" && pdu.pdvs.some((pdv) => pdv.isLast && !pdv.isCommand);
        if (step.read === "message" && ended) return true;
      }
    }
    if ("send" in step) {
      const bytes = typeof step.send === "function" ? step.send(this) : step.send;
      const piece = step.pieceBytes ?? Math.max(1, bytes.length);
      for (let at = 0; at < bytes.length; at += piece) {
        await writeAll(this.#connection, bytes.subarray(at, at + piece));
      }
    } else if ("pauseMs" in step) {
      await new Promise((resolve) => setTimeout(resolve, step.pauseMs));
    } else if ("waitFor" in step) {
      await step.waitFor();
    } else if ("close" in step) {
      this.close();
    } else {
      this.over = true;
      await new Promise<void>((resolve) => this.#release = resolve);
    }
    return true;
  }
}

function isConnectionError(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.NotConnected;
}
