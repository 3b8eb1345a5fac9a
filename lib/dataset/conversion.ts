/** Which transfer syntaxes a data set can be converted to without touching its pixels. */

import { longNameOf, transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";

/** What decides, beside the two transfer syntaxes; see Survey. */
export interface PixelFacts {
  readonly hasPixelData: boolean;
  /** Pixel Data are there as fragments, PS3.5 A.4. */
  readonly encapsulated: boolean;
  /** Something else is, such as an icon. */
  readonly fragmentsElsewhere?: boolean;
  /** False when the data set has to be written anew even in its own transfer syntax. */
  readonly passesThrough?: boolean;
}

/** The bytes can go as they are; they must and can be converted; or that is impossible, and why. */
export type Conversion = "none" | "possible" | { readonly refused: string };

/**
 * What it takes to send a data set of transfer syntax `from` in transfer syntax `to` (both UIDs). A data set without
 * Pixel Data has nothing to be compressed, so that every explicit VR little endian syntax is the same to it.
 */
export function conversion(from: string, to: string, facts: PixelFacts): Conversion {
  if (from === to) return facts.passesThrough === false ? "possible" : "none";
  const source = transferSyntaxOf(from);
  const target = transferSyntaxOf(to);
  const unknown = source === undefined ? from : target === undefined ? to : undefined;
  if (unknown !== undefined) {
    return refused(from, to, `${unknown} is not a known transfer syntax`, "propose the one of the file");
  }
  if (facts.fragmentsElsewhere === true && !target?.encapsulated) {
    const why = "it holds something compressed, such as an icon, and this program has no decoder for that";
    return refused(from, to, why, "propose the one of the file");
  }
  const compressed = source?.encapsulated === true || target?.encapsulated === true;
  if (compressed && facts.hasPixelData) {
    const remedy = facts.encapsulated
      ? `propose ${longNameOf(from)} for this SOP class, or decompress the file before`
      : "propose an uncompressed transfer syntax for this SOP class as well";
    const why = facts.encapsulated
      ? "its pixel data are compressed and this program has no decoder for them"
      : "this program does not compress pixel data";
    return refused(from, to, why, remedy);
  }
  return "possible";
}

function refused(from: string, to: string, why: string, remedy: string): Conversion {
  return {
    refused: `unable to convert dataset from '${longNameOf(from)}' transfer syntax to '${longNameOf(to)}': ` +
      `${why}; ${remedy}`,
  };
}
