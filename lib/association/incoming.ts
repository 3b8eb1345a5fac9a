/** All that an association reads: the peer's bytes, cut into PDUs wherever the reads happened to end. */

import { Turns } from "../bytes/turns.ts";
import { Fault, systemText } from "../errors.ts";
import { type FramingError, PduFramer } from "../pdu/frame.ts";
import type { Duplex } from "./duplex.ts";
import { lostFault } from "./refusals.ts";

/** Longest PDU body read: twice the most we announce. A claim of 4 GB ends the association. */
const LONGEST_RECEIVED_PDU_BYTES = 1 << 18;
/** What one read of the reading loop may bring. */
const ARRIVAL_BYTES = 1 << 14;

/** Whom the PDUs are for. */
export interface Reader {
  /** False when no further PDU is wanted. */
  isReading(): boolean;
  /** Bytes have come. */
  moved(): void;
  /** A whole PDU, valid until this returns, or why none can be made of what has come. @throws Fault */
  take(pdu: Uint8Array | FramingError): void;
  /** True when a response has begun that further PDUs will go on with. */
  inMessage(): boolean;
}

/** Invariant: PDUs are handed over one by one, in the order sent, whichever of the two ways their bytes came. */
export class Incoming {
  readonly #duplex: Duplex;
  readonly #reader: Reader;
  readonly #framer = new PduFramer(LONGEST_RECEIVED_PDU_BYTES);

  constructor(duplex: Duplex, reader: Reader) {
    this.#duplex = duplex;
    this.#reader = reader;
  }

  /** True when part of a PDU has come. */
  get inMiddle(): boolean {
    return this.#framer.inMiddle;
  }

  /** Reads until no further PDU is wanted. @throws Fault "lost" when the connection ends before, or what `take` throws */
  async receive(): Promise<void> {
    // Not the framer's own space, which takeNow() fills while this waits.
    const arrival = new Uint8Array(ARRIVAL_BYTES);
    while (this.#reader.isReading()) {
      this.#framer.put(arrival.subarray(0, await this.#read(arrival)));
      this.#handOver();
    }
  }

  /**
   * Takes what the peer has sent by now, without waiting; as long as more `isDue` it asks again and again, for at most
   * `patienceMs`. @throws what `take` throws
   */
  takeNow(patienceMs: number, isDue: () => boolean): void {
    const untilMs = performance.now() + patienceMs;
    while (this.#reader.isReading()) {
      const lengthBytes = this.#duplex.readNow?.(this.#framer.space());
      if (lengthBytes === undefined) return; // asking again would only keep receive() from reading
      if (lengthBytes > 0) {
        this.#framer.filled(lengthBytes);
        this.#handOver();
        this.#acknowledgeHalf();
      } else if (!isDue() || performance.now() >= untilMs) return;
    }
  }

  /** Reads what still comes only so that the peer can read what we said last, until it closes. Never throws. */
  async ignoreUntilClose(): Promise<void> {
    const ignored = new Uint8Array(4096);
    const turns = new Turns();
    try {
      // A peer that never stops sending must not keep the time limit of this from ending it.
      while (await this.#duplex.read(ignored) !== null) await turns.due();
    } catch {
      // closed by force, which is as good
    }
  }

  async #read(arrival: Uint8Array): Promise<number> {
    this.#acknowledgeHalf();
    let lengthBytes: number | null;
    try {
      lengthBytes = await this.#duplex.read(arrival);
    } catch (caught) {
      throw caught instanceof Fault ? caught : lostFault(systemText(caught), caught);
    }
    if (lengthBytes === null) {
      throw lostFault(this.inMiddle ? "connection closed in the middle of a PDU" : "connection closed");
    }
    return lengthBytes;
  }

  #handOver(): void {
    this.#reader.moved();
    while (this.#reader.isReading()) {
      const pdu = this.#framer.next();
      if (pdu === undefined) return;
      this.#reader.take(pdu);
    }
  }

  /** A peer with Nagle's algorithm holds back the second half of a response until we have acknowledged the first. */
  #acknowledgeHalf(): void {
    if (this.inMiddle || this.#reader.inMessage()) this.#duplex.quickAck();
  }
}
