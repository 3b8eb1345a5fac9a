/**
 * A small Storage SCP on loopback: for the self test, the benchmarks and the tests. It accepts what it is told to,
 * hands the bytes of every data set on as they come, and answers every C-STORE and C-ECHO.
 *
 * How this works: `arriving_pdvs.ts` takes the stream apart while it arrives; one loop per connection deals with the pieces,
 * one map per association knows which transfer syntax each context has. Nothing is kept: an instance is whatever its
 * sink makes of its bytes.
 */

import { IMPLEMENTATION_CLASS_UID } from "../dicom/implementation.ts";
import { CommandAssembly } from "../dimse/command_assembly.ts";
import { COMMAND, decodeCommandSet } from "../dimse/command_set.ts";
import { encodeEchoRsp, encodeStoreRsp, readRq, type ReceivedRq } from "../dimse/messages.ts";
import { decodePdu } from "../pdu/decode.ts";
import { encodePdu } from "../pdu/encode.ts";
import { Batch, longestFragmentBytes } from "../pdu/fragment.ts";
import type { AnsweredContext, AssociateAc, AssociateRq, OperationsWindow, Pdv } from "../pdu/types.ts";
import { CONTEXT_RESULT } from "../pdu/types.ts";
import { ArrivingPdvs } from "./arriving_pdvs.ts";

/** Takes the data set of one instance. */
export interface InstanceSink {
  /** Bytes of the data set, in order; the view is valid during the call only. */
  data(bytes: Uint8Array): void;
  /** The data set is complete; answers the status of the C-STORE-RSP. */
  complete(): number;
}

/** An instance whose data set is about to arrive. */
export interface IncomingInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntax: string;
}

export interface ReceiverOptions {
  /** Announced maximum length received; 0 for no limit. */
  readonly maximumLengthReceived?: number;
  /** Every response is held back this long, each on its own: with different delays they change places. */
  readonly responseDelayMs?: number | ((messageId: number) => number);
  /** Which transfer syntax of a proposed context is taken; undefined refuses the context. Default: the first. */
  choose?(abstractSyntax: string, transferSyntaxes: readonly string[]): string | undefined;
  /** Answer to a proposed asynchronous operations window; undefined leaves the item out. */
  operationsWindow?(proposed: OperationsWindow): OperationsWindow | undefined;
  /** Default: throws the bytes away and answers 0000. */
  receive?(instance: IncomingInstance): InstanceSink;
}

/** A running receiver. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a free port of 127.0.0.1 until disposed of. */
export function startReceiver(options: ReceiverOptions = {}, port = 0): Receiver {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const connections = new Map<Deno.TcpConn, Promise<void>>();
  const accepting = (async () => {
    for await (const connection of listener) {
      connection.setNoDelay();
      const serving = serve(connection, options).finally(() => connections.delete(connection));
      connections.set(connection, serving);
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of connections.keys()) closeQuietly(connection);
      await Promise.all(connections.values());
    },
  };
}

/** Serves one connection until it ends; what the peer does wrong ends it, too. */
async function serve(connection: Deno.TcpConn, options: ReceiverOptions): Promise<void> {
  const side = new AcceptorSide(connection, options);
  try {
    await side.run();
  } catch {
    // reset, or not DICOM: this peer is done, the receiver goes on
  } finally {
    side.stop();
    closeQuietly(connection);
  }
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // already closed
  }
}

const DISCARD: InstanceSink = { data: () => {}, complete: () => 0x0000 };

class AcceptorSide {
  readonly #connection: Deno.TcpConn;
  readonly #options: ReceiverOptions;
  readonly #syntaxes = new Map<number, string>();
  /** The C-STORE whose data set is arriving. */
  #store: { rq: ReceivedRq; contextId: number; sink: InstanceSink } | undefined;
  readonly #commands = new CommandAssembly();
  #responses: Batch | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** Responses that are held back. */
  readonly #delayed = new Set<number>();

