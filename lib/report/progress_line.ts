/** One line of progress, as wide as there is room for. */

import { printable } from "../log/printable.ts";
import { bytesText, secondsText } from "./quantity.ts";

export interface ProgressFacts {
  readonly doneFiles: number;
  readonly totalFiles: number;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly bytesPerSecond: number;
  readonly failures: number;
  /** Path of the file that is being sent; "" before the first. */
  readonly current: string;
}

/** A name cut down to less says nothing. */
const LEAST_NAME_COLUMNS = 12;

const SEPARATOR = "  ";

/** There is room for what is only convenient. */
const WIDE_COLUMNS = 100;

/** Says the most important things first and leaves out what does not fit. */
export function layOut(facts: ProgressFacts, columns: number): string {
  const { doneFiles, totalFiles, doneBytes, totalBytes, bytesPerSecond, failures, current } = facts;
  // [rank, text] in the order they are shown; the lower the rank, the longer it stays.
  const parts: (readonly [number, string])[] = [
    [0, `${doneFiles}/${totalFiles} ${totalFiles === 1 ? "file" : "files"}`],
    [2, totalBytes === undefined ? bytesText(doneBytes) : shareText(doneBytes, totalBytes, columns)],
    [4, `${bytesText(Math.round(bytesPerSecond))}/s`],
  ];
  const left = secondsLeft(facts);
  if (left !== undefined) parts.push([3, `${secondsText(left).replace(/\.\d s/, " s")} left`]);
  if (failures > 0) parts.push([1, `${failures} failed`]);
  const byRank = parts.toSorted(([a], [b]) => a - b);
  const fitting = new Set<string>();
  let room = columns;
  for (const [rank, text] of byRank) {
    const needed = text.length + (rank === 0 ? 0 : SEPARATOR.length);
    if (needed > room) break;
    room -= needed;
    fitting.add(text);
  }
  const shown = parts.map(([, text]) => text).filter((text) => fitting.has(text));
  room -= SEPARATOR.length;
  if (current !== "" && shown.length === parts.length && room >= LEAST_NAME_COLUMNS) {
    shown.push(cutFront(printable(current), room));
  }
  return shown.join(SEPARATOR);
}

/** While nothing is sent yet. */
export function layOutLooking(count: number, columns: number): string {
  const line = `looking at the files: ${count}`;
  return line.length > columns ? "" : line;
}

/** "0.3/20.1 GB (1%)", or without the percentage where room is scarce. */
function shareText(doneBytes: number, totalBytes: number, columns: number): string {
  const [done, total] = [bytesText(doneBytes), bytesText(totalBytes)];
  const [value = "", unit] = done.split(" ");
  const share = totalBytes > 0 && columns >= WIDE_COLUMNS
    ? ` (${Math.floor(doneBytes / totalBytes * 100)}%)`
    : "";
  return `${total.endsWith(` ${unit}`) ? value : done}/${total}${share}`;
}

function secondsLeft(
  { doneFiles, totalFiles, doneBytes, totalBytes, bytesPerSecond }: ProgressFacts,
): number | undefined {
  if (totalBytes === undefined || bytesPerSecond < 1 || doneFiles >= totalFiles) return undefined;
  const seconds = (totalBytes - doneBytes) / bytesPerSecond;
  return seconds < 100 * 3600 ? seconds : undefined;
}

/** The end of a text, no wider than so many columns. */
function cutFront(text: string, columns: number): string {
  const characters = [...text];
  const widths = characters.map(columnsOf);
  let total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= columns) return text;
  let from = 0;
  while (total > columns - 3 && from < characters.length) total -= widths[from++] ?? 0;
  return `...${characters.slice(from).join("")}`;
}

/** East Asian characters take two columns; so may anything else beyond Latin, Greek and Cyrillic. */
function columnsOf(character: string): number {
  return (character.codePointAt(0) ?? 0) < 0x0590 ? 1 : 2;
}
