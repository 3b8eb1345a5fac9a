/**
 * A data set on its way into another transfer syntax, with edits: the one entrance to the converter.
 *
 * How this works: input -> [inflate] -> transcode and edit -> [deflate] -> consumer, each a ByteSource that pulls from
 * the one before. Whether a conversion is possible at all is for conversion.ts to say.
 */

import type { ByteSource } from "../bytes/source.ts";
import { builtInDictionary, type Dictionary } from "../dicom/dictionary.ts";
import { type TransferSyntax, transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";
import { DeflatedSource } from "./deflating.ts";
import { type Edit, layOut } from "./edits.ts";
import type { Encoding } from "./element.ts";
import { InflatedSource } from "./inflating.ts";
import type { LateElements } from "./late_elements.ts";
import { encodingOf } from "./syntax_encoding.ts";
import { Transcoder } from "./transcoder.ts";

export interface ConvertOptions {
  /** Of the file, for messages. */
  readonly name: string;
  /** Where the data set starts in the file, for messages. */
  readonly startOffset?: number;
  /** UIDs of the transfer syntax the data set is in and of the one it shall be in. They may be the same. */
  readonly from: string;
  readonly to: string;
  /** How the headers really are encoded, where that is not as `from` asks. */
  readonly encoding?: Encoding;
  /** In the order in which they count. */
  readonly edits?: readonly Edit[];
  /** False: VRs that came after 1993 are written as OB (--disable-new-vr). */
  readonly newVr?: boolean;
  /** 0 to 9 (--compression-level). */
  readonly deflateLevel?: number | undefined;
  /** Take blanks out of UIDs (--uid-padding). */
  readonly repairUids?: boolean;
  /** (0028,0103) if it is known: some elements that depend on it come before it. */
  readonly pixelRepresentation?: number;
  readonly dictionary?: Dictionary | undefined;
  /** What can begin like a sequence by chance is none; see Survey. */
  readonly deceptive?: boolean;
  /** Elements that are not in tag order, as far as they are known; see Survey. */
  readonly late?: LateElements | undefined;
}

/**
 * `input`, the bytes of a data set as they are in the file, converted. Takes possession of it. Filling the answer
 * throws Fault "input" where the input is not a whole data set; closing it closes `input`.
 */
export function convert(input: ByteSource, options: ConvertOptions): ByteSource {
  const { name, from, to } = options;
  const source = transferSyntaxOf(from);
  const target = transferSyntaxOf(to);
  const encoding = options.encoding ?? expectedEncoding(source);
  const inflated = source?.deflated === true;
  const transcoded = new Transcoder(inflated ? new InflatedSource(input, name, "dataSet") : input, {
    name,
    inflated,
    startOffset: inflated ? 0 : options.startOffset ?? 0,
    encoding,
    target: {
      // An unknown transfer syntax is only written as it was.
      explicit: target?.explicit ?? encoding !== "implicitLittle",
      bigEndian: target?.bigEndian ?? encoding === "explicitBig",
      newVr: options.newVr ?? true,
    },
    dictionary: options.dictionary ?? builtInDictionary(),
    edits: layOut(options.edits ?? []),
    pixelRepresentation: options.pixelRepresentation ?? 0,
    // In its own transfer syntax whatever is there may stay.
    encapsulated: from === to || (target?.encapsulated ?? true),
    deceptive: options.deceptive ?? false,
    late: options.late,
    swapsPixels: (source?.bigEndianPixels ?? false) !== (target?.bigEndianPixels ?? false),
    repairUids: options.repairUids ?? false,
  });
  return target?.deflated === true ? new DeflatedSource(transcoded, options.deflateLevel) : transcoded;
}

/** Unknown transfer syntaxes are explicit VR little endian, as PS3.5 10.1 asks of all that are not the default. */
function expectedEncoding(syntax: TransferSyntax | undefined): Encoding {
  return syntax === undefined ? "explicitLittle" : encodingOf(syntax);
}
