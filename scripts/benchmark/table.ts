/** What was measured, as a table: for the terminal and for README the same. */

import { median } from "./measured.ts";
import type { SenderName } from "./senders.ts";

/** What one sender needed for one workload, in every round. */
export interface Result {
  readonly workload: string;
  readonly peer: string;
  readonly sender: SenderName;
  readonly seconds: readonly number[];
  readonly peakMemoryBytes: number;
}

/** Where and when. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly versions: readonly string[];
  readonly rounds: number;
  /** What was left out, and why. */
  readonly remarks: readonly string[];
}

const COLUMNS = ["work", "peer", "sender", "seconds", "ratio", "memory"];

/** One line for each result; `ratio` is how many times as long as the first sender of its workload it took. */
export function tableLines(results: readonly Result[]): string[] {
  const rows = results.map((result, index) => {
    const { workload, peer, sender, seconds, peakMemoryBytes } = result;
    const first = results.find((other) => other.workload === workload && other.peer === peer) ?? result;
    const isNew = results[index - 1]?.workload !== workload || results[index - 1]?.peer !== peer;
    const ratio = median(seconds) / median(first.seconds);
    return [
      isNew ? workload : "",
      isNew ? peer : "",
      sender,
      median(seconds).toFixed(3),
      result === first ? "1" : ratio.toFixed(ratio < 10 ? 2 : 0),
      peakMemoryBytes === 0 ? "" : `${Math.round(peakMemoryBytes / 1e6)} MB`,
    ];
  });
  const widths = COLUMNS.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)
      ).join(" | ")
    } |`;
  const rule = `|${
    widths.map((width, column) => "-".repeat(width + 1) + (column < 3 ? "-" : ":")).join("|")
  }|`;
  return [line(COLUMNS), rule, ...rows.map(line)];
}

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

/** README's text with the table between its markers. @throws Error when they are not there. */
export function withTable(text: string, results: readonly Result[], facts: Circumstances): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no lines ${BEGIN} and ${END}`);
  const lines = [
    `Measured on ${facts.date} with \`sh scripts/bench\` (medians of ${facts.rounds} rounds, the senders in turn): ` +
    `${facts.machine}; ${
      facts.versions.join(", ")
    }. "ratio" is how many times as long as this program a sender ` +
    'took; "floor" is a loop in C that makes the same system calls and nothing else.',
    "",
    ...tableLines(results),
    ...facts.remarks.flatMap((remark) => ["", remark]),
  ];
  return `${text.slice(0, begin + BEGIN.length)}\n${lines.join("\n")}\n${text.slice(end)}`;
}
