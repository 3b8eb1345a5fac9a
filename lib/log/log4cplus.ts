/**
 * Logging as a --log-config file wants it: the dialect of log4cplus that DCMTK reads.
 *
 * How this works: properties.ts reads the file, appender.ts makes what it describes (with layout.ts, pattern.ts,
 * filter.ts, log_file.ts, rolling.ts, syslog.ts), and here the tree of loggers becomes a configuration of LogTape, which
 * brings each event to its appenders. What the file gets wrong is told on stderr, each thing once, and survived.
 */

import type { Logger as LogTapeLogger } from "@logtape/logtape";
import { Fault } from "../errors.ts";
import { type Appender, makeAppender } from "./appender.ts";
import type { LogEnvironment } from "./environment.ts";
import { type Level, type LogBackend, type Threshold, thresholdOf } from "./log.ts";
import { type Complain, Properties, PropertyFile } from "./properties.ts";

/** What a logger without a valid level logs, when there is none above it either. */
const DEFAULT_THRESHOLD: Threshold = "warn";

/** One logger of the file; the root logger's name is empty. */
interface LoggerSettings {
  /** Undefined: that of the logger above. */
  readonly threshold: Threshold | undefined;
  readonly appenders: readonly string[];
  readonly additive: boolean;
}

/** What is known of a logger that has been asked for. */
interface Route {
  readonly threshold: Threshold;
  readonly leadsNowhere: boolean;
  readonly logger: LogTapeLogger;
}

/**
 * The backend that the text of a configuration file describes. `fileName` is for remedies.
 * @throws Fault "usage" with DCMTK's text for a file without settings.
 */
