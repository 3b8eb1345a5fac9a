/** What both programs are given, and in what they may differ. */

import type { DifferenceName } from "./differences.ts";
import type { CasePeer } from "./peers.ts";

export interface Case {
  /** The arguments; `$` stands for the peer's host and port, quotes keep blanks in one argument. */
  readonly args: string;
  /** Default: one that takes and stores everything. */
  readonly peer?: CasePeer;
  readonly env?: Readonly<Record<string, string>>;
  /** Differences that there must be; all else must be the same. */
  readonly differs?: readonly DifferenceName[];
  /** Lines that are accidental and not compared: how much was on its way when the peer aborted. */
  readonly accidental?: RegExp;
  /** Differences that there may be, as DCMTK has it at the moment: its exit code after a lost association is accidental. */
  readonly mayDiffer?: readonly DifferenceName[];
}

export function nameOf({ args, peer, env }: Case): string {
  const variables = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value} `).join("");
  return `${variables}storescu ${args}${peer?.name ? `, peer ${peer.name}` : ""}`;
}
