/** What a timer can count: with more it strikes at once. */
const MOST_MS = 2 ** 31 - 1;

/** Strikes when so much time has passed, or after 24 days; undefined for no limit. */
export function timeLimit(seconds: number | undefined): AbortSignal | undefined {
  return seconds === undefined ? undefined : AbortSignal.timeout(Math.min(MOST_MS, seconds * 1000));
}
