/** The last line of a terminal, drawn over and over, with everything else that is written going above it. */

import { stderrWriter, type WriteText } from "./standard_streams.ts";

/**
 * The line, at the start of which the cursor waits; then, from its second column on, the rest of the screen: what a resize
 * has wrapped. From the first one tmux would take that for clearing the screen, and keep every line in its history.
 */
const ERASE = "\r\x1b[K\x1b[C\x1b[J\r";

/** Off and on again: a line that has become too long in that moment shall not go on in the next row. */
const [NO_WRAPPING, WRAPPING] = ["\x1b[?7l", "\x1b[?7h"];

/** Invariant: while a line stands there, nothing is written to the terminal without erasing it first. */
export class StatusLine {
  readonly #write: WriteText;
  readonly #columns: (() => number) | undefined;
  #stands = false;

  /** @param columns how wide the terminal is at the moment; undefined where lines cannot be drawn over */
  constructor(write: WriteText, columns: (() => number) | undefined) {
    this.#write = write;
    this.#columns = columns;
  }

  /** False where each line that is shown stays: no terminal, or one that cannot do more. */
  get redraws(): boolean {
    return this.#columns !== undefined;
  }

  /** Shows a line in place of the last one. `text` is asked for one that is no wider than so many columns. */
  show(text: (columns: number) => string): void {
    if (this.#columns === undefined) return this.#write(`${text(Infinity)}\n`);
    // The last column stays free: some terminals go on to the next line as soon as it is filled.
    const line = text(Math.max(this.#columns() - 1, 0));
    this.#write(`${this.#stands ? ERASE : ""}${NO_WRAPPING}${line}${WRAPPING}\r`);
    this.#stands = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#stands) this.#write(ERASE);
    this.#stands = false;
  }

  /** Writes something else, whole lines, where the line was. */
  readonly write: WriteText = (text) => {
    this.clear();
    this.#write(text);
  };
}

/** The one of standard error. */
export function stderrStatusLine(): StatusLine {
  return new StatusLine(stderrWriter(), isCapable() ? columns : undefined);
}

function isCapable(): boolean {
  return Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80; // the terminal has gone
  }
}
