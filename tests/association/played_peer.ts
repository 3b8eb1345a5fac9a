/**
 * A peer in memory: a Duplex whose other side answers each turn of the requestor with bytes made up beforehand. Every
 * read and write can be as small as a byte, and the stream can end anywhere.
 */

import type { Duplex } from "../../lib/association/duplex.ts";
import { PduFramer } from "../../lib/pdu/frame.ts";

export interface PlayedOptions {
  /** Most bytes that one read brings. */
  readonly readBytes?: number;
  /** Most bytes that one write takes. */
  readonly writeBytes?: number;
  /** The stream ends after so many bytes; without it, when the requestor aborts or leaves. */
  readonly endAfterBytes?: number;
  /** The stream ends when both sides wait for each other. */
  readonly endWhenDry?: boolean;
}

/**
 * The n-th of `answers` is said when the n-th turn of the requestor is complete: an A-ASSOCIATE-RQ, the last fragment
 * of a data set, an A-RELEASE-RQ.
 */
export function playedPeer(answers: readonly Uint8Array[], options: PlayedOptions = {}): PlayedPeer {
  return new PlayedPeer(answers, options);
}

export class PlayedPeer implements Duplex {
  readonly #answers: Uint8Array[];
  readonly #options: PlayedOptions;
  readonly #framer = new PduFramer(1 << 20);
  #said: number[] = [];
  #delivered = 0;
  #wake = () => {};
  /** Type of every PDU that the requestor has written. */
  readonly pduTypes: number[] = [];
  isDestroyed = false;
  #isAborted = false;

  constructor(answers: readonly Uint8Array[], options: PlayedOptions) {
    this.#answers = [...answers];
    this.#options = options;
  }

  async read(into: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.isDestroyed) throw new Error("read after the end");
      const left = (this.#options.endAfterBytes ?? Infinity) - this.#delivered;
      if (left <= 0 || this.#isAborted) return null;
      if (this.#said.length > 0) {
        const most = Math.min(into.length, this.#options.readBytes ?? into.length, left);
        const bytes = this.#said.splice(0, most);
        into.set(bytes);
        this.#delivered += bytes.length;
        return bytes.length;
      }
      const said = await this.#somethingSaid();
      if (!said && this.#options.endWhenDry) return null;
    }
  }

  /** False when nothing was said by the time everything else had its turn. */
  async #somethingSaid(): Promise<boolean> {
    let timer: number | undefined;
    const woken = new Promise<boolean>((resolve) => {
      this.#wake = () => resolve(true);
      if (this.#options.endWhenDry) timer = setTimeout(() => resolve(false), 0);
    });
    const said = await woken;
    clearTimeout(timer);
    return said;
  }

  async write(from: Uint8Array): Promise<number> {
    await Promise.resolve();
    if (this.isDestroyed) throw new Error("write after the end");
    const space = this.#framer.space();
    const taken = Math.min(from.length, this.#options.writeBytes ?? from.length, space.length);
    space.set(from.subarray(0, taken));
    this.#framer.filled(taken);
    for (let pdu = this.#framer.next(); pdu !== undefined; pdu = this.#framer.next()) {
      if (!(pdu instanceof Uint8Array)) throw new Error("the requestor writes no PDUs");
      this.#hear(pdu);
    }
    return taken;
  }

  #hear(pdu: Uint8Array): void {
    const [type = 0] = pdu;
    this.pduTypes.push(type);
    this.#isAborted ||= type === 7;
    const isTurn = type === 1 || type === 5 || (type === 4 && pdu[11] === 2);
    if (isTurn) this.#said.push(...this.#answers.shift() ?? []);
    this.#wake();
  }

  quickAck(): void {}

  destroy(): void {
    this.isDestroyed = true;
    this.#wake();
  }
}
