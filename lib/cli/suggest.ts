/** "Did you mean": the names in the table that look most like one that is not. */

import { allOptions, findOption } from "./options.ts";

/** A hint for an unknown option as typed. */
export function hintFor(typed: string): string {
  const [name = ""] = typed.split("=", 1);
  if (name !== typed && findOption(name) !== undefined) {
    return `a value is an argument of its own: ${name} ${typed.slice(name.length + 1)}`;
  }
  if (typed === "--") {
    return "there is no end-of-options mark; write ./-name for a file whose name starts like an option";
  }
  const near = nearestOptions(typed);
  return near.length === 0 ? "--help lists all options" : `did you mean ${near.join(" or ")}?`;
}

/** More than these are no help. */
const MOST_NAMES = 4;

/** Less than any difference in letters. */
const OTHER_SIGN = 0.25;

/**
 * The names nearest to what was typed, none where there are too many: those that begin with it, or differ least and
 * little, or, where there is neither, contain it. Case does not count, and signs little: who types -cl means +cl.
 */
export function nearestOptions(typed: string): string[] {
  const word = bareName(typed);
  if (word === "") return [];
  const names = allOptions().flatMap(({ short, long }) => short === undefined ? [long] : [long, short]);
  const scored = names.map((name) => ({
    name,
    distance: distanceBetween(word, bareName(name)) +
      (/^[-+]/.test(typed) && name[0] !== typed[0] ? OTHER_SIGN : 0),
  }));
  const least = Math.min(...scored.map((entry) => entry.distance));
  const near = least <= mostDifferences(word) + OTHER_SIGN
    ? scored.filter((entry) => entry.distance === least)
    : scored.filter((entry) => word.length > 2 && entry.name.includes(word));
  return near.length > MOST_NAMES ? [] : near.map((entry) => entry.name);
}

/** The one of these words that was meant, if one comes near enough. */
export function nearestWord(typed: string, words: Iterable<string>): string | undefined {
  const word = typed.toLowerCase();
  let least = mostDifferences(word);
  let nearest: string | undefined;
  for (const each of words) {
    if (Math.abs(each.length - word.length) > least) continue;
    const distance = editDistance(word, each.toLowerCase());
    if (distance > least || (distance === least && nearest !== undefined)) continue;
    [least, nearest] = [distance, each];
  }
  return nearest;
}

function mostDifferences(word: string): number {
  return word.length < 2 ? 0.5 : Math.max(1, Math.floor(word.length / 3));
}

function bareName(name: string): string {
  return name.replace(/^[-+]+/, "").toLowerCase();
}

function distanceBetween(word: string, name: string): number {
  return name.length > word.length && name.startsWith(word) ? 0.5 : editDistance(word, name);
}

/** Fewest insertions, deletions, replacements and swaps of neighbours that make `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + replaced,
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
