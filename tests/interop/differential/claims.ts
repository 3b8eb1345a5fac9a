/** Holds what is different against the differences that a case names. */

import type { OneSided } from "./compare.ts";
import { type Difference, type DifferenceName, DIFFERENCES } from "./differences.ts";

export interface Claims {
  /** What no named difference accounts for. */
  readonly unclaimed: readonly OneSided[];
  /** Named differences that account for nothing. */
  readonly idle: readonly DifferenceName[];
}

export function claim(differing: readonly OneSided[], names: readonly DifferenceName[]): Claims {
  const active = new Set<DifferenceName>();
  const unclaimed = differing.filter((one) => {
    const claimants = names.filter((name) => accountsFor(DIFFERENCES[name], one, differing));
    for (const name of claimants) active.add(name);
    return claimants.length === 0;
  });
  return { unclaimed, idle: names.filter((name) => !active.has(name)) };
}

function accountsFor(
  { theirs = [], ours = [], goesOn = false }: Difference,
  one: OneSided,
  all: readonly OneSided[],
): boolean {
  if ((one.side === "-" ? theirs : ours).some((pattern) => matchesWhole(pattern, one.line))) return true;
  return goesOn && all.some((other) =>
    other.side !== one.side &&
    (one.side === "-" ? isContinued(one.line, other.line) : isContinued(other.line, one.line))
  );
}

/** Ours begins with all that theirs says, or with all up to the code of a condition. */
function isContinued(theirs: string, ours: string): boolean {
  const code = /^.*? [0-9a-f]{4}:[0-9a-f]{4} /.exec(theirs)?.[0];
  return ours.startsWith(`${theirs}: `) || code !== undefined && ours.startsWith(code);
}

function matchesWhole({ source }: RegExp, line: string): boolean {
  return new RegExp(`^(?:${source})$`).test(line);
}
