/**
 * The syntax of association negotiation profiles: an INI file of three levels,
 *
 *     [[Supersection]]
 *     [Section]
 *     Key = Value
 *
 * with comments after "#" in the first column. A line that begins with a blank continues the value before it. This is
 * the syntax only; lib/cli/profile.ts gives the names their meaning.
 */

/** One `Key = Value`. */
export interface ProfileEntry {
  /** Upper case; only A-Z, 0-9, "-" and "_" are kept. */
  readonly key: string;
  /** Continuation lines are joined by LF. No blanks at the end. */
  readonly value: string;
  /** Where the key stands: "FILE, line 12". */
  readonly place: string;
}

/** One `[Section]`. Several of the same name are kept apart. */
export interface ProfileSection {
  /** As ProfileEntry.key. */
  readonly name: string;
  /** As written, but in upper case and without blanks: what a reference to this section looks like. */
  readonly spelling: string;
  readonly place: string;
  /** By key, in the order of the file; of repeated keys the first. */
  readonly entries: ReadonlyMap<string, ProfileEntry>;
}

/** Told, with its place, about everything that DCMTK's parser takes in a way its writer did not mean. */
export type ProfileWarn = (place: string, text: string) => void;

/** A key, section or supersection name as files are compared: upper case, only A-Z, 0-9, "-" and "_". */
function nameIn(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9_-]/g, "");
}

/** A reference to a section: upper case without blanks, nothing else dropped. */
export function referenceIn(text: string): string {
  return text.toUpperCase().replace(/\s/g, "");
}

/** The file as supersection name -> sections in the order of the file. Anything can be parsed; linear in its length. */
export function parseSections(
  text: string,
  fileName: string,
  warn: ProfileWarn,
): Map<string, ProfileSection[]> {
  const parser = new Parser(warn);
  text.replace(/^\uFEFF/, "").replaceAll("\0", " ").split(/\r\n|\r|\n/)
    .forEach((line, index) => parser.takeLine(line, `${fileName}, line ${index + 1}`));
  parser.closeEntry();
  return parser.supersections;
}

/** What a file looks like while it grows. */
class Parser {
  readonly supersections = new Map<string, ProfileSection[]>();
  readonly #warn: ProfileWarn;
  #sections: ProfileSection[] | undefined;
  #entries: Map<string, ProfileEntry> | undefined;
  /** The entry that an indented line would continue. */
  #open: { key: string; value: string; place: string } | undefined;

  constructor(warn: ProfileWarn) {
    this.#warn = warn;
  }

  takeLine(line: string, place: string): void {
    if (line.startsWith("#")) return;
    const statement = line.replace(/^[ \t]+/, "");
    if (statement === "") return;
    if (this.#open === undefined || statement === line) return this.#takeStatement(statement, place);
    // For DCMTK all of these are part of the value before them, which is never what was meant.
    if (statement.startsWith("#")) {
      return this.#warn(place, "indented comment, not taken as part of a value");
    }
    if (
      statement.startsWith("[") || nameIn(statement.split("=", 1)[0] ?? "") !== "" && statement.includes("=")
    ) {
      this.#warn(place, "indented line, not taken as part of the value before it");
      return this.#takeStatement(statement, place);
    }
    this.#open.value += (this.#open.value === "" ? "" : "\n") + statement;
  }

  /** Ends the value that is being collected. */
  closeEntry(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const value = open.value.split("\n").map((line) => line.trimEnd()).join("\n");
    if (value !== open.value) this.#warn(open.place, `blanks at the end of the value of ${open.key} ignored`);
    if (this.#entries?.has(open.key)) {
      this.#warn(open.place, `${open.key} appears twice in this section, only the first is used`);
    } else {
      this.#entries?.set(open.key, { ...open, value });
    }
  }

  #takeStatement(statement: string, place: string): void {
    this.closeEntry();
    let rest = statement;
    while (rest.startsWith("[")) rest = this.#takeHeader(rest, place);
    if (rest === "") return;
    const equals = rest.indexOf("=");
    const key = nameIn(rest.slice(0, Math.max(equals, 0)));
    if (key === "") return this.#warn(place, "neither a section nor 'key = value', line ignored");
    if (this.#entries === undefined) {
      return this.#warn(place, `${key} stands outside of any [section], line ignored`);
    }
    this.#open = { key, value: rest.slice(equals + 1).replace(/^[ \t]+/, ""), place };
  }

  /** Takes the `[Section]` or `[[Supersection]]` that `statement` begins with; answers what follows it. */
  #takeHeader(statement: string, place: string): string {
    const [whole = "", opening = "", content = "", closing = ""] =
      /^([[ \t]+)([^\]]*)([\] \t]*)/.exec(statement) ?? [];
    const isSuper = opening.lastIndexOf("[") > 0;
    if (closing.replaceAll(/[^\]]/g, "").length < (isSuper ? 2 : 1)) this.#warn(place, "']' missing");
    const name = nameIn(content);
    if (isSuper) {
      if (this.supersections.has(name)) {
        this.#warn(place, `[[${content}]] appears again, its sections are added to those of the first`);
      }
      this.#sections = this.supersections.get(name) ?? [];
      this.supersections.set(name, this.#sections);
      this.#entries = undefined;
    } else {
      const spelling = referenceIn(content);
      if (spelling !== name) {
        this.#warn(place, `section name '${content}' has characters that DCMTK drops, it reads ${name}`);
      }
      if (this.#sections === undefined) {
        this.#warn(place, `[${content}] stands outside of any [[supersection]], ignored`);
      }
      this.#entries = new Map();
      this.#sections?.push({ name, spelling, place, entries: this.#entries });
    }
    return statement.slice(whole.length);
  }
}
