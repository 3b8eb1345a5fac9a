/** The `key = value` lines of a log configuration: keys without regard to case, `${...}` expanded in keys and values. */

import type { LogEnvironment } from "./environment.ts";
import { strftime } from "./strftime.ts";

/** Tells the user, on stderr and each text once, what is wrong with the configuration or its files. */
export type Complain = (severity: "ERROR" | "WARN", text: string) => void;

/** A value that refers to itself would otherwise grow for ever. */
const MAX_EXPANSIONS = 100;
const MAX_VALUE_CHARACTERS = 65_536;

/** Some of a file's properties: those below a prefix. */
export class Properties {
  readonly #file: PropertyFile;
  readonly #prefix: string;

  constructor(file: PropertyFile, prefix = "") {
    this.#file = file;
    this.#prefix = prefix;
  }

  /** Those below `prefix`, by what follows it. */
  below(prefix: string): Properties {
    return new Properties(this.#file, this.#prefix + prefix.toLowerCase());
  }

  /** The expanded value; undefined where there is no such key. */
  get(key: string): string | undefined {
    return this.#file.valueOf(this.#prefix + key.toLowerCase());
  }

  /** True for "true" and any number but 0; `otherwise` when there is no such key. */
  isTrue(key: string, otherwise: boolean): boolean {
    const value = this.get(key);
    return value === undefined
      ? otherwise
      : value.toLowerCase() === "true" || (Number.parseInt(value) || 0) !== 0;
  }

  /** The integer that the value begins with, 0 if it begins with none. */
  integer(key: string, otherwise: number): number {
    const value = this.get(key);
    return value === undefined ? otherwise : Number.parseInt(value) || 0;
  }

  /** All keys, in lower case and without the prefix, in the order of the file. */
  keys(): string[] {
    return this.#file.keys.filter((key) => key.startsWith(this.#prefix)).map((key) =>
      key.slice(this.#prefix.length)
    );
  }
}

/** A whole file; of a key that is set twice the last value counts. */
export class PropertyFile {
  readonly #values = new Map<string, string>();
  readonly #environment: LogEnvironment;
  readonly #complain: Complain;

  constructor(text: string, environment: LogEnvironment, complain: Complain) {
    this.#environment = environment;
    this.#complain = complain;
    for (const line of text.split(/\r\n|\r|\n/)) {
      const statement = line.trim();
      const equals = statement.indexOf("=");
      if (statement.startsWith("#") || equals < 0) continue;
      this.#values.set(
        statement.slice(0, equals).trimEnd().toLowerCase(),
        statement.slice(equals + 1).trimStart(),
      );
    }
    // A snapshot: an expanded key is not to be visited again.
    for (const [key, value] of [...this.#values]) {
      if (!key.includes("${")) continue;
      this.#values.delete(key);
      this.#values.set(this.#expand(key).toLowerCase(), value);
    }
  }

  /** In lower case. */
  get keys(): string[] {
    return [...this.#values.keys()];
  }

  valueOf(lowerKey: string): string | undefined {
    const value = this.#values.get(lowerKey);
    return value === undefined ? undefined : this.#expand(value);
  }

  /** Replaces each `${name}`, also in what it was replaced by; a name that nobody knows stays. */
  #expand(text: string): string {
    let expanded = text;
    let expansions = 0;
    for (let from = 0;;) {
      const start = expanded.indexOf("${", from);
      if (start < 0) return expanded;
      const end = expanded.indexOf("}", start);
      if (end < 0) {
        this.#complain("ERROR", `"${text}" has no closing brace. Opening brace at position ${start}.`);
        return text;
      }
      const name = expanded.slice(start + 2, end);
      const value = this.#values.get(name.toLowerCase()) || this.#predefined(name.toLowerCase()) ||
        this.#environment.variable(name);
      if (value === undefined || value === "") {
        this.#complain("WARN", `\${${name}} is neither a property nor an environment variable`);
        from = end + 1;
        continue;
      }
      if (++expansions > MAX_EXPANSIONS || expanded.length > MAX_VALUE_CHARACTERS) {
        this.#complain("ERROR", `"${text}" refers to itself`);
        return text;
      }
      expanded = expanded.slice(0, start) + value + expanded.slice(end + 1);
    }
  }

  #predefined(lowerName: string): string | undefined {
    const { appName, hostName, processId, now } = this.#environment;
    switch (lowerName) {
      case "appname":
        return appName;
      case "hostname":
        return hostName;
      case "pid":
        return String(processId);
      case "date":
        return strftime("%Y%m%d", now, false);
      case "time":
        return strftime("%H%M%S", now, false);
      default:
        return undefined;
    }
  }
}
