/**
 * One association as its requestor sees it (PS3.8): request, store, release, abort.
 *
 * How this room works: `transport.ts`, `tcp_duplex.ts` and `tls*.ts` make a Duplex of bytes; `Association.request` negotiates
 * over it. One loop reads all the time (`incoming.ts`), every PDU goes through the state machine (`states.ts`), and
 * responses (`responses.ts`) go to whoever waits for them (`requests.ts`), so an abort is seen even in the middle of a large
 * object; `takeAnswers` does the same without waiting for the loop's turn. Messages are cut into batches
 * (`message_writer.ts`), which are written one after the other (`outgoing.ts`); `deadlines.ts` keeps all time limits.
 * Whatever goes wrong becomes one Fault (`refusals.ts`) that ends every wait at once; after that the association is never
 * used again.
 */

import type { ByteSource } from "../bytes/source.ts";
import { COMMAND } from "../dimse/command_set.ts";
import { type DimseRsp, encodeEchoRq, encodeStoreRq, type StoreRq } from "../dimse/messages.ts";
import { asFault, Fault, systemText } from "../errors.ts";
import { decodePdu } from "../pdu/decode.ts";
import { encodePdu } from "../pdu/encode.ts";
import { longestFragmentBytes } from "../pdu/fragment.ts";
import type { FramingError } from "../pdu/frame.ts";
import type { AssociateAc, AssociateRq, Pdv } from "../pdu/types.ts";
import { ABORT_REASON, ABORT_SOURCE, CONTEXT_RESULT } from "../pdu/types.ts";
import { Deadlines, type StallLimits, type TimeLimits, type Waiting } from "./deadlines.ts";
import type { Duplex } from "./duplex.ts";
import { Incoming } from "./incoming.ts";
import { MessageWriter } from "./message_writer.ts";
import { Outgoing } from "./outgoing.ts";
import {
  abortText,
  lostFault,
  misframing,
  rejectionFault,
  releasedFault,
  type Violation,
  violation,
} from "./refusals.ts";
import { OpenRequest, Requests } from "./requests.ts";
import { Responses } from "./responses.ts";
import { eventOf, StateMachine } from "./states.ts";

/** How long a peer may take to close after our A-ABORT before we do. */
const ABORT_GRACE_MS = 500;
/** How long the reading side may take to say why a write failed. */
const CAUSE_GRACE_MS = 250;

/** What the association tells while it works; all calls are synchronous and must not throw. */
export interface AssociationEvents {
  /** An A-ASSOCIATE-AC has arrived, as bytes. */
  acBytes?(pdu: Uint8Array): void;
  /** Something odd that does not stop the association. */
  warning?(text: string): void;
}

export interface AssociationOptions extends TimeLimits {
  /** --max-send-pdu; absent: only the peer's limit counts. */
  readonly maxSendPduBytes?: number | undefined;
  /** Aimed at with each write, of which one or two are in memory; absent: BATCH_BYTES. */
  readonly batchBytes?: number | undefined;
  readonly events?: AssociationEvents;
}

/** A C-STORE whose last byte has been given to the transport. */
export interface SentStore {
  readonly response: Promise<DimseRsp>;
}

/** What the peer's answer has settled. */
interface Established {
  readonly ac: AssociateAc;
  readonly fragmentBytes: number;
  readonly messages: MessageWriter;
  readonly responses: Responses;
}

export class Association {
  readonly #duplex: Duplex;
  readonly #options: AssociationOptions;
  readonly #machine = new StateMachine();
  readonly #requests = new Requests();
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #deadlines: Deadlines;
  /** Fulfilled when nothing is read any more and the connection is closed. */
  readonly #ended: Promise<void>;
  /** Waits for A-ASSOCIATE-AC or A-RELEASE-RP. */
  #acse: { readonly awaited: string; readonly settle: PromiseWithResolvers<void> } | undefined;
  #fault: Fault | undefined;
  #established: Established | undefined;

