/** A Storage SCP that behaves, and remembers every byte it got. */

import { COMMAND, type CommandSet, decodeCommandSet } from "../../lib/dimse/command_set.ts";
import { encodeEchoRsp, readRq } from "../../lib/dimse/messages.ts";
import type { AssociateAc, AssociateRq, Pdv } from "../../lib/pdu/types.ts";
import { associateAcBytes, type Choice, pDataTf, RELEASE_RP, storeRspInPieces } from "./answers.ts";
import { concat, PduReader, type ReadPdu } from "./pdu_reader.ts";
import { waitFor } from "./wait_for.ts";

export interface RecordingPeerOptions {
  /** Each C-STORE-RSP is held back this long. */
  readonly answerDelayMs?: number;
  /** Status of the first, second ... C-STORE; the last one holds for all that follow. Default: 0000. */
  readonly statuses?: readonly number[];
  /** Every answer is written in pieces of so many bytes, each with its own write. */
  readonly writeBytes?: number;
  /** Each C-STORE-RSP is spread over PDUs with fragments of so many bytes. */
  readonly responseFragmentBytes?: number;
  /** Which transfer syntax is taken for each presentation context. Default: the first proposed. */
  readonly choose?: Choice;
  /** Speaks TLS, with this certificate and key in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Other contents of the A-ASSOCIATE-AC: maximumLengthReceived, operationsWindow ... */
  readonly associateAc?: Partial<AssociateAc>;
}

export interface RecordedStore {
  readonly contextId: number;
  /** As accepted for that context. */
  readonly transferSyntax: string | undefined;
  readonly command: CommandSet;
  readonly messageId: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly dataSet: Uint8Array;
  /** Length of every fragment of the data set, in order. */
  readonly fragmentBytes: readonly number[];
}

export interface RecordedAssociation {
  /** Everything that came over this connection, from its first byte. */
  bytes(): Uint8Array;
  readonly pdus: readonly ReadPdu[];
  /** The request, once it was read. */
  readonly rq: AssociateRq | undefined;
  /** In the order of arrival. */
  readonly stores: readonly RecordedStore[];
  /** How the requestor left; undefined while it is here. */
  readonly end: "released" | "aborted" | "closed" | undefined;
}

export interface RecordingPeer extends AsyncDisposable {
  readonly port: number;
  /** One for each connection, in the order they came. */
  readonly associations: readonly RecordedAssociation[];
  /** Waits until every requestor has left, then answers the stores of all associations. */
  stores(): Promise<RecordedStore[]>;
}

export function startRecordingPeer(options: RecordingPeerOptions = {}): RecordingPeer {
  const address = { hostname: "127.0.0.1", port: 0 };
  const listener = options.tls === undefined
    ? Deno.listen(address)
    : Deno.listenTls({ ...address, ...options.tls });
  const associations: Recording[] = [];
  const counter = { stores: 0 };
  const served: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const recording = new Recording(connection, options, counter);
      associations.push(recording);
      served.push(recording.run());
    }
  })();
  return {
    port: listener.addr.port,
    associations,
    async stores() {
      await waitFor("the end of all associations", () => associations.every(({ end }) => end !== undefined));
      return associations.flatMap(({ stores }) => stores);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const association of associations) association.close();
      await Promise.all(served);
    },
  };
}

class Recording implements RecordedAssociation {
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  readonly #options: RecordingPeerOptions;
  /** Shared by all associations of a peer, for `statuses`. */
  readonly #counter: { stores: number };
  readonly #reader: PduReader;
  readonly stores: RecordedStore[] = [];
  rq: AssociateRq | undefined;
  end: RecordedAssociation["end"];
  #fragments: Pdv[] = [];
  #command: { readonly set: CommandSet; readonly contextId: number } | undefined;
  readonly #syntaxes = new Map<number, string>();

  constructor(
    connection: Deno.TcpConn | Deno.TlsConn,
    options: RecordingPeerOptions,
    counter: { stores: number },
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#counter = counter;
    this.#reader = new PduReader(connection);
  }

  get pdus(): readonly ReadPdu[] {
    return this.#reader.pdus;
  }

  bytes(): Uint8Array {
    return this.#reader.bytes();
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // closed before
    }
  }

  async run(): Promise<void> {
    if ("setNoDelay" in this.#connection) this.#connection.setNoDelay();
    let end: RecordedAssociation["end"] = "closed";
    try {
      for (let pdu = await this.#reader.next(); pdu !== undefined; pdu = await this.#reader.next()) {
        if (pdu.type === "associateRq") await this.#accept(pdu);
        else if (pdu.type === "pDataTf") { for (const pdv of pdu.pdvs) await this.#take(pdv); }
        else if (pdu.type === "abort") {
          end = "aborted";
          break; // the acceptor closes then (PS3.8 section 9.2, AA-3)
        } else if (pdu.type === "releaseRq") {
          end = "released";
          await this.#write(RELEASE_RP);
        }
      }
    } catch {
      // it left while an answer was being written
    }
    this.end = end;
    this.close();
  }

  async #accept(rq: AssociateRq): Promise<void> {
    this.rq = rq;
    const choose = this.#options.choose ?? ((_abstractSyntax, [first]) => first);
    for (const { id, abstractSyntax, transferSyntaxes } of rq.contexts) {
      const transferSyntax = choose(abstractSyntax, transferSyntaxes);
      if (transferSyntax !== undefined) this.#syntaxes.set(id, transferSyntax);
    }
    await this.#write(associateAcBytes(rq, choose, this.#options.associateAc));
  }

  async #take(pdv: Pdv): Promise<void> {
    this.#fragments.push(pdv);
    if (!pdv.isLast) return;
    const bytes = concat(this.#fragments.map(({ fragment }) => fragment));
    const fragmentBytes = this.#fragments.map(({ fragment }) => fragment.length);
    this.#fragments = [];
    if (pdv.isCommand) {
      const set = decodeCommandSet(bytes);
      if (typeof set === "string") throw new Error(set);
      const rq = readRq(set);
      if (typeof rq === "string") throw new Error(rq);
      if (rq.commandField === COMMAND.cEchoRq) {
        await this.#write(pDataTf(pdv.contextId, 3, encodeEchoRsp(rq.messageId)));
      } else {
        this.#command = { set, contextId: pdv.contextId };
      }
      return;
    }
    if (this.#command === undefined) throw new Error("a data set without a command set");
    await this.#store(this.#command.set, this.#command.contextId, bytes, fragmentBytes);
    this.#command = undefined;
  }

  async #store(
    command: CommandSet,
    contextId: number,
    dataSet: Uint8Array,
    fragmentBytes: number[],
  ): Promise<void> {
    const rq = readRq(command);
    if (typeof rq === "string") throw new Error(rq);
    const { messageId, sopClassUid, sopInstanceUid } = rq;
    const transferSyntax = this.#syntaxes.get(contextId);
    this.stores.push({
      contextId,
      transferSyntax,
      command,
      messageId,
      sopClassUid,
      sopInstanceUid,
      dataSet,
      fragmentBytes,
    });
    const { statuses = [0], answerDelayMs = 0, responseFragmentBytes = 16384 } = this.#options;
    const status = statuses[Math.min(this.#counter.stores++, statuses.length - 1)] ?? 0;
    if (answerDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, answerDelayMs));
    for (const pdu of storeRspInPieces(contextId, rq, status, responseFragmentBytes)) await this.#write(pdu);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const step = this.#options.writeBytes ?? bytes.length;
    for (let at = 0; at < bytes.length; at += step) {
      await writeAll(this.#connection, bytes.subarray(at, at + step));
    }
  }
}

export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
