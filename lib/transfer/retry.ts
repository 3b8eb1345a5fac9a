/** How long to wait before trying again. */

export interface RetryLimits {
  /** Tries after the first, for what may pass by itself. */
  readonly retries: number;
  /** Wait before the first of them; doubled for each further one. */
  readonly retryDelaySeconds: number;
}

const LONGEST_SECONDS = 60;

/** Doubling from the first delay, at most a minute, with up to a quarter off so that senders do not march in step. */
export function backoffMs(
  { retryDelaySeconds }: RetryLimits,
  failures: number,
  random = Math.random,
): number {
  const seconds = Math.min(LONGEST_SECONDS, retryDelaySeconds * 2 ** failures);
  return seconds * 1000 * (1 - random() / 4);
}
