import type { ByteSource } from "../bytes/source.ts";
import { Fault } from "../errors.ts";
import { OUTPUT_BYTES } from "./zlib_output.ts";
import { ZlibSource } from "./zlib_source.ts";

/** A data set as a raw deflate stream, padded to an even length (PS3.5 A.5). */
export class DeflatedSource extends ZlibSource {
  /** @param level 0 (stored) to 9, undefined for zlib's own choice */
  constructor(source: ByteSource, level: number | undefined) {
    super(source, {
      open: ({ createDeflateRaw }) => createDeflateRaw({ level: level ?? -1, chunkSize: OUTPUT_BYTES }),
      explain: (cause) => new Fault("bug", `cannot deflate a data set: ${cause.message}`, { cause }),
      padded: true,
    });
  }
}
