/**
 * One association as its requestor sees it (PS3.8): request, store, release, abort.
 *
 * How this room works: `transport.ts` and `tls*.ts` make a Duplex of bytes; `Association.request` negotiates over it.
 * One loop reads all the time, feeds every PDU to the state machine (`states.ts`) and hands answers to whoever waits,
 * so an abort is seen even in the middle of a large object. `store` fills one Batch while the other is being
 * written; `deadlines.ts` keeps all time limits. Whatever goes wrong becomes one Fault that ends every wait at once;
 * after that the association is never used again.
 */

import type { ByteSource } from "../bytes/source.ts";
import { COMMAND, decodeCommandSet } from "../dimse/command_set.ts";
import { type DimseRsp, encodeEchoRq, encodeStoreRq, readRsp, type StoreRq } from "../dimse/messages.ts";
import { asFault, Fault } from "../errors.ts";
import { decodePdu } from "../pdu/decode.ts";
import { encodePdu } from "../pdu/encode.ts";
import { Batch, longestFragmentBytes } from "../pdu/fragment.ts";
import { type FramingError, PduFramer } from "../pdu/frame.ts";
import type { Abort, AssociateAc, AssociateRj, AssociateRq, MalformedPdu, Pdu, Pdv } from "../pdu/types.ts";
import { Deadlines, type TimeLimits } from "./deadlines.ts";
import type { Duplex } from "./duplex.ts";
import { abortText, rejectionFault, startOfOtherProtocol } from "./refusals.ts";
import { type Event, StateMachine } from "./states.ts";

/** Longest PDU body read. Far above any answer of an SCP and what we announce; a claim of 4 GB ends the association. */
const LONGEST_RECEIVED_PDU_BYTES = 1 << 20;
/** Longest command set taken together from its fragments. */
const LONGEST_COMMAND_BYTES = 1 << 16;
/** How long a peer may take to close after our A-ABORT before we do. */
const ABORT_GRACE_MS = 2000;
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
  readonly events?: AssociationEvents;
}

/** A C-STORE whose last byte has been given to the transport. */
export interface SentStore {
  readonly response: Promise<DimseRsp>;
}

interface PendingRequest {
  readonly expectedCommand: number;
  readonly settle: PromiseWithResolvers<DimseRsp>;
  /** When the request was completely written; until then the DIMSE time limit does not run. */
  sentMs: number | undefined;
}

export class Association {
  readonly #duplex: Duplex;
  readonly #machine = new StateMachine();
  readonly #framer = new PduFramer(LONGEST_RECEIVED_PDU_BYTES);
  readonly #deadlines: Deadlines;
  readonly #events: AssociationEvents;
  readonly #pending = new Map<number, PendingRequest>();
  readonly #ended = Promise.withResolvers<void>();
  /** Waits for A-ASSOCIATE-AC or A-RELEASE-RP. */
  #acse:
    | { readonly awaited: string; readonly settle: PromiseWithResolvers<AssociateAc | undefined> }
    | undefined;
  #fault: Fault | undefined;
  #writing: Promise<void> | undefined;
  #batches: [Batch, Batch] | undefined;
  #command: { contextId: number; fragments: Uint8Array[]; lengthBytes: number } | undefined;
  /** A response that said a data set follows; it is handed over when the data set has passed. */
  #responseWithDataSet: { rsp: DimseRsp; contextId: number } | undefined;
  #ac: AssociateAc | undefined;
  #fragmentBytes = 0;

  private constructor(duplex: Duplex, options: AssociationOptions) {
    this.#duplex = duplex;
    this.#events = options.events ?? {};
    this.#deadlines = new Deadlines(options, () => this.#waiting(), (fault) => this.#fail(fault));
  }

  /**
   * Negotiates over a connected duplex and gives an association in state Sta6.
   * @throws Fault "rejected", "lost", "protocol"; the duplex is destroyed then.
   */
  static async request(duplex: Duplex, rq: AssociateRq, options: AssociationOptions): Promise<Association> {
    const association = new Association(duplex, options);
    try {
      await association.#negotiate(rq, options.maxSendPduBytes);
      return association;
    } catch (caught) {
      association.#destroy();
      throw caught;
    }
  }

