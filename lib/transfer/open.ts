/** From a list of wished presentation contexts to an open association with its usable contexts. */

import { Association } from "../association/association.ts";
import type { Duplex } from "../association/duplex.ts";
import type { TimeLimits } from "../association/deadlines.ts";
import {
  type AcceptedContext,
  acceptedContexts,
  type ContextWish,
  numbered,
} from "../association/proposal.ts";
import { isAbortOfPeer } from "../association/refusals.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../dicom/implementation.ts";
import { APPLICATION_CONTEXT } from "../dicom/uids.ts";
import { Fault } from "../errors.ts";
import { dumpNegotiated, dumpRequested } from "../log/association_dump.ts";
import type { Logger } from "../log/log.ts";
import { LOGGER } from "../log/log.ts";
import { dumpAssociateAc } from "../log/pdu_dump.ts";
import { BATCH_BYTES, LONGEST_SEND_PDU_BYTES } from "../pdu/fragment.ts";
import {
  type AssociateAc,
  type AssociateRq,
  type ExtendedNegotiation,
  type RoleSelection,
  type UserIdentity,
} from "../pdu/types.ts";

/** Everything of the A-ASSOCIATE-RQ but the presentation contexts, and how the association is kept. */
export interface AssociationWish extends TimeLimits {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** Proposed without its lowest bit: fragments are even. */
  readonly maximumLengthReceived: number;
  readonly maxSendPduBytes?: number | undefined;
  readonly userIdentity?: UserIdentity | undefined;
  readonly roles: readonly RoleSelection[];
  readonly extended: readonly ExtendedNegotiation[];
  /** At which level the parameters asked for and agreed on are logged. */
  readonly dumpLevel: "info" | "debug";
  /** The connection is a TLS connection already: that cannot be what the peer misses. */
  readonly overTls?: boolean;
  /** Operations invoked at the same time: 1 sends no item, 0 asks for no limit. */
  readonly maxOperationsInvoked: number;
  /** Associations at the same time. */
  readonly jobs: number;
}

/** An association ready for C-STORE. */
export interface OpenAssociation {
  readonly association: Association;
  /** In the order of the peer's answer; may be empty. */
  readonly accepted: readonly AcceptedContext[];
  /** How many operations may be outstanding, at least 1. */
  readonly operationsWindow: number;
}

/** More outstanding operations than this, of all associations, gain nothing and only cost memory on both sides. */
const MOST_OPERATIONS = 256;

/** Of all associations, so that memory does not grow with their number. */
const ALL_BATCHES_BYTES = 1024 * 1024;

/** @throws Fault of the transport, the rejection, or a missing user identity response. */
export async function openAssociation(
  connect: () => Promise<Duplex>,
  wish: AssociationWish,
  contexts: readonly ContextWish[],
  log: Logger,
): Promise<OpenAssociation> {
  const net = log.named(LOGGER.net);
  const proposed = numbered(contexts);
  const rq = requestOf(wish, proposed);
  warnIfOdd(wish.maximumLengthReceived, "receive", net);
  log.log(wish.dumpLevel, () => dumpRequested(rq));
  log.info("Requesting Association");
  const duplex = await connect();
  net.debug("Constructing Associate RQ PDU");
  const association = await requested(
    Association.request(duplex, rq, {
      ...wish,
      batchBytes: Math.min(BATCH_BYTES, ALL_BATCHES_BYTES / wish.jobs),
      events: {
        warning: (text) => net.warn(text),
        acBytes: (pdu) => {
          net.debug(() => dumpAssociateAc(pdu));
          net.debug("Parsing an A-ASSOCIATE PDU");
        },
      },
    }),
    wish.overTls === true,
  );
  log.log(wish.dumpLevel, () => dumpNegotiated(rq, association.ac));
  if (wish.userIdentity?.positiveResponseRequested && association.ac.userIdentityResponse === undefined) {
    await association.abort();
    log.error("User Identity Negotiation failed: Positive response requested but none received");
    throw new Fault("rejected", "ASC User Identification Negotiation failed", { code: "0006:0108" });
  }
  const accepted = acceptedContexts(proposed, association.ac.contexts, (text) => net.warn(text));
  warnIfOdd(association.ac.maximumLengthReceived ?? 0, "send", net);
  if (association.fragmentBytes < 2) {
    await association.abort();
    throw new Fault(
      "protocol",
      `DUL Cannot send P-DATA PDU because receiver's max PDU size of ${association.ac.maximumLengthReceived} ` +
        "is illegal (must be > 12)",
      { code: "0006:0308" },
    );
  }
  if (accepted.length > 0) log.info(`Association Accepted (Max Send PDV: ${association.fragmentBytes})`);
  return { association, accepted, operationsWindow: windowOf(wish, association.ac) };
}

/** What to try when a peer hangs up on the request. */
async function requested(association: Promise<Association>, isTls: boolean): Promise<Association> {
  try {
    return await association;
  } catch (caught) {
    if (!(caught instanceof Fault) || caught.kind !== "lost" || caught.remedy !== undefined) throw caught;
    const { code, transient, message } = caught;
    throw new Fault("lost", message, {
      code,
      transient,
      remedy: hangUpRemedy(caught, isTls),
      cause: caught,
    });
  }
}

function hangUpRemedy(fault: Fault, isTls: boolean): string {
  const log = "the peer's log says why";
  if (isAbortOfPeer(fault)) return `the peer does not want this association: ${log}`;
  if (isTls) {
    return `this may be no DICOM port, or the peer does not let us in: check the port number; ${log}`;
  }
  return "perhaps this port wants TLS: try --anonymous-tls (+tla); else check the port number, or whether the peer " +
    `lets us in: ${log}`;
}

function requestOf(wish: AssociationWish, contexts: AssociateRq["contexts"]): AssociateRq {
  const invoked = wish.maxOperationsInvoked;
  return {
    type: "associateRq",
    calledAeTitle: wish.calledAeTitle,
    callingAeTitle: wish.callingAeTitle,
    applicationContext: APPLICATION_CONTEXT,
    contexts,
    maximumLengthReceived: wish.maximumLengthReceived & ~1,
    implementationClassUid: IMPLEMENTATION_CLASS_UID,
    implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    operationsWindow: invoked === 1 ? undefined : { maxInvoked: invoked, maxPerformed: 1 },
    roles: wish.roles,
    extended: wish.extended,
    userIdentity: wish.userIdentity,
  };
}

/** More than anybody sends has no effect, odd or not. */
function warnIfOdd(lengthBytes: number, direction: "send" | "receive", net: Logger): void {
  if (lengthBytes % 2 === 0 || lengthBytes > LONGEST_SEND_PDU_BYTES) return;
  net.warn(`ASSOC: PDV ${direction} length ${lengthBytes} is odd (using ${lengthBytes - 1})`);
}

/** Only what both sides said counts; a peer without the item works synchronously (PS3.7 D.3.3.3). */
function windowOf({ maxOperationsInvoked, jobs }: AssociationWish, ac: AssociateAc): number {
  const granted = ac.operationsWindow?.maxInvoked;
  if (maxOperationsInvoked === 1 || granted === undefined) return 1;
  const most = Math.ceil(MOST_OPERATIONS / jobs);
  const limited = (value: number) => value === 0 ? most : Math.min(value, most);
  return Math.min(limited(maxOperationsInvoked), limited(granted));
}
