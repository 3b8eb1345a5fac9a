/**
 * One association as its requestor sees it (PS3.8): request, store, release, abort.
 *
 * How this room works: `transport.ts` and `tls*.ts` make a Duplex of bytes; `Association.request` negotiates over it.
 * One loop reads all the time, feeds every PDU to the state machine (`states.ts`), and hands responses
 * (`responses.ts`) to whoever waits for them (`requests.ts`), so an abort is seen even in the middle of a large object;
 * `takeAnswers` does the same without waiting for the loop's turn.
 * Messages are cut into batches (`message_writer.ts`), which are written one after the other (`outgoing.ts`);
 * `deadlines.ts` keeps all time limits. Whatever goes wrong becomes one Fault that ends every wait at once; after that
 * the association is never used again.
 */

import type { ByteSource } from "../bytes/source.ts";
import { COMMAND } from "../dimse/command_set.ts";
import { type DimseRsp, encodeEchoRq, encodeStoreRq, type StoreRq } from "../dimse/messages.ts";
import { asFault, Fault } from "../errors.ts";
import { decodePdu } from "../pdu/decode.ts";
import { encodePdu } from "../pdu/encode.ts";
import { longestFragmentBytes } from "../pdu/fragment.ts";
import { type FramingError, PduFramer } from "../pdu/frame.ts";
import type { AssociateAc, AssociateRq, MalformedPdu, Pdu, Pdv } from "../pdu/types.ts";
import { CONTEXT_RESULT, PDU_NAME } from "../pdu/types.ts";
import { Deadlines, type StallLimits, type TimeLimits, type Waiting } from "./deadlines.ts";
import type { Duplex } from "./duplex.ts";
import { MessageWriter } from "./message_writer.ts";
import { Outgoing } from "./outgoing.ts";
import {
  abortText,
  lostFault,
  protocolFault,
  rejectionFault,
  releasedFault,
  startOfOtherProtocol,
} from "./refusals.ts";
import { OpenRequest, Requests } from "./requests.ts";
import { Responses } from "./responses.ts";
import { eventOf, StateMachine } from "./states.ts";

/** Longest PDU body read: twice the most we announce. A claim of 4 GB ends the association. */
const LONGEST_RECEIVED_PDU_BYTES = 1 << 18;
/** What one read of the reading loop may bring. */
const ARRIVAL_BYTES = 1 << 14;
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
  /** A response has arrived. */
  response?(rsp: DimseRsp, contextId: number): void;
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

export class Association {
  readonly #duplex: Duplex;
  readonly #machine = new StateMachine();
  readonly #framer = new PduFramer(LONGEST_RECEIVED_PDU_BYTES);
  readonly #requests = new Requests();
  readonly #outgoing: Outgoing;
  readonly #deadlines: Deadlines;
  readonly #events: AssociationEvents;
  readonly #batchBytes: number | undefined;
  /** Fulfilled when nothing is read any more and the connection is closed. */
  readonly #ended: Promise<void>;
  /** Waits for A-ASSOCIATE-AC or A-RELEASE-RP. */
  #acse: { readonly awaited: string; readonly settle: PromiseWithResolvers<void> } | undefined;
  #fault: Fault | undefined;
  #ac: AssociateAc | undefined;
  #responses = new Responses([]);
  #messages: MessageWriter | undefined;
  #fragmentBytes = 0;

