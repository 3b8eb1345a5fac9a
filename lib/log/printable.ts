/** What others send us, made fit for a log. */

/** Without what would forge log lines or steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ".");
}
