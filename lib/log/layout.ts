/** Layouts: how an appender writes one event. */

import type { LogEnvironment } from "./environment.ts";
import { compilePattern } from "./pattern.ts";
import type { Complain, Properties } from "./properties.ts";
import { strftime } from "./strftime.ts";
import { type Layout, levelName, runMilliseconds } from "./timed_event.ts";

/** "WARN - text". */
const simple: Layout = (event) => `${levelName(event.level)} - ${event.text}\n`;

/** The layout that an appender's properties ask for; SimpleLayout if they ask for none or for an unknown one. */
export function makeLayout(properties: Properties, environment: LogEnvironment, complain: Complain): Layout {
  const className = properties.get("layout");
  if (className === undefined) return simple;
  const options = properties.below("layout.");
  switch (className.toLowerCase().replace(/^log4cplus::/, "")) {
    case "simplelayout":
      return simple;
    case "ttcclayout":
      return timeThreadCategory(options, environment);
    case "patternlayout": {
      const pattern = options.get("ConversionPattern") ?? options.get("Pattern");
      if (pattern !== undefined) return compilePattern(pattern, environment, complain);
      complain("ERROR", "Error while creating Layout: ConversionPattern not specified in properties");
      return simple;
    }
    default:
      complain("ERROR", `Cannot find LayoutFactory: "${className}"`);
      return simple;
  }
}

/** "19 [1234] WARN dcmtk.dcmnet <> - text": time, thread, level, logger, diagnostic context (we have none). */
function timeThreadCategory(options: Properties, environment: LogEnvironment): Layout {
  const format = options.get("DateFormat") ?? "";
  const utc = options.isTrue("Use_gmtime", false);
  return (event) => {
    const time = format === "" ? String(runMilliseconds()) : strftime(format, event.epochMilliseconds, utc);
    const level = levelName(event.level);
    return `${time} [${environment.processId}] ${level} ${event.logger} <> - ${event.text}\n`;
  };
}
