/** Command files: an argument `@name` stands for the arguments written in the file `name`. */

import { Fault, reasonAndAdvice } from "../errors.ts";
import type { ReadFile } from "./environment.ts";

/**
 * `argv` with every `@name` replaced by what that file holds. A lone `@` stays, and so does an `@name` inside a command
 * file: they are not nested.
 *
 * @throws {Fault} usage: a command file cannot be opened, or is not text.
 */
export function expandCommandFiles(argv: readonly string[], readFile: ReadFile): string[] {
  return argv.flatMap((argument) =>
    argument.length > 1 && argument.startsWith("@")
      ? splitArguments(readText(argument.slice(1), readFile))
      : [argument]
  );
}

function readText(name: string, readFile: ReadFile): string {
  let bytes: Uint8Array;
  try {
    bytes = readFile(name);
  } catch (cause) {
    throw new Fault("usage", `Cannot open command file '${name}'`, {
      cause,
      remedy: reasonAndAdvice(cause),
    });
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Said below: the decoder's own words would not help.
  }
  throw new Fault("usage", `Cannot read command file '${name}'`, { remedy: "it is not UTF-8 text" });
}

/**
 * Splits as DCMTK does: white space separates; ' or " begins a block that ends at the same character and takes
 * everything else literally. The end of a block ends the argument too, its beginning does not begin one: `a"b c"d` is
 * `ab c` and `d`. There are no escapes and no comments, and a block that is not closed ends with the text.
 */
export function splitArguments(text: string): string[] {
  const found: string[] = [];
  let collected = "";
  let quote = "";
  for (const character of text) {
    if (quote !== "") {
      if (character === quote) {
        found.push(collected);
        collected = quote = "";
      } else collected += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (!" \t\n\r".includes(character)) collected += character;
    else if (collected !== "") {
      found.push(collected);
      collected = "";
    }
  }
  if (collected !== "") found.push(collected);
  return found;
}