export async function readLogConfig(
  text: string,
  fileName: string,
  environment: LogEnvironment,
): Promise<LogBackend> {
  let quiet = false;
  const told = new Set<string>();
  const complain: Complain = (severity, complaint) => {
    if (quiet || told.has(complaint)) return;
    told.add(complaint);
    environment.stderr(`log4cplus:${severity} ${complaint}\n`);
  };

  const file = new PropertyFile(text, environment, complain);
  const properties = new Properties(file, "log4cplus.");
  requireSettings(file, properties, fileName);
  quiet = properties.isTrue("quietMode", false);

  const appenders = readAppenders(properties, environment, complain);
  const loggers = readLoggers(properties, new Set(appenders.keys()), complain);
  const { configureSync, getLogger, resetSync } = await import("@logtape/logtape");
  configureSync({
    reset: true,
    sinks: Object.fromEntries(
      [...appenders].map(([name, appender]) => [
        name,
        (record) => {
          const event = {
            level: levelFrom(record.level),
            logger: record.category.join("."),
            text: String(record.message[0]),
            epochMilliseconds: record.timestamp,
          };
          if (appender.takes(event)) appender.append(event);
        },
      ]),
    ),
    loggers: [
      // LogTape's word about itself must not get into our logs.
      { category: ["logtape", "meta"], sinks: [], parentSinks: "override", lowestLevel: null },
      ...[...loggers.keys()].map((name) => ({
        category: categoryOf(name),
        sinks: appendersOf(name, loggers),
        parentSinks: "override" as const,
        lowestLevel: lowestLevelOf(effectiveThreshold(name, loggers)),
      })),
    ],
  });

  const routes = new Map<string, Route>();
  const routeOf = (name: string): Route => {
    const known = routes.get(name);
    if (known !== undefined) return known;
    const route = {
      threshold: effectiveThreshold(name, loggers),
      leadsNowhere: appendersOf(name, loggers).length === 0,
      logger: getLogger(categoryOf(name)),
    };
    routes.set(name, route);
    return route;
  };
  let closed = false;
  return {
    threshold: (name) => routeOf(name).threshold,
    emit({ level, logger, text }) {
      if (closed) return;
      const route = routeOf(logger);
      if (route.leadsNowhere) {
        return complain(
          "ERROR",
          `No appenders could be found for logger (${logger}).\nlog4cplus:ERROR Please initialize the log4cplus system ` +
            "properly.",
        );
      }
      route.logger.emit({
        level: level === "warn" ? "warning" : level,
        message: [text],
        rawMessage: text,
        timestamp: Date.now(),
        properties: {},
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      resetSync();
      await Promise.all([...appenders.values()].map((appender) => appender.close()));
    },
  };
}

function requireSettings(file: PropertyFile, properties: Properties, fileName: string): void {
  const remedy = `see ${fileName}`;
  if (file.keys.length === 0) {
    throw new Fault("usage", "Specified --log-config file does not contain any settings", { remedy });
  }
  if (properties.keys().length === 0) {
    throw new Fault("usage", "Specified --log-config file does not contain any valid settings", { remedy });
  }
  if (properties.get("rootLogger") === undefined) {
    throw new Fault("usage", "Specified --log-config file does not set up log4cplus.rootLogger", { remedy });
  }
}

function readAppenders(
  properties: Properties,
  environment: LogEnvironment,
  complain: Complain,
): Map<string, Appender> {
  const appenders = new Map<string, Appender>();
  const described = properties.below("appender.");
  for (const name of described.keys()) {
    const className = described.get(name);
    if (name.includes(".") || className === undefined) continue;
    const appender = makeAppender(className, described.below(`${name}.`), environment, complain);
    if (appender !== undefined) appenders.set(name, appender);
  }
  return appenders;
}

function readLoggers(
  properties: Properties,
  appenders: ReadonlySet<string>,
  complain: Complain,
): Map<string, LoggerSettings> {
  const loggers = new Map<string, LoggerSettings>();
  const read = (name: string, value: string) => {
    const [level = "", ...references] = value.split(",").map((token) => token.replace(/\s/g, ""));
    const threshold = thresholdOf(level);
    if (threshold === undefined && (name === "" || !/^inherit(ed)?$/i.test(level))) {
      complain("ERROR", `unknown log level of ${name || "rootLogger"}: ${level || "none"}`);
    }
    const known = references.filter((reference) => {
      if (appenders.has(reference.toLowerCase())) return true;
      complain("ERROR", `PropertyConfigurator::configureLogger()- Invalid appender: ${reference}`);
      return false;
    });
    const additivity = properties.get(`additivity.${name}`)?.toLowerCase() ?? "true";
    if (additivity !== "true" && additivity !== "false") {
      complain("WARN", `Invalid Additivity value: "${additivity}"`);
    }
    loggers.set(name, {
      threshold,
      appenders: [...new Set(known.map((reference) => reference.toLowerCase()))],
      additive: additivity !== "false",
    });
  };

  read("", properties.get("rootLogger") ?? "");
  const described = properties.below("logger.");
  for (const name of described.keys()) read(name, described.get(name) ?? "");
  // A logger may be mentioned for its additivity alone.
  for (const name of properties.below("additivity.").keys()) if (!loggers.has(name)) read(name, "INHERITED");
  return loggers;
}

/** The nearest logger of the file that is this one or above it, and whether it is the root logger. */
function* upwards(name: string, loggers: ReadonlyMap<string, LoggerSettings>): Generator<LoggerSettings> {
  for (let at = name;;) {
    const settings = loggers.get(at);
    if (settings !== undefined) yield settings;
    if (at === "") return;
    at = at.slice(0, Math.max(at.lastIndexOf("."), 0));
  }
}

function effectiveThreshold(name: string, loggers: ReadonlyMap<string, LoggerSettings>): Threshold {
  for (const { threshold } of upwards(name, loggers)) if (threshold !== undefined) return threshold;
  return DEFAULT_THRESHOLD;
}

/** In the order in which log4cplus asks them: its own ones, then those above while they are added. */
function appendersOf(name: string, loggers: ReadonlyMap<string, LoggerSettings>): string[] {
  const names: string[] = [];
  for (const { appenders, additive } of upwards(name, loggers)) {
    names.push(...appenders);
    if (!additive) break;
  }
  return names;
}

function categoryOf(name: string): string[] {
  return name === "" ? [] : name.split(".");
}

function lowestLevelOf(
  threshold: Threshold,
): "trace" | "debug" | "info" | "warning" | "error" | "fatal" | null {
  if (threshold === "off") return null;
  if (threshold === "all") return "trace";
  return threshold === "warn" ? "warning" : threshold;
}

function levelFrom(level: "trace" | "debug" | "info" | "warning" | "error" | "fatal"): Level {
  return level === "warning" ? "warn" : level;
}