  async #negotiate(rq: AssociateRq, maxSendPduBytes: number | undefined): Promise<void> {
    this.#machine.on("associateRequest");
    this.#machine.on("transportConnected");
    const answer = this.#awaitAcse("A-ASSOCIATE-AC");
    void this.#receive();
    await this.#writeAll(encodePdu(rq)).catch(() => {}); // the reading side knows why
    const ac = await answer;
    if (ac === undefined) throw new Fault("bug", "association confirmed without an A-ASSOCIATE-AC");
    this.#ac = ac;
    this.#fragmentBytes = longestFragmentBytes(ac.maximumLengthReceived, maxSendPduBytes);
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
   * Sends one C-STORE-RQ with its data set; returns as soon as the last bytes are with the transport, so that the
   * next instance can be prepared while the response is on its way.
   * @param sent called with the number of data PDVs of each batch written
   * @throws Fault of the association, or of the source: then the message is torn and the caller must abort.
   */
  async store(
    contextId: number,
    rq: StoreRq,
    source: ByteSource,
    sent?: (dataPdvs: number) => void,
  ): Promise<SentStore> {
    if (source.ended) throw new Fault("input", "data set is empty", { code: "0006:0202" });
    const pending = this.#expect(rq.messageId, COMMAND.cStoreRsp);
    let batch = this.#nextBatch();
    batch.begin(contextId, encodeStoreRq(rq));
    for (;;) {
      while (!batch.full && !source.ended) {
        const slow = batch.put(source);
        if (slow !== undefined) await slow;
      }
      await this.#startWriting(batch.bytes);
      sent?.(batch.dataPdvs);
      if (source.ended) break;
      batch = this.#nextBatch();
      batch.begin(contextId);
    }
    this.#startClock(pending);
    return { response: pending.settle.promise };
  }

  /** C-ECHO. */
  async echo(contextId: number, messageId: number): Promise<DimseRsp> {
    const pending = this.#expect(messageId, COMMAND.cEchoRsp);
    const batch = this.#nextBatch();
    batch.begin(contextId, encodeEchoRq(messageId));
    await this.#startWriting(batch.bytes);
    this.#startClock(pending);
    return await pending.settle.promise;
  }

  /** A-RELEASE. @throws Fault when the peer does not confirm. */
  async release(): Promise<void> {
    this.#throwIfFaulty();
    try {
      await this.#written();
      this.#machine.on("releaseRequest");
      const confirmed = this.#awaitAcse("A-RELEASE-RP");
      await this.#writeAll(encodePdu({ type: "releaseRq" })).catch(() => {}); // the reading side knows why
      await confirmed;
    } finally {
      this.#destroy();
    }
  }

  /** A-ABORT by the service user, then waits shortly for the peer to close. Never throws. */
  async abort(): Promise<void> {
    const closed = this.#ended.promise;
    this.#sendAbort(0, 0);
    await within(closed, ABORT_GRACE_MS);
    this.#destroy();
  }

