/**
 * Log lines in DCMTK's shape.
 *
 * How this works: code asks a Logger (one per DCMTK logger name) to say something at a level. The Logger asks its
 * LogBackend whether anyone listens, and only then makes the text. The plain backend here writes `I: text` to stderr,
 * one prefix per line; lib/log/log4cplus.ts makes another from a --log-config file. What is said is one line, or a list of
 * lines: a line break within a line, as in the name of a file, begins no line of its own.
 */

import { type Lines, printableLines } from "./printable.ts";

/** From loudest to chattiest; "off" and "all" exist only as thresholds. */
export const LEVELS = ["off", "fatal", "error", "warn", "info", "debug", "trace", "all"] as const;
export type Threshold = typeof LEVELS[number];
export type Level = Exclude<Threshold, "off" | "all">;

/** The threshold of that name, whatever its case, or undefined if there is none. */
export function thresholdOf(name: string): Threshold | undefined {
  const lower = name.trim().toLowerCase();
  return LEVELS.find((threshold) => threshold === lower);
}

/** True when an event of `level` passes a `threshold`. */
export function passes(level: Level, threshold: Threshold): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(threshold);
}

export interface LogEvent {
  readonly level: Level;
  /** Dotted DCMTK name, such as "dcmtk.dcmnet". */
  readonly logger: string;
  /** Printable; several lines have line breaks between them. */
  readonly text: string;
}

export interface LogBackend {
  /** The effective threshold of a logger. Asked often: answer fast. */
  threshold(logger: string): Threshold;
  /** Never throws: a log that cannot be written must not stop a transfer. */
  emit(event: LogEvent): void;
  /** Flushes and closes what the backend holds open. */
  close(): Promise<void>;
}

/** The names DCMTK gives its loggers; log configuration files refer to them. */
export const LOGGER = {
  app: "dcmtk.apps.storescu",
  progress: "dcmtk.apps.storescu.progress",
  net: "dcmtk.dcmnet",
  data: "dcmtk.dcmdata",
  tls: "dcmtk.dcmtls",
  std: "dcmtk.ofstd",
} as const;

/** One line, or several; or a function that makes them and is called only if somebody listens. */
export type LogText = Lines | (() => Lines);

export class Logger {
  readonly #backend: LogBackend;
  readonly #name: string;

  constructor(backend: LogBackend, name: string = LOGGER.app) {
    this.#backend = backend;
    this.#name = name;
  }

  /** The same backend under another logger's name. */
  named(name: string): Logger {
    return new Logger(this.#backend, name);
  }

  get threshold(): Threshold {
    return this.#backend.threshold(this.#name);
  }

  enabled(level: Level): boolean {
    return passes(level, this.threshold);
  }

  log(level: Level, text: LogText): void {
    if (!this.enabled(level)) return;
    const lines = typeof text === "function" ? text() : text;
    this.#backend.emit({ level, logger: this.#name, text: printableLines(lines) });
  }

  fatal(text: LogText): void {
    this.log("fatal", text);
  }
  error(text: LogText): void {
    this.log("error", text);
  }
  warn(text: LogText): void {
    this.log("warn", text);
  }
  info(text: LogText): void {
    this.log("info", text);
  }
  debug(text: LogText): void {
    this.log("debug", text);
  }
  trace(text: LogText): void {
    this.log("trace", text);
  }
}

/** What is said, with DCMTK's prefix, "I: ", before each line, and a newline at the end. */
export function prefixed(level: Level, lines: Lines): string {
  return withPrefix(level, printableLines(lines));
}

function withPrefix(level: Level, text: string): string {
  const prefix = `${level.charAt(0).toUpperCase()}: `;
  return prefix + text.replaceAll("\n", `\n${prefix}`) + "\n";
}

/** The default backend: everything at or above one threshold, through `write` (stderr). */
export function plainBackend(threshold: Threshold, write: (text: string) => void): LogBackend {
  return {
    threshold: () => threshold,
    emit: (event) => write(withPrefix(event.level, event.text)),
    close: () => Promise.resolve(),
  };
}
