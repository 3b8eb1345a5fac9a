import type { ByteSource } from "../bytes/source.ts";
import { cannotInflate } from "./structure_faults.ts";
import { OUTPUT_BYTES } from "./zlib_output.ts";
import { ZlibSource } from "./zlib_source.ts";

/** What has been deflated: a data set (PS3.5 A.5) or the member of a zip file, RFC 1951; or all of a gzip file, RFC 1952. */
export type Deflated = "dataSet" | "zipMember" | "gzip";

/** What is shorter comes from a pool that other buffers are in, too. */
const LEAST_OUTPUT_BYTES = 4096;

/** What is inside a deflate stream. */
export class InflatedSource extends ZlibSource {
  /**
   * @param name of the file, for messages
   * @param expectedBytes how much will come out of it, as far as anybody knows
   */
  constructor(source: ByteSource, name: string, what: Deflated, expectedBytes = Infinity) {
    super(source, {
      open({ createGunzip, createInflateRaw }) {
        const create = what === "gzip" ? createGunzip : createInflateRaw;
        return create({ chunkSize: Math.max(LEAST_OUTPUT_BYTES, Math.min(OUTPUT_BYTES, expectedBytes)) });
      },
      explain: (cause) => cannotInflate(name, what === "dataSet" ? "its data set" : "it", cause),
      padded: false,
    });
  }
}
