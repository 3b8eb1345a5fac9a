/** What an acceptor sends on an established association, as far as a requestor may expect it: responses. */

import { CommandAssembly } from "../dimse/command_assembly.ts";
import { decodeCommandSet } from "../dimse/command_set.ts";
import { type DimseRsp, readRsp } from "../dimse/messages.ts";
import type { Pdv } from "../pdu/types.ts";
import { protocolFault } from "./refusals.ts";

/** A whole response and the presentation context it came on. */
export interface ReceivedRsp {
  readonly rsp: DimseRsp;
  readonly contextId: number;
}

/** Puts responses together from PDVs. */
export class Responses {
  readonly #commands = new CommandAssembly();
  readonly #contextIds: ReadonlySet<number>;

  /** @param contextIds the accepted presentation contexts */
  constructor(contextIds: Iterable<number>) {
    this.#contextIds = new Set(contextIds);
  }

  /** True when a response has begun and not ended. */
  get inMiddle(): boolean {
    return this.#commands.inMiddle;
  }

  /**
   * Takes a PDV: a response with its last one.
   * @throws Fault "protocol" for everything else, also for a data set, which no response to us may have
   */
  take(pdv: Pdv): ReceivedRsp | undefined {
    const { contextId } = pdv;
    if (!this.#contextIds.has(contextId)) {
      throw protocolFault("0006:0101", `ASC Bad presentation context ID: ${contextId} was not accepted`);
    }
    if (!pdv.isCommand) {
      throw protocolFault("0006:020f", "DIMSE: Command PDV Expected: a fragment of a data set arrived");
    }
    const command = this.#commands.take(pdv);
    if (command === undefined) return undefined;
    const elements = typeof command === "string" ? command : decodeCommandSet(command.bytes);
    const rsp = typeof elements === "string" ? elements : readRsp(elements);
    if (typeof rsp === "string") throw protocolFault("0006:0203", `DIMSE Badly formed message: ${rsp}`);
    return { rsp, contextId };
  }
}
