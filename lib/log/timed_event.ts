/** What a layout is given, and the parts of a line that all layouts write the same. */

import type { Level, LogEvent } from "./log.ts";

/** An event and when it happened. */
export interface TimedEvent extends LogEvent {
  readonly epochMilliseconds: number;
}

/** Answers the whole text, line end included. */
export type Layout = (event: TimedEvent) => string;

/** DCMTK's name of a level: "WARN". */
export function levelName(level: Level): string {
  return level.toUpperCase();
}

/** Since the start of the process. */
export function runMilliseconds(): number {
  return Math.round(performance.now());
}
