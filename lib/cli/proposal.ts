/** Which transfer syntaxes each --propose option stands for. */

import {
  DEFLATED_LITTLE_ENDIAN,
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
} from "../dicom/transfer_syntaxes.ts";
import type { OptionName } from "./options.ts";
import type { ProposalWish } from "./settings.ts";

type ProposalOption = Extract<OptionName, `--propose-${string}`>;

/** Every machine that Deno runs on is little endian. */
const PREFERRED: Readonly<Record<ProposalOption, string>> = {
  "--propose-uncompr": EXPLICIT_LITTLE_ENDIAN,
  "--propose-little": EXPLICIT_LITTLE_ENDIAN,
  "--propose-big": EXPLICIT_BIG_ENDIAN,
  "--propose-implicit": IMPLICIT_LITTLE_ENDIAN,
  "--propose-lossless": "1.2.840.10008.1.2.4.70",
  "--propose-jpeg8": "1.2.840.10008.1.2.4.50",
  "--propose-jpeg12": "1.2.840.10008.1.2.4.51",
  "--propose-j2k-lossless": "1.2.840.10008.1.2.4.90",
  "--propose-j2k-lossy": "1.2.840.10008.1.2.4.91",
  "--propose-jls-lossless": "1.2.840.10008.1.2.4.80",
  "--propose-jls-lossy": "1.2.840.10008.1.2.4.81",
  "--propose-mpeg2": "1.2.840.10008.1.2.4.100",
  "--propose-mpeg2-high": "1.2.840.10008.1.2.4.101",
  "--propose-mpeg4": "1.2.840.10008.1.2.4.102",
  "--propose-mpeg4-bd": "1.2.840.10008.1.2.4.103",
  "--propose-mpeg4-2-2d": "1.2.840.10008.1.2.4.104",
  "--propose-mpeg4-2-3d": "1.2.840.10008.1.2.4.105",
  "--propose-mpeg4-2-st": "1.2.840.10008.1.2.4.106",
  "--propose-hevc": "1.2.840.10008.1.2.4.107",
  "--propose-hevc10": "1.2.840.10008.1.2.4.108",
  "--propose-rle": "1.2.840.10008.1.2.5",
  "--propose-deflated": DEFLATED_LITTLE_ENDIAN,
};

const UNCOMPRESSED = [EXPLICIT_LITTLE_ENDIAN, EXPLICIT_BIG_ENDIAN, IMPLICIT_LITTLE_ENDIAN];

/** Implicit VR, which every peer must take anyway, and the video ones are proposed alone. */
function standsAlone(option: ProposalOption): boolean {
  return option === "--propose-implicit" || /-(mpeg|hevc)/.test(option);
}

/** The proposal of an option; the default one for `undefined` or an option of another kind. */
export function proposalOf(option: OptionName | undefined): ProposalWish {
  const name = isProposal(option) ? option : "--propose-uncompr";
  const preferred = PREFERRED[name];
  const exclusive = standsAlone(name);
  const fallback = exclusive ? [] : UNCOMPRESSED.filter((uid) => uid !== preferred);
  return { option: name, preferred, fallback, exclusive };
}

function isProposal(option: OptionName | undefined): option is ProposalOption {
  return option !== undefined && Object.hasOwn(PREFERRED, option);
}
