import type { ByteSource } from "../bytes/source.ts";
import { Fault } from "../errors.ts";
import { OUTPUT_BYTES } from "./zlib_output.ts";
import { ZlibSource } from "./zlib_source.ts";

/** "raw": RFC 1951, as in a deflated data set (PS3.5 A.5) or a zip file; "gzip": RFC 1952. */
export type Wrapping = "raw" | "gzip";

/** What is inside a deflate stream. */
export class InflatedSource extends ZlibSource {
  /** @param what for messages: "the data set of a.dcm" */
  constructor(source: ByteSource, what: string, wrapping: Wrapping = "raw") {
    super(source, {
      open({ createGunzip, createInflateRaw }) {
        const create = wrapping === "gzip" ? createGunzip : createInflateRaw;
        return create({ chunkSize: OUTPUT_BYTES });
      },
      explain: (cause) => cannotInflate(what, cause),
      padded: false,
    });
  }
}

export function cannotInflate(what: string, cause: Error): Fault {
  return new Fault("input", `cannot inflate ${what}: ${cause.message}`, {
    code: "0001:000a",
    remedy: "the file is truncated or damaged: copy or export it again",
    cause,
  });
}
