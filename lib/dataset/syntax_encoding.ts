/** How a transfer syntax encodes the headers of a data set, PS3.5 Annex A, and back. */

import {
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  type TransferSyntax,
} from "../dicom/transfer_syntaxes.ts";
import type { Encoding } from "./element.ts";

/** The encoding of a data set in that transfer syntax, once inflated. */
export function encodingOf(syntax: TransferSyntax): Encoding {
  if (!syntax.explicit) return "implicitLittle";
  return syntax.bigEndian ? "explicitBig" : "explicitLittle";
}

/** The transfer syntax of a data set in that encoding with native pixel data. */
export function nativeSyntaxUidOf(encoding: Encoding): string {
  switch (encoding) {
    case "implicitLittle":
      return IMPLICIT_LITTLE_ENDIAN;
    case "explicitLittle":
      return EXPLICIT_LITTLE_ENDIAN;
    case "explicitBig":
      return EXPLICIT_BIG_ENDIAN;
  }
}
