/** What others send us, made fit for a log. */

/** Without what would forge log lines or steer a terminal. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, ".");
}
