import type { Event } from "./events.ts";

/** A way to write events down one by one, so that none needs to be kept. */
export interface ReportFormat {
  /** How every report in it begins, in all versions of this program. */
  readonly signature: string;
  /** Of the run that is told in a report with this beginning; undefined if that cannot be found out. */
  taskOf(beginning: string): string | undefined;
  /** What is appended for an event. */
  text(event: Event): string;
  /** In the end: what replaces the beginning of the file, as many bytes as the run event made of it. */
  beginning?(): string;
}