  private constructor(duplex: Duplex, options: AssociationOptions) {
    this.#duplex = duplex;
    this.#options = options;
    this.#deadlines = new Deadlines(
      options,
      () => this.#waiting(),
      () => duplex.undeliveredBytes?.() ?? 0,
      (fault) => this.#overdue(fault),
    );
    this.#outgoing = new Outgoing(
      duplex,
      () => this.#deadlines.moved(),
      (caught) => this.#whyWriteFailed(caught),
    );
    this.#incoming = new Incoming(duplex, {
      isReading: () => this.#fault === undefined && this.#machine.state !== "Sta1",
      moved: () => this.#deadlines.moved(),
      take: (pdu) => this.#take(pdu),
      inMessage: () => this.#established?.responses.inMiddle ?? false,
    });
    this.#machine.on("associateRequest");
    this.#machine.on("transportConnected");
    this.#ended = this.#receive();
  }

  /**
   * Negotiates over a connected duplex and gives an association in state Sta6.
   * @throws Fault "rejected", "lost", "protocol", or "configuration" when the request cannot be encoded; the duplex
   * is destroyed then.
   */
  static async request(duplex: Duplex, rq: AssociateRq, options: AssociationOptions): Promise<Association> {
    const association = new Association(duplex, options);
    try {
      await association.#ask("A-ASSOCIATE-AC", encodePdu(rq));
      association.#throwIfFaulty(); // by what came behind the answer
      return association;
    } catch (caught) {
      if (association.#fault === undefined) association.destroy();
      await association.#ended;
      throw caught;
    }
  }

  /** The peer's answer. */
  get ac(): AssociateAc {
    return this.#settled.ac;
  }

  /** Longest PDV fragment sent, in bytes; see longestFragmentBytes. */
  get fragmentBytes(): number {
    return this.#settled.fragmentBytes;
  }

  get #settled(): Established {
    if (this.#established === undefined) throw new RangeError("association is not established");
    return this.#established;
  }

  /** Why the association ended early; undefined while it is usable. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  /**
   * Sends one C-STORE-RQ with its data set; returns as soon as the last bytes are given to the transport, so that the
   * next instance can be prepared while the response is on its way.
   * @param sent called with the number of data PDVs, and of bytes, of each batch given to the transport
   * @throws Fault of the association, or of the source: then the message is torn and the caller must abort.
   */
  async store(
    contextId: number,
    rq: StoreRq,
    source: ByteSource,
    sent?: (dataPdvs: number, lengthBytes: number) => void,
  ): Promise<SentStore> {
    if (source.ended) throw new Fault("input", "data set is empty", { code: "0006:0202" });
    const request = this.#open(rq.messageId, contextId, COMMAND.cStoreRsp, () => source.ended);
    await this.#send(rq.messageId, request, encodeStoreRq(rq), source, sent);
    return { response: request.response };
  }

  /** C-ECHO. */
  async echo(contextId: number, messageId: number): Promise<DimseRsp> {
    const request = this.#open(messageId, contextId, COMMAND.cEchoRsp, () => true);
    await this.#send(messageId, request, encodeEchoRq(messageId));
    return await request.response;
  }

  /** A-RELEASE. @throws Fault when the peer does not confirm. */
  async release(): Promise<void> {
    this.#throwIfFaulty();
    this.#machine.on("releaseRequest");
    try {
      await this.#ask("A-RELEASE-RP", encodePdu({ type: "releaseRq" }));
    } finally {
      await this.#ended;
    }
  }

  /**
   * A-ABORT by the service user unless the association has ended by itself, then waits shortly for the peer to close.
   * Never throws.
   */
  async abort(): Promise<void> {
    this.cancel(lostFault("aborted by this side"));
    await this.#ended;
  }

  /** Ends every wait with `fault` and tells the peer with an A-ABORT, as far as that can be done at once. */
  cancel(fault: Fault): void {
    this.#failAndAbort(fault);
  }

  /** From now on the association is given up when no byte moves for so long. */
  limitStall(limits: StallLimits): void {
    this.#deadlines.limitStall(limits);
  }

  /** Ends everything at once, without a word to the peer. */
  destroy(): void {
    if (this.#machine.state !== "Sta1") this.#fail(lostFault("given up by this side"));
  }

  // --- writing ---

  #throwIfFaulty(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#machine.state !== "Sta6") {
      throw new Fault("bug", `association used in state ${this.#machine.state}`);
    }
  }

  #open(
    messageId: number,
    contextId: number,
    expectedCommand: number,
    isComplete: () => boolean,
  ): OpenRequest {
    this.#throwIfFaulty();
    this.#machine.on("dataRequest");
    return this.#requests.open(messageId, new OpenRequest(contextId, expectedCommand, isComplete));
  }

  async #send(
    messageId: number,
    request: OpenRequest,
    command: Uint8Array,
    source?: ByteSource,
    sent?: (dataPdvs: number, lengthBytes: number) => void,
  ): Promise<void> {
    const { taken } = await this.#settled.messages.write(request.contextId, command, source, sent);
    const isSent = () => this.#requests.sent(messageId);
    if (taken === undefined) isSent();
    else taken.then(isSent, () => {}); // the request has been rejected then
  }

  /** The peer's abort or close is the better reason, and may be just about to be read. */
  async #whyWriteFailed(caught: unknown): Promise<Fault> {
    await within(this.#ended, CAUSE_GRACE_MS);
    const fault = caught instanceof Fault
      ? caught
      : lostFault(`sending failed: ${systemText(caught)}`, caught);
    this.#fail(fault);
    return this.#fault ?? fault;
  }

  // --- reading ---

  async #receive(): Promise<void> {
    try {
      await this.#incoming.receive();
    } catch (caught) {
      this.#endBy(caught);
    }
    // Else Sta13: what was said last is still on its way.
    if (this.#machine.state !== "Sta1") {
      await this.#incoming.ignoreUntilClose();
      this.#machine.on("transportClosed");
    }
    this.#end();
  }

  /**
   * Takes what the peer has sent by now; while answers are awaited it asks again and again, for at most `patienceMs`,
   * because falling asleep and being woken takes longer than some peers. Never throws.
   */
  takeAnswers(patienceMs: number): void {
    try {
      this.#incoming.takeNow(patienceMs, () => !this.#requests.empty);
    } catch (caught) {
      this.#endBy(caught);
    }
  }

  #endBy(caught: unknown): void {
    const fault = asFault(caught);
    if (fault.kind === "protocol") this.#failAndAbort(fault);
    else this.#fail(fault);
  }

  /** @throws Fault "protocol" for a message that is none */
  #take(bytes: Uint8Array | FramingError): void {
    if (!(bytes instanceof Uint8Array)) {
      this.#machine.on("invalidPdu");
      return this.#failAndAbortAsProvider(misframing(bytes));
    }
    const pdu = decodePdu(bytes);
    const action = this.#machine.on(eventOf(pdu));
    switch (action) {
      case "AE3":
        if (pdu.type === "associateAc") this.#accept(pdu);
        this.#options.events?.acBytes?.(bytes);
        this.#confirm();
        break;
      case "AE4":
        if (pdu.type === "associateRj") this.#fail(rejectionFault(pdu));
        break;
      case "DT2":
      case "AR6":
        if (pdu.type === "pDataTf") { for (const pdv of pdu.pdvs) this.#takePdv(pdv); }
        break;
      case "AR2":
        this.#failAndAbort(releasedFault());
        break;
      case "AR3":
        this.#confirm();
        break;
      case "AR8":
        this.#machine.on("releaseResponse");
        void this.#outgoing.write(encodePdu({ type: "releaseRp" }));
        break;
      case "AA3":
        if (pdu.type === "abort") this.#fail(lostFault(abortText(pdu)));
        break;
      case "AA8":
        this.#failAndAbortAsProvider(violation(pdu));
        break;
      default:
        throw new RangeError(`action ${action} on a ${pdu.type} PDU`);
    }
  }

  #accept(ac: AssociateAc): void {
    const { maxSendPduBytes, batchBytes } = this.#options;
    const fragmentBytes = longestFragmentBytes(ac.maximumLengthReceived, maxSendPduBytes);
    const accepted = ac.contexts.filter(({ result }) => result === CONTEXT_RESULT.acceptance);
    this.#established = {
      ac,
      fragmentBytes,
      messages: new MessageWriter(this.#outgoing, fragmentBytes, batchBytes),
      responses: new Responses(accepted.map(({ id }) => id)),
    };
  }

  #takePdv(pdv: Pdv): void {
    const received = this.#settled.responses.take(pdv);
    if (received === undefined) return;
    const { rsp, contextId } = received;
    const request = this.#requests.answer(rsp);
    if (contextId !== request.contextId) {
      const text = `the response came on presentation context ${contextId} instead of ${request.contextId}`;
      this.#options.events?.warning?.(text);
    }
  }

  // --- waiting and ending ---

  /** Sends an ACSE request and waits for the peer's confirmation. */
  async #ask(awaited: string, request: Uint8Array): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#acse = { awaited, settle };
    this.#deadlines.acseStarted();
    void this.#outgoing.write(request); // if it fails, the answer fails
    await settle.promise;
  }

  #confirm(): void {
    this.#acse?.settle.resolve();
    this.#acse = undefined;
  }

  #waiting(): Waiting {
    const oldestRequestMs = this.#requests.oldestMs;
    const bytesDue = this.#outgoing.busy || oldestRequestMs !== undefined || this.#incoming.inMiddle;
    return { acse: this.#acse?.awaited, oldestRequestMs, writing: this.#outgoing.busy, bytesDue };
  }

  /** A peer that is late, but takes what we write, is told. */
  #overdue(fault: Fault): void {
    if (this.#outgoing.busy) this.#fail(fault);
    else this.#failAndAbort(fault);
  }

  /** Ends every wait and the connection. */
  #fail(fault: Fault): void {
    this.#settleAll(fault);
    this.#end();
  }

  #failAndAbort(fault: Fault): void {
    this.#endWithAbort(fault, ABORT_SOURCE.serviceUser, ABORT_REASON.notSpecified);
  }

  #failAndAbortAsProvider({ fault, reason }: Violation): void {
    this.#endWithAbort(fault, ABORT_SOURCE.serviceProvider, reason);
  }

  /** Ends every wait, tells the peer why with an A-ABORT behind what is being written, and then ends the connection. */
  #endWithAbort(fault: Fault, source: number, reason: number): void {
    if (this.#fault !== undefined || this.#machine.state === "Sta1") return;
    this.#settleAll(fault);
    if (this.#machine.state !== "Sta13") this.#machine.on("abortRequest");
    void this.#outgoing.write(encodePdu({ type: "abort", source, reason }));
    void within(this.#ended, ABORT_GRACE_MS).then(() => this.#end());
  }

  /** The first fault counts. */
  #settleAll(fault: Fault): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#deadlines.stop();
    this.#acse?.settle.reject(fault);
    this.#acse = undefined;
    this.#established?.messages.end(fault);
    this.#requests.fail(fault);
  }

  #end(): void {
    this.#deadlines.stop();
    this.#outgoing.cut(this.#fault ?? lostFault("released"));
    this.#duplex.destroy();
  }
}

/** Waits for `promise`, but no longer than this. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: number | undefined;
  const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
