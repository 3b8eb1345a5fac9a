/** Holds what is different against the differences that a case names. */

import { type Difference, type DifferenceName, DIFFERENCES } from "./differences.ts";
import type { OneSided } from "./compare.ts";

export interface Claims {
  /** What no named difference accounts for. */
  readonly unclaimed: readonly OneSided[];
  /** Named differences that account for nothing. */
  readonly idle: readonly DifferenceName[];
}

export function claim(differing: readonly OneSided[], names: readonly DifferenceName[]): Claims {
  const active = new Set<DifferenceName>();
  const unclaimed = differing.filter(({ side, line }) => {
    const claimants = names.filter((name) => {
      const { theirs = [], ours = [] }: Difference = DIFFERENCES[name];
      return (side === "-" ? theirs : ours).some((pattern) => matchesWhole(pattern, line));
    });
    for (const name of claimants) active.add(name);
    return claimants.length === 0;
  });
  return { unclaimed, idle: names.filter((name) => !active.has(name)) };
}

function matchesWhole({ source }: RegExp, line: string): boolean {
  return new RegExp(`^(?:${source})$`).test(line);
}
