/** Command sets from their fragments, which a peer may spread over PDVs and PDUs as it likes (PS3.8 annex E). */

import type { Pdv } from "../pdu/types.ts";

/** Far above any command set of the standard. */
const LONGEST_COMMAND_BYTES = 1 << 16;
/** More than a command set has bytes, as a rule: a peer that sends fragments without end has to be left. */
const MOST_FRAGMENTS = 4096;

/** A command set and the presentation context it came on. */
export interface AssembledCommand {
  readonly contextId: number;
  /** Valid as long as the PDU of the last fragment. */
  readonly bytes: Uint8Array;
}

/** Holds the fragments of one command set at most, and no more than LONGEST_COMMAND_BYTES in them. */
export class CommandAssembly {
  #contextId = 0;
  #lengthBytes = 0;
  #fragments: Uint8Array[] = [];
  /** Empty ones too, which are legal. */
  #fragmentsTaken = 0;

  /** Takes a command PDV: a whole command set with its last one; a text when it cannot belong to the ones before. */
  take(pdv: Pdv): AssembledCommand | string | undefined {
    if (this.#fragmentsTaken++ === 0) this.#contextId = pdv.contextId;
    if (this.#contextId !== pdv.contextId) {
      return "fragments of a command set arrived on two presentation contexts";
    }
    this.#lengthBytes += pdv.fragment.length;
    if (this.#lengthBytes > LONGEST_COMMAND_BYTES) {
      return `a command set is longer than ${LONGEST_COMMAND_BYTES} bytes`;
    }
    if (!pdv.isLast) {
      if (this.#fragmentsTaken === MOST_FRAGMENTS) {
        return `a command set has not ended after ${MOST_FRAGMENTS} fragments`;
      }
      this.#fragments.push(pdv.fragment.slice());
      return undefined;
    }
    const bytes = this.#fragments.length === 0 ? pdv.fragment : this.#joined(pdv.fragment);
    this.#fragments = [];
    this.#fragmentsTaken = 0;
    this.#lengthBytes = 0;
    return { contextId: pdv.contextId, bytes };
  }

  /** True when a command set has begun and not ended. */
  get inMiddle(): boolean {
    return this.#fragments.length > 0;
  }

  #joined(last: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.#lengthBytes);
    let at = 0;
    for (const fragment of [...this.#fragments, last]) {
      whole.set(fragment, at);
      at += fragment.length;
    }
    return whole;
  }
}