  private constructor(duplex: Duplex, options: AssociationOptions) {
    this.#duplex = duplex;
    this.#events = options.events ?? {};
    this.#batchBytes = options.batchBytes;
    this.#deadlines = new Deadlines(options, () => this.#waiting(), (fault) => this.#overdue(fault));
    this.#outgoing = new Outgoing(
      duplex,
      () => this.#deadlines.moved(),
      (caught) => this.#whyWriteFailed(caught),
    );
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
      const { maximumLengthReceived } = association.ac;
      association.#fragmentBytes = longestFragmentBytes(maximumLengthReceived, options.maxSendPduBytes);
      return association;
    } catch (caught) {
      if (association.#fault === undefined) association.destroy();
      await association.#ended;
      throw caught;
    }
  }

  /** The peer's answer. */
  get ac(): AssociateAc {
    if (this.#ac === undefined) throw new RangeError("association is not established");
    return this.#ac;
  }

  /** Longest PDV fragment sent, in bytes; see longestFragmentBytes. */
  get fragmentBytes(): number {
    return this.#fragmentBytes;
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
    await this.#send(request, encodeStoreRq(rq), source, sent);
    return { response: request.response };
  }

  /** C-ECHO. */
  async echo(contextId: number, messageId: number): Promise<DimseRsp> {
    const request = this.#open(messageId, contextId, COMMAND.cEchoRsp, () => true);
    await this.#send(request, encodeEchoRq(messageId));
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
    this.#failAndAbort(fault, 0, 0);
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

  /** Its time limit runs from when the transport has taken all of it. */
  async #send(
    request: OpenRequest,
    command: Uint8Array,
    source?: ByteSource,
    sent?: (dataPdvs: number, lengthBytes: number) => void,
  ): Promise<void> {
    this.#messages ??= new MessageWriter(this.#outgoing, this.#fragmentBytes, this.#batchBytes);
    const { taken } = await this.#messages.write(request.contextId, command, source, sent);
    const clock = () => request.sentMs = performance.now();
    if (taken === undefined) clock();
    else taken.then(clock, () => {}); // the request has been rejected then
  }

  /** The peer's abort or close is the better reason, and may be just about to be read. */
  async #whyWriteFailed(caught: unknown): Promise<Fault> {
    await within(this.#ended, CAUSE_GRACE_MS);
    const fault = caught instanceof Fault ? caught : lostFault(`sending failed: ${textOf(caught)}`, caught);
    this.#fail(fault);
    return this.#fault ?? fault;
  }

  // --- reading ---

  async #receive(): Promise<void> {
    // Not the framer's own space, which takeAnswers() fills while this waits.
    const arrival = new Uint8Array(ARRIVAL_BYTES);
    try {
      while (this.#isReading()) {
        this.#framer.put(arrival.subarray(0, await this.#read(arrival)));
        this.#takeWhole();
      }
    } catch (caught) {
      this.#endBy(caught);
    }
    if (this.#machine.state !== "Sta1") await this.#awaitClose();
    this.#end();
  }

  #isReading(): boolean {
    return this.#fault === undefined && this.#machine.state !== "Sta1";
  }

  async #read(arrival: Uint8Array): Promise<number> {
    this.#acknowledgeHalf();
    let lengthBytes: number | null;
    try {
      lengthBytes = await this.#duplex.read(arrival);
    } catch (caught) {
      throw caught instanceof Fault ? caught : lostFault(textOf(caught), caught);
    }
    if (lengthBytes === null) {
      throw lostFault(
        this.#framer.inMiddle ? "connection closed in the middle of a PDU" : "connection closed",
      );
    }
    return lengthBytes;
  }

  /**
   * Takes what the peer has sent by now; while answers are awaited it asks again and again, for at most `patienceMs`,
   * because falling asleep and being woken takes longer than some peers. Never throws.
   */
  takeAnswers(patienceMs: number): void {
    const untilMs = performance.now() + patienceMs;
    try {
      while (this.#isReading()) {
        const lengthBytes = this.#duplex.readNow?.(this.#framer.space());
        if (lengthBytes === undefined) return; // asking again would only keep the loop from reading
        if (lengthBytes > 0) {
          this.#framer.filled(lengthBytes);
          this.#takeWhole();
          this.#acknowledgeHalf();
        } else if (this.#requests.empty || performance.now() >= untilMs) return;
      }
    } catch (caught) {
      this.#endBy(caught);
    }
  }

  /** A peer with Nagle's algorithm holds back the second half of a response until we have acknowledged the first. */
  #acknowledgeHalf(): void {
    if (this.#framer.inMiddle || this.#responses.inMiddle) this.#duplex.quickAck();
  }

  /** Deals with every PDU that is there as a whole. @throws Fault */
  #takeWhole(): void {
    this.#deadlines.moved();
    while (this.#isReading()) {
      const pdu = this.#framer.next();
      if (pdu === undefined) return;
      if (pdu instanceof Uint8Array) this.#take(pdu);
      else this.#misframed(pdu);
    }
  }

  #endBy(caught: unknown): void {
    const fault = asFault(caught);
    if (fault.kind === "protocol") this.#failAndAbort(fault, 0, 0);
    else this.#fail(fault);
  }

  /** Sta13: whatever still comes is ignored, and read only so that the peer can read what we said last. */
  async #awaitClose(): Promise<void> {
    const ignored = new Uint8Array(4096);
    try {
      while (await this.#duplex.read(ignored) !== null);
    } catch {
      // closed by force, which is as good
    }
    this.#machine.on("transportClosed");
  }

  #take(bytes: Uint8Array): void {
    const pdu = decodePdu(bytes);
    const action = this.#machine.on(eventOf(pdu));
    switch (action) {
      case "AE3":
        if (pdu.type === "associateAc") this.#accept(pdu);
        this.#events.acBytes?.(bytes);
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
        this.#failAndAbort(releasedFault(), 0, 0);
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
        this.#violation(pdu);
        break;
      default:
        throw new RangeError(`action ${action} on a ${pdu.type} PDU`);
    }
  }

  #accept(ac: AssociateAc): void {
    this.#ac = ac;
    const accepted = ac.contexts.filter(({ result }) => result === CONTEXT_RESULT.acceptance);
    this.#responses = new Responses(accepted.map(({ id }) => id));
  }

  #takePdv(pdv: Pdv): void {
    const received = this.#responses.take(pdv);
    if (received === undefined) return;
    const { rsp, contextId } = received;
    const request = this.#requests.answeredBy(rsp);
    if (contextId !== request.contextId) {
      const text = `the response came on presentation context ${contextId} instead of ${request.contextId}`;
      this.#events.warning?.(text);
    }
    this.#events.response?.(rsp, contextId);
    request.resolve(rsp);
  }

  #misframed(error: FramingError): void {
    this.#machine.on("invalidPdu");
    if (error.kind === "unrecognizedType") {
      const text = `Unrecognized PDU type: ${error.pduType.toString(16)}`;
      this.#failAndAbort(startOfOtherProtocol(error.start) ?? protocolFault("0006:0321", text), 2, 1);
    } else {
      const { lengthBytes, limitBytes, pduType } = error;
      const text = `DUL Illegal PDU Length ${lengthBytes} of a PDU of type ${pduType}, at most ${limitBytes}`;
      this.#failAndAbort(protocolFault("0006:0308", text), 2, 6);
    }
  }

  #violation(pdu: Pdu | MalformedPdu): void {
    if (pdu.type === "malformed") {
      this.#failAndAbort(protocolFault("0006:0308", `DUL Illegal or ill-formed PDU: ${pdu.what}`), 2, 6);
    } else {
      const text = `DUL Finite State Machine Error: unexpected ${PDU_NAME[pdu.type]} PDU`;
      this.#failAndAbort(protocolFault("0006:0303", text), 2, 2);
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
    const bytesDue = this.#outgoing.busy || oldestRequestMs !== undefined || this.#framer.inMiddle;
    return { acse: this.#acse?.awaited, oldestRequestMs, writing: this.#outgoing.busy, bytesDue };
  }

  /** A peer that is late, but takes what we write, is told. */
  #overdue(fault: Fault): void {
    if (this.#outgoing.busy) this.#fail(fault);
    else this.#failAndAbort(fault, 0, 0);
  }

  /** Ends every wait and the connection. */
  #fail(fault: Fault): void {
    this.#settleAll(fault);
    this.#end();
  }

  /** Ends every wait, tells the peer why with an A-ABORT behind what is being written, and then ends the connection. */
  #failAndAbort(fault: Fault, source: number, reason: number): void {
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
    this.#messages?.end(fault);
    this.#requests.fail(fault);
  }

  #end(): void {
    this.#deadlines.stop();
    this.#outgoing.cut(this.#fault ?? lostFault("released"));
    this.#duplex.destroy();
  }
}

/** What the runtime says of an error, without its "(os error 104)". */
function textOf(caught: unknown): string {
  const text = caught instanceof Error ? caught.message : String(caught);
  return text.replace(/ \(os error \d+\)$/, "");
}

/** Waits for `promise`, but no longer than this. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: number | undefined;
  const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