  /** Ends every wait with `fault` and tells the peer with an A-ABORT, as far as that can be done at once. */
  cancel(fault: Fault): void {
    if (this.#fault === undefined) this.#failAndAbort(fault, 0, 0);
  }

  /** From now on a peer that moves no byte although one is due is given up after so many seconds. */
  limitStall(seconds: number): void {
    this.#deadlines.limitStall(seconds);
  }

  /** Ends everything at once, without a word to the peer. */
  destroy(): void {
    this.#destroy();
  }

  // --- writing ---

  #throwIfFaulty(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#machine.state !== "Sta6") {
      throw new Fault("bug", `association used in state ${this.#machine.state}`);
    }
  }

  #expect(messageId: number, expectedCommand: number): PendingRequest {
    this.#throwIfFaulty();
    this.#machine.on("dataRequest");
    const settle = Promise.withResolvers<DimseRsp>();
    settle.promise.catch(() => {}); // whoever asked for it sees the rejection; nobody else must
    const pending = { expectedCommand, settle, sentMs: undefined };
    this.#pending.set(messageId, pending);
    return pending;
  }

  #nextBatch(): Batch {
    this.#batches ??= [new Batch(this.#fragmentBytes), new Batch(this.#fragmentBytes)];
    this.#batches.reverse();
    return this.#batches[0];
  }

  /** Waits for the write before, then starts this one and does not wait for it. */
  async #startWriting(bytes: Uint8Array): Promise<void> {
    await this.#written();
    const writing = this.#writeAll(bytes);
    writing.catch(() => {}); // seen by the next #written
    this.#writing = writing;
  }

  async #written(): Promise<void> {
    if (this.#writing === undefined) return;
    await this.#writing;
    this.#writing = undefined;
  }

  #startClock(pending: PendingRequest): void {
    this.#writing?.then(() => {
      this.#duplex.quickAck();
      pending.sentMs = performance.now();
    }, () => {});
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    this.#deadlines.moved();
    for (let at = 0; at < bytes.length;) {
      if (this.#fault !== undefined) throw this.#fault;
      let wrote: number;
      try {
        wrote = await this.#duplex.write(at === 0 ? bytes : bytes.subarray(at));
      } catch (caught) {
        throw await this.#whyWriteFailed(caught);
      }
      this.#deadlines.moved();
      at += wrote;
    }
  }

  /** The peer's abort or close is the better reason, and may be just about to be read. */
  async #whyWriteFailed(caught: unknown): Promise<Fault> {
    await within(this.#ended.promise, CAUSE_GRACE_MS);
    if (this.#fault === undefined) {
      this.#fail(
        caught instanceof Fault ? caught : lost(`sending failed: ${asFault(caught).message}`, caught),
      );
    }
    return this.#fault ?? lost("sending failed", caught);
  }

  #sendAbort(source: number, reason: number): void {
    if (this.#machine.state === "Sta1" || this.#machine.state === "Sta13" || this.#machine.state === "Sta4") {
      return;
    }
    this.#machine.on("abortRequest");
    const write = () => this.#duplex.write(encodePdu({ type: "abort", source, reason }));
    // After the PDU that is being written, so that the peer can read it; if that one is stuck, destroy() ends both.
    Promise.resolve(this.#writing).then(write, () => {}).catch(() => {});
  }

  // --- reading ---

  async #receive(): Promise<void> {
    try {
      while (this.#fault === undefined && this.#machine.state !== "Sta1") {
        const pdu = this.#framer.next();
        if (pdu === undefined) await this.#read();
        else if (pdu instanceof Uint8Array) this.#take(pdu);
        else this.#misframed(pdu);
      }
    } catch (caught) {
      const fault = asFault(caught);
      if (fault.kind === "protocol") this.#failAndAbort(fault, 0, 0);
      else this.#fail(fault);
    } finally {
      this.#ended.resolve();
    }
  }

  async #read(): Promise<void> {
    this.#duplex.quickAck();
    let lengthBytes: number | null;
    try {
      lengthBytes = await this.#duplex.read(this.#framer.space());
    } catch (caught) {
      if (caught instanceof Fault) throw caught;
      lengthBytes = null; // reset by the peer, or destroyed by us
    }
    if (lengthBytes === null) {
      this.#machine.on("transportClosed");
      const where = this.#framer.inMiddle ? "connection closed in the middle of a PDU" : "connection closed";
      this.#fail(lost(where));
    } else {
      this.#framer.filled(lengthBytes);
      this.#deadlines.moved();
    }
  }

  #take(bytes: Uint8Array): void {
    const pdu = decodePdu(bytes);
    const action = this.#machine.on(eventOf(pdu));
    switch (action) {
      case "AE3":
        this.#events.acBytes?.(bytes);
        this.#confirm(pdu.type === "associateAc" ? pdu : undefined);
        break;
      case "AE4":
        if (pdu.type === "associateRj") this.#fail(rejectionFault(pdu satisfies AssociateRj));
        break;
      case "DT2":
      case "AR6":
        if (pdu.type === "pDataTf") { for (const pdv of pdu.pdvs) this.#takePdv(pdv); }
        break;
      case "AR2":
        this.#failAndAbort(peerReleased(), 0, 0);
        break;
      case "AR3":
        this.#confirm(undefined);
        break;
      case "AR8":
        this.#machine.on("releaseResponse");
        this.#duplex.write(encodePdu({ type: "releaseRp" })).catch(() => {});
        break;
      case "AA3":
        this.#fail(lost(pdu.type === "abort" ? abortText(pdu satisfies Abort) : "A-ABORT"));
        break;
      case "AA8":
        this.#violation(pdu);
        break;
      default: // AA6, AA7: waiting for the close after our own A-ABORT; AA2, AR5: it has come
        break;
    }
  }

  #takePdv(pdv: Pdv): void {
    if (!pdv.isCommand) return this.#takeDataPdv(pdv);
    const command = this.#command ??= { contextId: pdv.contextId, fragments: [], lengthBytes: 0 };
    if (command.contextId !== pdv.contextId) {
      throw protocolFault("0006:0203", "fragments of a command set arrived on two presentation contexts");
    }
    command.lengthBytes += pdv.fragment.length;
    if (command.lengthBytes > LONGEST_COMMAND_BYTES) {
      throw protocolFault("0006:0203", `a command set is longer than ${LONGEST_COMMAND_BYTES} bytes`);
    }
    command.fragments.push(pdv.isLast ? pdv.fragment : pdv.fragment.slice());
    if (!pdv.isLast) return;
    this.#command = undefined;
    this.#takeResponse(concatenate(command.fragments, command.lengthBytes), command.contextId);
  }

  /** A C-STORE-RSP has no data set; one that announces one all the same is let pass and thrown away. */
  #takeDataPdv(pdv: Pdv): void {
    const announced = this.#responseWithDataSet;
    if (announced === undefined || announced.contextId !== pdv.contextId) {
      throw protocolFault("0006:0203", "a data set arrived that no response announced");
    }
    if (!pdv.isLast) return;
    this.#responseWithDataSet = undefined;
    this.#settle(announced.rsp, announced.contextId);
  }

  #takeResponse(bytes: Uint8Array, contextId: number): void {
    const command = decodeCommandSet(bytes);
    const rsp = typeof command === "string" ? command : readRsp(command);
    if (typeof rsp === "string") throw protocolFault("0006:0203", `DIMSE Badly formed message: ${rsp}`);
    const pending = this.#pending.get(rsp.messageIdBeingRespondedTo);
    if (pending === undefined) {
      const [expected] = this.#pending.keys();
      const expectation = expected === undefined ? "none is awaited" : `expected: ${expected}`;
      throw protocolFault(
        "0006:0211",
        `DIMSE: Unexpected Response MsgId: ${rsp.messageIdBeingRespondedTo} (${expectation})`,
      );
    }
    if (rsp.commandField !== pending.expectedCommand) {
      const field = rsp.commandField.toString(16).padStart(4, "0");
      throw protocolFault("0006:0211", `DIMSE: Unexpected Response Command Field: 0x${field}`);
    }
    if (pending.sentMs === undefined && rsp.status === 0 && pending.expectedCommand === COMMAND.cStoreRsp) {
      this.#events.warning?.("the response came before the whole data set was sent");
    }
    if (rsp.hasDataSet) {
      this.#events.warning?.(
        "the response announces a data set, which a C-STORE-RSP must not have; ignoring it",
      );
      this.#responseWithDataSet = { rsp, contextId };
    } else {
      this.#settle(rsp, contextId);
    }
  }

  #settle(rsp: DimseRsp, contextId: number): void {
    const pending = this.#pending.get(rsp.messageIdBeingRespondedTo);
    this.#pending.delete(rsp.messageIdBeingRespondedTo);
    this.#events.response?.(rsp, contextId);
    pending?.settle.resolve(rsp);
  }

  #misframed(error: FramingError): void {
    this.#machine.on("invalidPdu");
    const fault = error.kind === "unrecognizedType"
      ? startOfOtherProtocol(error.start) ??
        protocolFault("0006:0321", `Unrecognized PDU type: ${error.pduType.toString(16)}`)
      : protocolFault(
        "0006:0308",
        `DUL Illegal or ill-formed PDU of type ${error.pduType}: claims ${error.lengthBytes} bytes, ` +
          `at most ${error.limitBytes} are taken`,
      );
    this.#failAndAbort(fault, 2, error.kind === "unrecognizedType" ? 1 : 6);
  }

  #violation(pdu: Pdu | MalformedPdu): void {
    const fault = pdu.type === "malformed"
      ? protocolFault("0006:0308", `DUL Illegal or ill-formed PDU: ${pdu.what}`)
      : protocolFault("0006:0303", `DUL Finite State Machine Error: unexpected ${pdu.type} PDU`);
    this.#failAndAbort(fault, 2, pdu.type === "malformed" ? 6 : 2);
  }

  // --- waiting and ending ---

  #awaitAcse(awaited: string): Promise<AssociateAc | undefined> {
    const settle = Promise.withResolvers<AssociateAc | undefined>();
    settle.promise.catch(() => {});
    this.#acse = { awaited, settle };
    this.#deadlines.acseStarted();
    return settle.promise;
  }

  #confirm(ac: AssociateAc | undefined): void {
    this.#acse?.settle.resolve(ac);
    this.#acse = undefined;
  }

  #waiting(): { acse: string | undefined; oldestRequestMs: number | undefined; bytesDue: boolean } {
    let oldestRequestMs: number | undefined;
    for (const { sentMs } of this.#pending.values()) {
      if (sentMs !== undefined) oldestRequestMs = Math.min(oldestRequestMs ?? sentMs, sentMs);
    }
    const bytesDue = this.#writing !== undefined || oldestRequestMs !== undefined || this.#framer.inMiddle;
    return { acse: this.#acse?.awaited, oldestRequestMs, bytesDue };
  }

  /** Ends every wait and the connection. */
  #fail(fault: Fault): void {
    this.#settleAll(fault);
    this.#destroy();
  }

  /** Ends every wait, tells the peer why with an A-ABORT, and then ends the connection. */
  #failAndAbort(fault: Fault, source: number, reason: number): void {
    this.#settleAll(fault);
    if (this.#machine.state !== "Sta13" && this.#machine.state !== "Sta1") this.#machine.on("abortRequest");
    // Not in the middle of a PDU that is being written.
    const farewell = this.#writing === undefined
      ? this.#duplex.write(encodePdu({ type: "abort", source, reason })).catch(() => {})
      : Promise.resolve();
    void within(farewell, ABORT_GRACE_MS).then(() => this.#destroy());
  }

  /** The first fault counts. */
  #settleAll(fault: Fault): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.#deadlines.stop();
    this.#acse?.settle.reject(fault);
    this.#acse = undefined;
    for (const pending of this.#pending.values()) pending.settle.reject(fault);
    this.#pending.clear();
  }

  #destroy(): void {
    this.#deadlines.stop();
    this.#duplex.destroy();
  }
}

