/** PatternLayout: "%D{%H:%M:%S} %5p - %-8c{1} - %m%n". */

import type { LogEnvironment } from "./environment.ts";
import type { Complain } from "./properties.ts";
import { strftime } from "./strftime.ts";
import { type Layout, levelName, runMilliseconds, type TimedEvent } from "./timed_event.ts";

/** Makes a piece of a line from the event and that line of its text. */
type Converter = (event: TimedEvent, line: string) => string;

/** %, left alignment, minimum width, maximum width, letter. An empty maximum is a mistake of the pattern. */
const CONVERSION = /%(-*)(\d*)(?:\.(\d*))?(.)?/gsy;

/**
 * A layout that writes every line of an event's text through the whole pattern, as DCMTK does. What is no conversion is
 * complained about once and written as it stands.
 */
export function compilePattern(pattern: string, environment: LogEnvironment, complain: Complain): Layout {
  const converters: Converter[] = [];
  const literal = (text: string) => converters.push(() => text);
  for (let at = 0; at < pattern.length;) {
    const percent = pattern.indexOf("%", at);
    if (percent !== at) {
      const end = percent < 0 ? pattern.length : percent;
      literal(pattern.slice(at, end));
      at = end;
      continue;
    }
    CONVERSION.lastIndex = at;
    const [whole = "%", left = "", minimum = "", maximum, letter] = CONVERSION.exec(pattern) ?? [];
    at += whole.length;
    if (letter === "%" && whole === "%%") literal("%");
    else if (letter === undefined) literal(whole);
    else if (maximum === "") {
      complain(
        "ERROR",
        `Error occurred in position ${at - 1}.\n Was expecting digit, instead got char "${letter}".`,
      );
      literal(whole);
    } else {
      const [option, length] = "cdDX".includes(letter) ? optionAt(pattern, at, complain) : ["", 0];
      const converter = converterOf(letter, option, environment);
      if (converter === undefined) {
        complain("ERROR", `Unexpected char [${letter}] at position ${at} in conversion pattern.`);
        literal(whole);
      } else converters.push(fitted(converter, left !== "", Number(minimum), maximum));
      at += length;
    }
  }
  return (event) => {
    let text = "";
    for (const line of event.text.split("\n")) for (const convert of converters) text += convert(event, line);
    return text;
  };
}

/** What stands in braces at a place of the pattern, and how much of the pattern that takes. */
function optionAt(
  pattern: string,
  at: number,
  complain: Complain,
): [option: string, lengthCharacters: number] {
  if (pattern[at] !== "{") return ["", 0];
  const end = pattern.indexOf("}", at);
  if (end >= 0) return [pattern.slice(at + 1, end), end + 1 - at];
  complain("ERROR", `No matching '}' found in conversion pattern string "${pattern}"`);
  return ["", pattern.length - at];
}

/** Padded to `minimum` characters, cut from the left to `maximum`. */
function fitted(convert: Converter, left: boolean, minimum: number, maximum: string | undefined): Converter {
  if (minimum === 0 && maximum === undefined) return convert;
  const longest = maximum === undefined ? Infinity : Number(maximum);
  const shortest = Math.min(minimum, 10_000);
  return (event, line) => {
    const text = convert(event, line);
    if (text.length > longest) return text.slice(text.length - longest);
    return left ? text.padEnd(shortest) : text.padStart(shortest);
  };
}

function converterOf(letter: string, option: string, environment: LogEnvironment): Converter | undefined {
  switch (letter) {
    case "c": {
      const components = Number.parseInt(option) || 0;
      return components > 0
        ? (event) => event.logger.split(".").slice(-components).join(".")
        : (event) => event.logger;
    }
    case "d":
    case "D": {
      const format = option || "%Y-%m-%d %H:%M:%S";
      return (event) => strftime(format, event.epochMilliseconds, letter === "d");
    }
    case "h":
    case "H":
      return () => environment.hostName;
    case "i":
    // There is one thread: like the main thread of any process on Linux it has the number of the process.
    case "t":
    case "T":
      return () => String(environment.processId);
    case "m":
      return (_event, line) => line;
    case "n":
      return () => "\n";
    case "p":
      return (event) => levelName(event.level);
    case "P":
      return (event) => levelName(event.level).charAt(0);
    case "r":
      return () => String(runMilliseconds());
    case "l":
      return () => ":";
    // Places in the source and diagnostic contexts: log4cplus knows them, we have none.
    case "b":
    case "F":
    case "L":
    case "M":
    case "x":
    case "X":
      return () => "";
    default:
      return undefined;
  }
}
