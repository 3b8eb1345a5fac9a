/** When a log file is put aside for a new one: by size, or with the calendar. */

import { systemText } from "../errors.ts";
import type { LogFile } from "./log_file.ts";
import type { Complain } from "./properties.ts";
import { strftime } from "./strftime.ts";

/** Smaller ones would be rolled all the time; log4cplus' limit. */
const MIN_ROLLING_BYTES = 200 * 1024;

/** "5MB", "500KB", "1GB" or a number of bytes, as bytes. */
export function rollingSizeBytes(text: string): number {
  const [, digits = "0", unit = ""] = /^\s*(\d+)\s*([KMG]B)?/i.exec(text) ?? [];
  const factor = { KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 }[unit.toUpperCase()] ?? 1;
  return Math.max(Number(digits) * factor, MIN_ROLLING_BYTES);
}

/** To be called after each text: FILE becomes FILE.1, FILE.1 becomes FILE.2 and so on to `backups`. */
export function rollBySize(file: LogFile, maxBytes: number, backups: number, complain: Complain): void {
  if (file.lengthBytes <= maxBytes) return;
  file.close();
  const aside = putAside(file.path, `${file.path}.1`, file.path, Math.max(backups, 1), complain);
  file.open(!aside);
}

/** How a file that is put aside is named after its time. */
const PERIODS: Readonly<Record<string, string>> = {
  MONTHLY: "%Y-%m",
  WEEKLY: "%Y-%W",
  DAILY: "%Y-%m-%d",
  TWICE_DAILY: "%Y-%m-%d-%p",
  HOURLY: "%Y-%m-%d-%H",
  MINUTELY: "%Y-%m-%d-%H-%M",
};

/** The strftime format of a schedule's periods; undefined if there is no such schedule. */
export function periodFormat(schedule: string): string | undefined {
  return PERIODS[schedule.toUpperCase()];
}

/** A file that becomes FILE.PERIOD when its period is over. */
export class CalendarRoll {
  readonly #file: LogFile;
  readonly #format: string;
  readonly #backups: number;
  readonly #complain: Complain;
  #period: string;
  #minute: number;

  /** `since`: when the file's present content began. */
  constructor(file: LogFile, format: string, since: number, backups: number, complain: Complain) {
    this.#file = file;
    this.#format = format;
    this.#backups = Math.max(backups, 1);
    this.#complain = complain;
    this.#period = strftime(format, since, false);
    this.#minute = minuteOf(since);
  }

  /** To be called before each text. */
  rollBefore(epochMilliseconds: number): void {
    // No period ends within a minute.
    if (minuteOf(epochMilliseconds) === this.#minute) return;
    this.#minute = minuteOf(epochMilliseconds);
    const period = strftime(this.#format, epochMilliseconds, false);
    if (period === this.#period) return;
    this.roll();
    this.#period = period;
  }

  /** Puts the file aside now. */
  roll(): void {
    this.#file.close();
    const target = `${this.#file.path}.${this.#period}`;
    const aside = putAside(this.#file.path, target, target, this.#backups, this.#complain);
    this.#file.open(!aside);
  }
}

function minuteOf(epochMilliseconds: number): number {
  return Math.floor(epochMilliseconds / 60_000);
}

/**
 * Renames `path` to `target`; what is there moves on to STEM.1, STEM.2 ... of which at most `backups` are kept. Answers
 * false if `path` is still there.
 */
function putAside(path: string, target: string, stem: string, backups: number, complain: Complain): boolean {
  // A device or a pipe has no past to be put aside.
  if (!isFile(path)) return true;
  const names = [target];
  for (let number = target === stem ? 1 : 2; number <= backups; number++) {
    if (!isFile(names[names.length - 1] ?? target)) break;
    names.push(`${stem}.${number}`);
  }
  // From the last to the first, so that each finds its place free, or overwrites the oldest.
  for (let i = names.length - 1; i > 0; i--) rename(names[i - 1] ?? "", names[i] ?? "", complain);
  return rename(path, target, complain);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function rename(from: string, to: string, complain: Complain): boolean {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    complain("ERROR", `Failed to rename file from ${from} to ${to}: ${systemText(error)}`);
    return false;
  }
  return true;
}
