/** The bytes of a data set that pass unchanged must be even in number, because fragments are (PS3.8 annex E). */

import type { ByteSource } from "../bytes/source.ts";
import { transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";
import { Fault } from "../errors.ts";
import type { Survey } from "./survey_result.ts";

/** `source` as it is, if it is known to be even; otherwise the end will tell. */
export function madeEven(source: ByteSource, name: string, found: Survey): ByteSource {
  const { dataSetLengthBytes, transferSyntax } = found;
  if (dataSetLengthBytes !== undefined && dataSetLengthBytes % 2 === 0) return source;
  return new EvenSource(source, name, transferSyntaxOf(transferSyntax)?.deflated === true);
}

/** A deflated data set may have a zero behind it (PS3.5 A.5); of others an element is odd, and its header has gone already. */
class EvenSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #name: string;
  readonly #padded: boolean;
  #isOdd = false;

  constructor(source: ByteSource, name: string, padded: boolean) {
    this.#source = source;
    this.#name = name;
    this.#padded = padded;
  }

  get ended(): boolean {
    return this.#source.ended && !this.#isOdd;
  }

  fill(into: Uint8Array): number | Promise<number> {
    const filled = this.#source.ended ? 0 : this.#source.fill(into);
    return typeof filled === "number" ? this.#pad(into, filled) : filled.then((n) => this.#pad(into, n));
  }

  #pad(into: Uint8Array, lengthBytes: number): number {
    this.#isOdd = this.#isOdd !== (lengthBytes % 2 !== 0);
    if (!this.#isOdd || !this.#source.ended) return lengthBytes;
    if (!this.#padded) throw this.#hasOddElement();
    if (lengthBytes === into.length) return lengthBytes;
    into[lengthBytes] = 0;
    this.#isOdd = false;
    return lengthBytes + 1;
  }

  #hasOddElement(): Fault {
    return new Fault("input", "it has a data element of odd length, which came too late to be padded", {
      file: this.#name,
      code: "0001:0004",
      remedy:
        "save it as a file, of an archive unpack it: in a file it is found, and padded, before it is sent",
    });
  }

  close(): void {
    this.#source.close();
  }
}