function eventOf(pdu: Pdu | MalformedPdu): Event {
  switch (pdu.type) {
    case "associateRq":
      return "associateRqPdu";
    case "associateAc":
      return "associateAcPdu";
    case "associateRj":
      return "associateRjPdu";
    case "pDataTf":
      return "dataPdu";
    case "releaseRq":
      return "releaseRqPdu";
    case "releaseRp":
      return "releaseRpPdu";
    case "abort":
      return "abortPdu";
    case "malformed":
      return "invalidPdu";
  }
}

function lost(why: string, cause?: unknown): Fault {
  return new Fault("lost", `Peer aborted Association (or never connected): ${why}`, {
    code: "0006:0317",
    transient: true,
    cause,
  });
}

function peerReleased(): Fault {
  return new Fault("lost", "DUL Peer Requested Release", { code: "0006:0319", transient: true });
}

function protocolFault(code: string, text: string): Fault {
  return new Fault("protocol", text, { code });
}

function concatenate(fragments: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const [only] = fragments;
  if (only !== undefined && fragments.length === 1) return only;
  const whole = new Uint8Array(lengthBytes);
  let at = 0;
  for (const fragment of fragments) {
    whole.set(fragment, at);
    at += fragment.length;
  }
  return whole;
}

/** Waits for `promise`, but no longer than this. */
async function within(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: number | undefined;
  const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
