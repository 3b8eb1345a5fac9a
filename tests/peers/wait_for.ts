/** Waiting for something that will be true soon, bounded. */

/**
 * Asks again and again until `condition` gives something other than undefined or false, and answers that.
 * @throws Error naming `what` when that does not happen in time.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutSeconds = 20,
): Promise<T> {
  const end = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${timeoutSeconds} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
