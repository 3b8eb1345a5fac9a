/** One file on an open association: from its turn to the peer's answer. */

import type { ByteSource } from "../bytes/source.ts";
import { type AcceptedContext, chooseContext } from "../association/proposal.ts";
import { CONDITION, isAbortOfPeer } from "../association/refusals.ts";
import { longNameOf } from "../dicom/transfer_syntaxes.ts";
import { modalityOf } from "../dicom/sop_classes.ts";
import type { DimseRsp, StoreRq } from "../dimse/messages.ts";
import { statusClass, statusText } from "../dimse/status.ts";
import { asFault, Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import { dumpRequest, dumpResponse, dumpStatusDetail } from "../log/message_dump.ts";
import type { Instance } from "../source/instance.ts";
import { type Proposed, whyNotAccepted } from "./not_accepted.ts";
import { MessageIds } from "./message_ids.ts";
import type { OpenAssociation } from "./open.ts";
import type { Outcome } from "./outcome.ts";

/** What came of a file's turn. */
export type Step =
  /** Its end is known at once. */
  | { readonly kind: "ended"; readonly outcome: Outcome }
  /** It needs a context that has not been proposed yet. */
  | { readonly kind: "aside" }
  /** It has been sent; the outcome comes with the answer. */
  | { readonly kind: "underway"; readonly outcome: Promise<Outcome> };

export interface DeliveryOptions {
  readonly log: Logger;
  /** Prefer Deflated for uncompressed data sets. */
  readonly deflate: boolean;
  /** Whether proposing a context for this could help. */
  mayPropose(instance: Instance): boolean;
  /** What the peer was asked for on any association so far, and what it accepts of that: to say why it takes no file. */
  readonly proposed: Proposed;
  readonly accepted: readonly AcceptedContext[];
  /** Whether the peer has answered any store request of the run. */
  hasAnswered(): boolean;
  watch?: WatchMessage | undefined;
}

/** Told of a message while it is on its way out. */
export interface MessageWatch {
  /** So many data PDVs have been given to the transport, so many bytes altogether. */
  readonly wrote: (dataPdvs: number, lengthBytes: number) => void;
  /** All of it has, or it broke off. */
  readonly ended: () => void;
}

/** Begins to watch the message with the file `path`. */
export type WatchMessage = (path: string) => MessageWatch;

export class Delivery {
  readonly #open: OpenAssociation;
  readonly #options: DeliveryOptions;
  readonly #log: Logger;
  readonly #messageIds = new MessageIds();
  #torn = false;
  #told: Fault | undefined;

  constructor(open: OpenAssociation, options: DeliveryOptions) {
    this.#open = open;
    this.#options = options;
    this.#log = options.log;
  }

  /** A message broke off for a reason of ours: the association can only be aborted. */
  get torn(): boolean {
    return this.#torn;
  }

  /** True when a file has come to its end by this fault, and it was told so. */
  hasTold(fault: Fault): boolean {
    return fault === this.#told;
  }

  /** False when nothing more can be sent here. */
  get usable(): boolean {
    return !this.#torn && this.#open.association.fault === undefined;
  }

  /** Sends an instance, or says why not. Never throws; the instance is closed, unless it is put aside and can be read once only. */
  async begin(instance: Instance, path: string): Promise<Step> {
    const { accepted } = this.#open;
    const context = chooseContext(accepted, instance, (uid) => instance.fits(uid), this.#options.deflate);
    if (context === undefined) {
      const isForLater = this.#options.mayPropose(instance);
      if (!(isForLater && instance.readOnce)) instance.close();
      if (isForLater) return { kind: "aside" };
    }
    this.#log.info(`Sending file: ${path}`);
    for (const warning of instance.warnings) this.#log.warn(warning);
    if (instance.invented !== undefined) this.#log.info(instance.invented);
    if (context !== undefined) return await this.#send(instance, path, context);
    const fault = whyNotAccepted(instance, this.#options.accepted, this.#options.proposed);
    const nothingAccepted = this.#options.accepted.length === 0;
    return { kind: "ended", outcome: { kind: "notAccepted", fault, nothingAccepted } };
  }

  async #send(instance: Instance, path: string, context: AcceptedContext): Promise<Step> {
    const { sopClassUid, sopInstanceUid, transferSyntax } = instance;
    const messageId = this.#messageIds.take();
    let source: ByteSource | undefined;
    let watch: MessageWatch | undefined;
    try {
      if (transferSyntax !== context.transferSyntax) {
        const names = `${longNameOf(transferSyntax)} -> ${longNameOf(context.transferSyntax)}`;
        this.#log.info(`Converting transfer syntax: ${names}`);
      }
      source = await instance.dataSet(context.transferSyntax);
      this.#log.info(`Sending Store Request (MsgID ${messageId}, ${modalityOf(sopClassUid) ?? "OT"})`);
      this.#log.debug(() => dumpRequest({ messageId, sopClassUid, sopInstanceUid }));
      this.#torn = true; // until the message is complete
      const rq = { messageId, sopClassUid, sopInstanceUid };
      watch = this.#options.watch?.(path);
      const { response } = await this.#open.association.store(context.id, rq, source, watch?.wrote);
      this.#torn = false;
      return { kind: "underway", outcome: this.#answered(path, rq, response, context.id) };
    } catch (caught) {
      this.#messageIds.giveBack(messageId);
      return { kind: "ended", outcome: this.#failed(path, asFault(caught), false) };
    } finally {
      source?.close();
      instance.close();
      watch?.ended();
    }
  }

  async #answered(
    path: string,
    { messageId, sopInstanceUid }: StoreRq,
    response: Promise<DimseRsp>,
    contextId: number,
  ): Promise<Outcome> {
    try {
      const rsp = await response;
      const { status, errorComment: comment, offendingElements } = rsp;
      this.#tellResponse(rsp, contextId);
      this.#warnIfOther(rsp.affectedSopInstanceUid, sopInstanceUid, path);
      switch (statusClass(status)) {
        case "success":
          return { kind: "stored", status };
        case "warning":
          return { kind: "storedWithWarning", status, comment };
        case "failure":
          return { kind: "refused", status, comment, offendingElements };
      }
    } catch (caught) {
      return this.#failed(path, asFault(caught), true);
    } finally {
      this.#messageIds.giveBack(messageId);
    }
  }

  /** Whole at level DEBUG, else only what the status means. */
  #tellResponse(rsp: DimseRsp, contextId: number): void {
    if (!this.#log.enabled("debug")) {
      return this.#log.info(`Received Store Response (${statusText(rsp.status)})`);
    }
    this.#log.info("Received Store Response");
    this.#log.debug(() => dumpResponse(rsp, contextId));
    const detail = dumpStatusDetail(rsp);
    if (detail !== undefined) this.#log.debug(detail);
  }

  /** The message ID says which request is answered; the UID may be absent (PS3.7 9.3.1.2). */
  #warnIfOther(answered: string | undefined, sent: string, path: string): void {
    if (!answered || answered.trimEnd() === sent.trimEnd()) return;
    this.#log.warn(`the response names SOP instance ${answered} instead of ${sent}, file: ${path}`);
  }

  /** A message broke off, or has gone out as a whole and its answer never came. */
  #failed(path: string, why: Fault, isWhole: boolean): Outcome {
    const fault = withRemedy(why, [
      // Nobody knows what became of it: that must not sound as if it had never left.
      ...(isWhole ? [MAYBE_STORED] : []),
      ...(isAbortOfPeer(why) && !this.#options.hasAnswered() ? [UNWELCOME] : []),
    ]);
    this.#told = this.#open.association.fault;
    this.#log.error([`Store Failed, file: ${path}:`, fault.conditionBehind(path)]);
    if (fault.code === CONDITION.peerAborted) this.#log.info("Peer Aborted Association");
    if (fault.code === CONDITION.peerReleases) {
      this.#log.error("Protocol Error: Peer requested release (Aborting)");
    }
    return fault.kind === "input" ? { kind: "unreadable", fault } : { kind: "notSent", fault };
  }
}

const MAYBE_STORED = "the peer has all of it and may have stored it: sending it again does no harm";
/** Some peers find out who we are only when they are to store something. */
const UNWELCOME =
  "if the peer aborts whatever is sent, it may not know our AE title (--aetitle): its log says why";

/** What to try, where the fault itself does not know. */
function withRemedy(fault: Fault, remedies: readonly string[]): Fault {
  if (fault.remedy !== undefined || remedies.length === 0) return fault;
  const { kind, message, code, transient, cause } = fault;
  return new Fault(kind, message, { code, transient, cause, remedy: remedies.join("; ") });
}
