/** The requests whose responses are awaited, by message ID: one at a time, or as many as the operations window allows. */

import type { DimseRsp } from "../dimse/messages.ts";
import { statusClass } from "../dimse/status.ts";
import type { Fault } from "../errors.ts";
import { protocolFault } from "./refusals.ts";

export class OpenRequest {
  readonly contextId: number;
  readonly expectedCommand: number;
  /** Nothing of it is left to be read. */
  readonly isComplete: () => boolean;
  readonly #settle = Promise.withResolvers<DimseRsp>();
  /** When the transport took its last byte (performance.now): from then on the time limit runs. */
  sentMs: number | undefined;
  /** What it has been answered before that; it counts only then. */
  early: DimseRsp | undefined;

  constructor(contextId: number, expectedCommand: number, isComplete: () => boolean) {
    this.contextId = contextId;
    this.expectedCommand = expectedCommand;
    this.isComplete = isComplete;
    this.response.catch(() => {}); // whoever asked for it sees the rejection; nobody else must
  }

  get response(): Promise<DimseRsp> {
    return this.#settle.promise;
  }

  resolve(rsp: DimseRsp): void {
    this.#settle.resolve(rsp);
  }

  reject(fault: Fault): void {
    this.#settle.reject(fault);
  }
}

/** Every request that is opened is settled once, by its response or by the fault that ends the association. */
export class Requests {
  readonly #open = new Map<number, OpenRequest>();

  open(messageId: number, request: OpenRequest): OpenRequest {
    if (this.#open.has(messageId)) throw new RangeError(`message ID ${messageId} is in use`);
    this.#open.set(messageId, request);
    return request;
  }

  /** The transport has the last byte of a request: the time limit runs, and an answer that has come already counts. */
  sent(messageId: number): void {
    const request = this.#open.get(messageId);
    if (request === undefined) return; // refused before, or the association has ended
    request.sentMs = performance.now();
    if (request.early !== undefined) this.#settle(messageId, request, request.early);
  }

  /**
   * Settles the request that a response answers, and gives it: at once, but stored is what has been sent.
   * @throws Fault "protocol" when it can answer none
   */
  answer(rsp: DimseRsp): OpenRequest {
    const { messageIdBeingRespondedTo: messageId, commandField, status } = rsp;
    const request = this.#open.get(messageId);
    if (request === undefined || request.early !== undefined) {
      const [expected] = this.#open.keys();
      const expectation = expected === undefined ? "none is awaited" : `expected: ${expected}`;
      throw protocolFault("0006:0211", `DIMSE: Unexpected Response MsgId: ${messageId} (${expectation})`);
    }
    if (commandField !== request.expectedCommand) {
      const hex = commandField.toString(16).padStart(4, "0");
      throw protocolFault("0006:0211", `DIMSE: Unexpected Response Command Field: 0x${hex}`);
    }
    if (rsp.hasDataSet) {
      throw protocolFault("0006:0203", "DIMSE Badly formed message: the response announces a data set");
    }
    if (!request.isComplete() && statusClass(status) !== "failure") {
      const text =
        `DIMSE: Unexpected Response: message ${messageId} is called stored before all of it was sent`;
      throw protocolFault("0006:0211", text);
    }
    if (request.sentMs === undefined && statusClass(status) !== "failure") request.early = rsp;
    else this.#settle(messageId, request, rsp);
    return request;
  }

  #settle(messageId: number, request: OpenRequest, rsp: DimseRsp): void {
    this.#open.delete(messageId);
    request.resolve(rsp);
  }

  /** True when none is awaited. */
  get empty(): boolean {
    return this.#open.size === 0;
  }

  /** When the one that waits longest was completely sent. */
  get oldestMs(): number | undefined {
    let oldestMs: number | undefined;
    for (const { sentMs } of this.#open.values()) {
      if (sentMs !== undefined && (oldestMs === undefined || sentMs < oldestMs)) oldestMs = sentMs;
    }
    return oldestMs;
  }

  fail(fault: Fault): void {
    for (const request of this.#open.values()) request.reject(fault);
    this.#open.clear();
  }
}
