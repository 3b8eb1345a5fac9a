import type { ByteSource } from "../bytes/source.ts";
import { cannotInflate } from "./structure_faults.ts";
import { OUTPUT_BYTES } from "./zlib_output.ts";
import { ZlibSource } from "./zlib_source.ts";

/** "raw": RFC 1951, as in a deflated data set (PS3.5 A.5) or a zip file; "gzip": RFC 1952. */
export type Wrapping = "raw" | "gzip";

/** What is shorter comes from a pool that other buffers are in, too. */
const LEAST_OUTPUT_BYTES = 4096;

/** What is inside a deflate stream. */
export class InflatedSource extends ZlibSource {
  /**
   * @param what for messages: "the data set of a.dcm"
   * @param expectedBytes how much will come out of it, as far as anybody knows
   */
  constructor(source: ByteSource, what: string, wrapping: Wrapping = "raw", expectedBytes = Infinity) {
    super(source, {
      open({ createGunzip, createInflateRaw }) {
        const create = wrapping === "gzip" ? createGunzip : createInflateRaw;
        return create({ chunkSize: Math.max(LEAST_OUTPUT_BYTES, Math.min(OUTPUT_BYTES, expectedBytes)) });
      },
      explain: (cause) => cannotInflate(what, cause),
      padded: false,
    });
  }
}
