/** Two lists of lines beside each other. */

/** A line that only one side has: "-" DCMTK's, "+" ours. */
export interface OneSided {
  readonly side: "-" | "+";
  readonly line: string;
}

/** What is not common to both, by a longest common subsequence. */
export function oneSided(theirs: readonly string[], ours: readonly string[]): OneSided[] {
  let from = 0;
  while (from < theirs.length && from < ours.length && theirs[from] === ours[from]) from++;
  let [a, b] = [theirs.length, ours.length];
  while (a > from && b > from && theirs[a - 1] === ours[b - 1]) [a, b] = [a - 1, b - 1];
  return differing(theirs.slice(from, a), ours.slice(from, b));
}

function differing(a: readonly string[], b: readonly string[]): OneSided[] {
  const width = b.length + 1;
  // lengths[i * width + j]: of the longest common subsequence of a from i on and b from j on
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: OneSided[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) [i, j] = [i + 1, j + 1];
    else if (j === b.length || i < a.length && at(i + 1, j) >= at(i, j + 1)) {
      found.push({ side: "-", line: a[i++] ?? "" });
    } else found.push({ side: "+", line: b[j++] ?? "" });
  }
  return found;
}
