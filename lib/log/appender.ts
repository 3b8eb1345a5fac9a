/** Appenders: where events go to. */

import type { LogEnvironment } from "./environment.ts";
import { makeFilters } from "./filter.ts";
import { makeLayout } from "./layout.ts";
import { LogFile } from "./log_file.ts";
import type { Complain, Properties } from "./properties.ts";
import { CalendarRoll, periodFormat, rollBySize, rollingSizeBytes } from "./rolling.ts";
import { openSyslog } from "./syslog.ts";
import type { Layout, TimedEvent } from "./timed_event.ts";

export interface Appender {
  /** True for the events that its threshold and filters let pass. */
  takes(event: TimedEvent): boolean;
  /** Writes an event. Does not wait. */
  append(event: TimedEvent): void;
  close(): Promise<void>;
}

/** The part of an appender that differs from class to class. */
type Output = Pick<Appender, "append"> & Partial<Pick<Appender, "close">>;

/** What an output is made from. */
interface Making {
  readonly properties: Properties;
  readonly environment: LogEnvironment;
  readonly layout: Layout;
  readonly complain: Complain;
}

const NOWHERE: Output = { append() {} };

const OUTPUTS: Readonly<Record<string, (making: Making) => Output>> = {
  nullappender: () => NOWHERE,
  consoleappender: ({ properties, environment, layout }) => {
    const write = properties.isTrue("logToStdErr", false) ? environment.stderr : environment.stdout;
    return { append: (event) => write(layout(event)) };
  },
  fileappender: (making) => {
    const file = openFile(making, false);
    return file === undefined
      ? NOWHERE
      : { append: (event) => file.write(making.layout(event)), close: closer(file) };
  },
  rollingfileappender: (making) => {
    const { properties, layout, complain } = making;
    const maxBytes = rollingSizeBytes(properties.get("MaxFileSize") ?? "10MB");
    const backups = properties.integer("MaxBackupIndex", 1);
    const file = openFile(making, true);
    if (file === undefined) return NOWHERE;
    return {
      append(event) {
        file.write(layout(event));
        rollBySize(file, maxBytes, backups, complain);
      },
      close: closer(file),
    };
  },
  dailyrollingfileappender: (making) => {
    const { properties, environment, layout, complain } = making;
    const schedule = properties.get("Schedule");
    const format = periodFormat(schedule ?? "DAILY");
    if (format === undefined) {
      complain("WARN", `DailyRollingFileAppender::ctor()- "Schedule" not valid: ${schedule}`);
    }
    const since = lastWritten(properties.get("File")) ?? environment.now;
    const file = openFile(making, true);
    if (file === undefined) return NOWHERE;
    const backups = properties.integer("MaxBackupIndex", 10);
    const roll = new CalendarRoll(file, format ?? "%Y-%m-%d", since, backups, complain);
    return {
      append(event) {
        roll.rollBefore(event.epochMilliseconds);
        file.write(layout(event));
      },
      close() {
        // log4cplus' default; ours is not, as it would put a file aside with every run.
        if (properties.isTrue("RollOnClose", false)) roll.roll();
        return closer(file)();
      },
    };
  },
  syslogappender: ({ properties, environment, layout, complain }) => {
    const syslog = openSyslog(properties, environment, complain);
    return { append: (event) => syslog.send(event, layout(event)), close: () => syslog.close() };
  },
};

/** The appender that these properties describe, or undefined, with a complaint, if that is none we can make. */
export function makeAppender(
  className: string,
  properties: Properties,
  environment: LogEnvironment,
  complain: Complain,
): Appender | undefined {
  const name = className.toLowerCase().replace(/^log4cplus::/, "");
  const inner = name === "asyncappender" ? properties.get("Appender") : undefined;
  // One thread writes everything: the appender that an asynchronous one wraps does as well by itself.
  if (inner !== undefined) return makeAppender(inner, properties.below("Appender."), environment, complain);
  const make = Object.hasOwn(OUTPUTS, name) ? OUTPUTS[name] : undefined;
  if (make === undefined) {
    complain(
      "ERROR",
      `PropertyConfigurator::configureAppenders()- Cannot find AppenderFactory: ${className}`,
    );
    return undefined;
  }
  const layout = makeLayout(properties, environment, complain);
  const output = make({ properties, environment, layout, complain });
  return {
    takes: makeFilters(properties, complain),
    append: (event) => output.append(event),
    close: () => output.close?.() ?? Promise.resolve(),
  };
}

/** @throws Fault "usage" for a file that an option names */
function openFile({ properties, environment, complain }: Making, append: boolean): LogFile | undefined {
  const path = properties.get("File") ?? "";
  if (path === "") {
    complain("ERROR", "Invalid filename");
    return undefined;
  }
  if (properties.isTrue("UseLockFile", false)) complain("WARN", `${path}: UseLockFile is not supported`);
  // Opening it would empty it.
  environment.refuseTaken(path);
  return new LogFile(
    path,
    properties.isTrue("Append", append),
    Math.max(properties.integer("ReopenDelay", 1), 0),
    complain,
  );
}

function closer(file: LogFile): () => Promise<void> {
  return () => Promise.resolve(file.close());
}

function lastWritten(path: string | undefined): number | undefined {
  try {
    const { isFile, size, mtime } = Deno.statSync(path ?? "");
    return isFile && size > 0 ? mtime?.getTime() : undefined;
  } catch {
    return undefined;
  }
}