  constructor(connection: Deno.TcpConn, options: ReceiverOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async run(): Promise<void> {
    const incoming = new ArrivingPdvs((into) => this.#connection.read(into));
    for (;;) {
      const arrived = await incoming.next();
      if (arrived === undefined) return;
      if (!(arrived instanceof Uint8Array)) this.#take(arrived);
      else if (!await this.#deal(arrived)) return;
    }
  }

  /** False when the association is over. */
  async #deal(bytes: Uint8Array): Promise<boolean> {
    const pdu = decodePdu(bytes);
    switch (pdu.type) {
      case "associateRq":
        await this.#write(encodePdu(this.#answer(pdu)));
        return true;
      case "releaseRq":
        await this.#write(encodePdu({ type: "releaseRp" }));
        return true;
      default:
        return false;
    }
  }

  #answer(rq: AssociateRq): AssociateAc {
    const choose = this.#options.choose ?? ((_abstractSyntax, [first]) => first);
    const contexts = rq.contexts.map(({ id, abstractSyntax, transferSyntaxes }): AnsweredContext => {
      const transferSyntax = choose(abstractSyntax, transferSyntaxes);
      if (transferSyntax === undefined) {
        return {
          id,
          result: CONTEXT_RESULT.transferSyntaxesNotSupported,
          transferSyntax: transferSyntaxes[0] ?? "",
        };
      }
      this.#syntaxes.set(id, transferSyntax);
      return { id, result: CONTEXT_RESULT.acceptance, transferSyntax };
    });
    this.#responses = new Batch(longestFragmentBytes(rq.maximumLengthReceived, undefined));
    return {
      type: "associateAc",
      calledAeTitle: rq.calledAeTitle,
      callingAeTitle: rq.callingAeTitle,
      applicationContext: rq.applicationContext,
      contexts,
      maximumLengthReceived: this.#options.maximumLengthReceived ?? 131072,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: "STORESCU_TEST",
      operationsWindow: rq.operationsWindow && this.#options.operationsWindow?.(rq.operationsWindow),
      roles: [],
      extended: [],
      userIdentityResponse: undefined,
    };
  }

  #take(pdv: Pdv): void {
    if (pdv.isCommand) return this.#takeCommand(pdv);
    const store = this.#store;
    if (store === undefined) throw new Error("data set without a C-STORE-RQ");
    store.sink.data(pdv.fragment);
    if (!pdv.isLast) return;
    this.#store = undefined;
    this.#respond(store.contextId, store.rq.messageId, encodeStoreRsp(store.rq, store.sink.complete()));
  }

  #takeCommand(pdv: Pdv): void {
    const assembled = this.#commands.take(pdv);
    if (assembled === undefined) return;
    const command = typeof assembled === "string" ? assembled : decodeCommandSet(assembled.bytes);
    const rq = typeof command === "string" ? command : readRq(command);
    if (typeof rq === "string") throw new Error(rq);
    if (rq.commandField === COMMAND.cEchoRq) {
      this.#respond(pdv.contextId, rq.messageId, encodeEchoRsp(rq.messageId));
    } else if (rq.commandField === COMMAND.cStoreRq) {
      const { sopClassUid, sopInstanceUid } = rq;
      const transferSyntax = this.#syntaxes.get(pdv.contextId) ?? "";
      const sink = this.#options.receive?.({ sopClassUid, sopInstanceUid, transferSyntax }) ?? DISCARD;
      this.#store = { rq, contextId: pdv.contextId, sink };
    } else {
      throw new Error(`command 0x${rq.commandField.toString(16)} is not for a Storage SCP`);
    }
  }

  /** After the wished delay; responses of equal delay keep their order. */
  #respond(contextId: number, messageId: number, command: Uint8Array): void {
    const { responseDelayMs = 0 } = this.#options;
    const delayMs = typeof responseDelayMs === "number" ? responseDelayMs : responseDelayMs(messageId);
    if (delayMs === 0) return this.#send(contextId, command);
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      this.#send(contextId, command);
    }, delayMs);
    this.#delayed.add(timer);
  }

  #send(contextId: number, command: Uint8Array): void {
    const responses = this.#responses;
    if (responses === undefined) return;
    this.#writing = this.#writing.then(() => {
      responses.begin(contextId, command);
      return writeAll(this.#connection, responses.bytes);
    }).catch(() => {}); // the peer has gone: the reading side sees it
  }

  /** Behind all responses under way. */
  async #write(bytes: Uint8Array): Promise<void> {
    await this.#writing;
    await writeAll(this.#connection, bytes);
  }

  /** Forgets the responses that are still held back. */
  stop(): void {
    for (const timer of this.#delayed) clearTimeout(timer);
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
