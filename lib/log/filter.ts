/** Filters: which events an appender takes. */

import { type Level, LEVELS, type LogEvent, passes, type Threshold, thresholdOf } from "./log.ts";
import type { Complain, Properties } from "./properties.ts";

/** True: written; false: dropped; undefined: the next filter decides. */
type Filter = (event: LogEvent) => boolean | undefined;

/** The verdict of an appender's threshold and of its filters 1, 2, 3 ... in turn; what none decides is written. */
export function makeFilters(properties: Properties, complain: Complain): (event: LogEvent) => boolean {
  const threshold = levelIn(properties, "Threshold", complain) ?? "all";
  const filters: Filter[] = [];
  for (let number = 1;; number++) {
    const className = properties.get(`filters.${number}`);
    if (className === undefined) break;
    const filter = makeFilter(className, properties.below(`filters.${number}.`), complain);
    if (filter === undefined) complain("ERROR", `Appender::ctor()- Cannot find FilterFactory: ${className}`);
    else filters.push(filter);
  }
  return (event) => {
    if (!passes(event.level, threshold)) return false;
    for (const filter of filters) {
      const verdict = filter(event);
      if (verdict !== undefined) return verdict;
    }
    return true;
  };
}

function makeFilter(className: string, properties: Properties, complain: Complain): Filter | undefined {
  // log4cplus documents true as the default, but reads a missing key as false.
  const accept = properties.isTrue("AcceptOnMatch", false);
  switch (className.toLowerCase().replace(/^log4cplus::(spi::)?/, "")) {
    case "denyallfilter":
      return () => false;
    case "loglevelmatchfilter": {
      const level = levelIn(properties, "LogLevelToMatch", complain);
      return (event) => event.level === level ? accept : undefined;
    }
    case "loglevelrangefilter": {
      const lowest = levelIn(properties, "LogLevelMin", complain) ?? "all";
      const highest = levelIn(properties, "LogLevelMax", complain) ?? "off";
      return (event) => {
        if (!passes(event.level, lowest) || above(event.level, highest)) return false;
        return accept ? true : undefined;
      };
    }
    case "stringmatchfilter": {
      const text = properties.get("StringToMatch") ?? "";
      return (event) => text !== "" && event.text.includes(text) ? accept : undefined;
    }
    default:
      return undefined;
  }
}

function above(level: Level, highest: Threshold): boolean {
  return LEVELS.indexOf(level) < LEVELS.indexOf(highest);
}

/** The level that a property names; undefined if it names none, which is complained about. */
function levelIn(properties: Properties, key: string, complain: Complain): Threshold | undefined {
  const name = properties.get(key);
  if (name === undefined) return undefined;
  const level = thresholdOf(name);
  if (level === undefined) complain("ERROR", `${key} is no log level: ${name}`);
  return level;
}
