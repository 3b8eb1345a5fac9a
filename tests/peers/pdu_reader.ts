/** Reads what a peer under test sends: whole PDUs, and every byte of them kept. */

import { decodePdu } from "../../lib/pdu/decode.ts";
import type { MalformedPdu, Pdu } from "../../lib/pdu/types.ts";

export type ReadPdu = Pdu | MalformedPdu;

export class PduReader {
  readonly #connection: Deno.Conn;
  readonly #parts: Uint8Array[] = [];
  #held = new Uint8Array();
  /** Every PDU so far, in order. */
  readonly pdus: ReadPdu[] = [];

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Every byte so far, whole PDUs or not. */
  bytes(): Uint8Array {
    return concat(this.#parts);
  }

  /** The next PDU, whatever is in it; undefined when the sender has closed or reset the connection. */
  async next(): Promise<ReadPdu | undefined> {
    for (;;) {
      if (this.#held.length >= 6) {
        const end = 6 + new DataView(this.#held.buffer, this.#held.byteOffset).getUint32(2);
        if (this.#held.length >= end) {
          const pdu = decodePdu(this.#held.slice(0, end));
          this.#held = this.#held.subarray(end);
          this.pdus.push(pdu);
          return pdu;
        }
      }
      if (!await this.#read()) return undefined;
    }
  }

  async #read(): Promise<boolean> {
    const space = new Uint8Array(64 * 1024);
    let lengthBytes: number | null;
    try {
      lengthBytes = await this.#connection.read(space);
    } catch {
      return false; // reset, or closed by this side while reading
    }
    if (lengthBytes === null) return false;
    const part = space.slice(0, lengthBytes);
    this.#parts.push(part);
    this.#held = this.#held.length === 0 ? part : concat([this.#held, part]);
    return true;
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
