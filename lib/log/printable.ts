/** What others send us, and how files are named, made fit for a log. */

/** Without what would forge log lines or steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ".");
}

/** One line, or several. */
export type Lines = string | readonly string[];

/** With line breaks between the lines and nowhere else, whatever they hold. */
export function printableLines(lines: Lines): string {
  return typeof lines === "string" ? printable(lines) : lines.map(printable).join("\n");
}
