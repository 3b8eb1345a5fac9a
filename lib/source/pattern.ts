/**
 * File name patterns as fnmatch(3) reads them with FNM_PATHNAME (POSIX.1 2.13, glibc's extensions): `*`, `?`, `[a-z]`,
 * `[!a]` or `[^a]`, `[[:digit:]]`, and `\` before a character that stands for itself. A leading dot is a character like any
 * other. Characters are code points.
 *
 * How this works: a pattern is taken apart once into parts that match one character each, and stars. Matching goes back
 * to the last star only, so that it takes no more than (length of pattern) x (length of name) steps.
 */

/** True for a character that this part of the pattern takes; "star" for any number of characters. */
type Part = ((character: string) => boolean) | "star";

/** Makes the test "does a base name match `pattern`?". */
export function patternTest(pattern: string): (name: string) => boolean {
  const parts = parse([...pattern]);
  return parts === undefined ? () => false : (name) => matches(parts, [...name]);
}

function matches(parts: readonly Part[], name: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let afterStar = -1;
  let retryAt = 0;
  while (at < name.length) {
    const test = parts[part];
    const character = name[at];
    if (test === "star") {
      afterStar = ++part;
      retryAt = at;
    } else if (test !== undefined && character !== undefined && test(character)) {
      part++;
      at++;
    } else if (afterStar >= 0 && name[retryAt] !== "/") {
      part = afterStar;
      at = ++retryAt;
    } else {
      return false;
    }
  }
  while (parts[part] === "star") part++;
  return part === parts.length;
}

/** Undefined for a pattern that nothing can match: one that ends in a lone backslash. */
function parse(pattern: readonly string[]): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "*") {
      parts.push("star");
    } else if (character === "?") {
      parts.push((c) => c !== "/");
    } else if (character === "[") {
      const bracket = parseBracket(pattern, at + 1);
      parts.push(bracket?.test ?? ((c) => c === "["));
      at = bracket?.lastAt ?? at;
    } else if (character === "\\") {
      const literal = pattern[++at];
      if (literal === undefined) return undefined;
      parts.push((c) => c === literal);
    } else {
      parts.push((c) => c === character);
    }
  }
  return parts;
}

/** The bracket expression that starts behind the "[" at `start` - 1; undefined if it has no end and is no bracket. */
function parseBracket(
  pattern: readonly string[],
  start: number,
): { test: (character: string) => boolean; lastAt: number } | undefined {
  const negated = pattern[start] === "!" || pattern[start] === "^";
  const ranges: (readonly [string, string])[] = [];
  const classes: RegExp[] = [];
  const first = negated ? start + 1 : start;
  let at = first;
  for (;;) {
    let low = pattern[at++];
    if (low === undefined) return undefined;
    if (low === "]" && at - 1 > first) break;
    // With FNM_PATHNAME a slash ends what could have been a bracket expression.
    if (low === "/") return undefined;
    if (low === "[" && pattern[at] === ":") {
      const named = parseClass(pattern, at + 1);
      if (named !== undefined) {
        classes.push(named.test);
        at = named.lastAt + 1;
        continue;
      }
    }
    if (low === "[" && pattern[at] === "=" && pattern[at + 2] === "=" && pattern[at + 3] === "]") {
      low = pattern[at + 1];
      at += 4;
    } else if (low === "[" && pattern[at] === ".") {
      if (pattern[at + 2] !== "." || pattern[at + 3] !== "]") return { test: () => false, lastAt: at };
      low = pattern[at + 1];
      at += 4;
    } else if (low === "\\") {
      low = pattern[at++];
    }
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (pattern[at] === "-" && pattern[at + 1] !== "]" && pattern[at + 1] !== undefined) {
      high = pattern[at + 1];
      at += 2;
      if (high === "\\") high = pattern[at++];
      if (high === undefined) return undefined;
    }
    ranges.push([low, high]);
  }
  const test = (character: string) => {
    if (character === "/") return false;
    const found = classes.some((kind) => kind.test(character)) ||
      ranges.some(([low, high]) => codeOf(low) <= codeOf(character) && codeOf(character) <= codeOf(high));
    return found !== negated;
  };
  return { test, lastAt: at - 1 };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** The classes of POSIX, as they are in any locale that knows Unicode. Made when asked for: some take a millisecond. */
const CLASSES: ReadonlyMap<string, () => RegExp> = new Map([
  ["alnum", () => /[\p{L}\p{Nd}]/u],
  ["alpha", () => /\p{L}/u],
  ["blank", () => /[ \t]/],
  ["cntrl", () => /\p{Cc}/u],
  ["digit", () => /[0-9]/],
  ["graph", () => /[^\p{Z}\p{C}]/u],
  ["lower", () => /\p{Ll}/u],
  ["print", () => /[^\p{Zl}\p{Zp}\p{C}]/u],
  ["punct", () => /[\p{P}\p{S}]/u],
  ["space", () => /\s/],
  ["upper", () => /\p{Lu}/u],
  ["xdigit", () => /[0-9A-Fa-f]/],
]);

/** "[:digit:]", from behind its colon on. */
function parseClass(pattern: readonly string[], start: number): { test: RegExp; lastAt: number } | undefined {
  let name = "";
  for (let at = start; at < pattern.length; at++) {
    if (pattern[at] === ":" && pattern[at + 1] === "]") {
      const test = CLASSES.get(name)?.();
      return test === undefined ? undefined : { test, lastAt: at + 1 };
    }
    name += pattern[at];
  }
  return undefined;
}
