/**
 * The requestor's side of the upper layer state machine as a literal table: PS3.8 section 9.2, tables 9-6 to 9-10.
 * What is not in the table cannot happen in that state and is a mistake of this program, not of the peer: everything
 * a peer can do is in every row where a transport connection exists. It is whole on purpose: an action is there even if
 * nobody asks for it, because it is done where its event comes from.
 */

import type { MalformedPdu, Pdu } from "../pdu/types.ts";

/** The states a requestor can be in, by the standard's sentences. */
export const STATE = {
  Sta1: "Idle",
  Sta4: "Awaiting transport connection opening to complete",
  Sta5: "Awaiting A-ASSOCIATE-AC or A-ASSOCIATE-RJ PDU",
  Sta6: "Association established and ready for data transfer",
  Sta7: "Awaiting A-RELEASE-RP PDU",
  Sta8: "Awaiting local A-RELEASE response primitive",
  Sta9: "Release collision requestor side; awaiting A-RELEASE response primitive",
  Sta11: "Release collision requestor side; awaiting A-RELEASE-RP PDU",
  Sta13: "Awaiting Transport Connection Close Indication",
} as const;

export type State = keyof typeof STATE;

/** Table 9-10's events, as far as a requestor meets them. */
export type Event =
  | "associateRequest" // Evt1
  | "transportConnected" // Evt2
  | "associateAcPdu" // Evt3
  | "associateRjPdu" // Evt4
  | "associateRqPdu" // Evt6
  | "dataRequest" // Evt9
  | "dataPdu" // Evt10
  | "releaseRequest" // Evt11
  | "releaseRqPdu" // Evt12
  | "releaseRpPdu" // Evt13
  | "releaseResponse" // Evt14
  | "abortRequest" // Evt15
  | "abortPdu" // Evt16
  | "transportClosed" // Evt17
  | "artimExpired" // Evt18
  | "invalidPdu"; // Evt19

/** What the arrival of a PDU is called in the table. */
export function eventOf({ type }: Pdu | MalformedPdu): Event {
  switch (type) {
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

/** Tables 9-6 to 9-9: what is done on the way to the next state. */
export const ACTION = {
  AE1: "request a transport connection",
  AE2: "send A-ASSOCIATE-RQ",
  AE3: "confirm the association",
  AE4: "report the rejection and close",
  DT1: "send P-DATA-TF",
  DT2: "deliver the data",
  AR1: "send A-RELEASE-RQ",
  AR2: "indicate the peer's wish to release",
  AR3: "confirm the release and close",
  AR4: "send A-RELEASE-RP and await the close",
  AR5: "end",
  AR6: "deliver the data that still came",
  AR8: "indicate the release collision",
  AR9: "send A-RELEASE-RP",
  AA1: "send A-ABORT (service user) and await the close",
  AA2: "close",
  AA3: "indicate the peer's abort and close",
  AA4: "indicate the loss of the connection",
  AA6: "ignore",
  AA7: "send A-ABORT again",
  AA8: "send A-ABORT (service provider) and indicate the violation",
} as const;

export type Action = keyof typeof ACTION;

type Row = Readonly<Partial<Record<Event, readonly [Action, State]>>>;

/** Every PDU that does not belong in a state of an established association (column of AA-8 in table 9-10). */
const VIOLATIONS: Row = {
  associateAcPdu: ["AA8", "Sta13"],
  associateRjPdu: ["AA8", "Sta13"],
  associateRqPdu: ["AA8", "Sta13"],
  dataPdu: ["AA8", "Sta13"],
  releaseRqPdu: ["AA8", "Sta13"],
  releaseRpPdu: ["AA8", "Sta13"],
  invalidPdu: ["AA8", "Sta13"],
  abortRequest: ["AA1", "Sta13"],
  abortPdu: ["AA3", "Sta1"],
  transportClosed: ["AA4", "Sta1"],
};

export const TRANSITIONS: Readonly<Record<State, Row>> = {
  Sta1: { associateRequest: ["AE1", "Sta4"] },
  Sta4: {
    transportConnected: ["AE2", "Sta5"],
    abortRequest: ["AA2", "Sta1"],
    transportClosed: ["AA4", "Sta1"],
  },
  Sta5: { ...VIOLATIONS, associateAcPdu: ["AE3", "Sta6"], associateRjPdu: ["AE4", "Sta1"] },
  Sta6: {
    ...VIOLATIONS,
    dataRequest: ["DT1", "Sta6"],
    dataPdu: ["DT2", "Sta6"],
    releaseRequest: ["AR1", "Sta7"],
    releaseRqPdu: ["AR2", "Sta8"],
  },
  Sta7: {
    ...VIOLATIONS,
    dataPdu: ["AR6", "Sta7"],
    releaseRqPdu: ["AR8", "Sta9"],
    releaseRpPdu: ["AR3", "Sta1"],
  },
  Sta8: { ...VIOLATIONS, releaseResponse: ["AR4", "Sta13"] },
  Sta9: { ...VIOLATIONS, releaseResponse: ["AR9", "Sta11"] },
  Sta11: { ...VIOLATIONS, releaseRpPdu: ["AR3", "Sta1"] },
  Sta13: {
    associateAcPdu: ["AA6", "Sta13"],
    associateRjPdu: ["AA6", "Sta13"],
    associateRqPdu: ["AA7", "Sta13"],
    dataPdu: ["AA6", "Sta13"],
    releaseRqPdu: ["AA6", "Sta13"],
    releaseRpPdu: ["AA6", "Sta13"],
    abortPdu: ["AA2", "Sta1"],
    transportClosed: ["AR5", "Sta1"],
    artimExpired: ["AA2", "Sta1"],
    invalidPdu: ["AA7", "Sta13"],
  },
};

/** Where an association stands. Only `on` changes it. */
export class StateMachine {
  #state: State = "Sta1";

  get state(): State {
    return this.#state;
  }

  /** Takes the event and answers what has to be done. @throws RangeError if the event is impossible here. */
  on(event: Event): Action {
    const transition = TRANSITIONS[this.#state][event];
    if (transition === undefined) throw new RangeError(`${event} in ${this.#state} (${STATE[this.#state]})`);
    const [action, next] = transition;
    this.#state = next;
    return action;
  }
}
