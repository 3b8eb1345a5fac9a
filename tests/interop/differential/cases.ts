/** All cases of the differential test. */

import type { Case } from "./case.ts";
import { ASSOCIATION } from "./cases/association.ts";
import { COMMAND_LINE } from "./cases/command_line.ts";
import { CONFIGURATION } from "./cases/configuration.ts";
import { INPUT } from "./cases/input.ts";
import { PROPOSAL } from "./cases/proposal.ts";

export const CASES: readonly Case[] = [
  ...COMMAND_LINE,
  ...INPUT,
  ...PROPOSAL,
  ...ASSOCIATION,
  ...CONFIGURATION,
];
