/** Where passwords and tokens come from. What is read here must never reach a log. */

import type { SecretSource } from "../cli/settings.ts";
import { Fault } from "../errors.ts";
import { cannotRead } from "./reading_faults.ts";

/** More than any password, and little enough to read by mistake. */
const LONGEST_SECRET_BYTES = 64 * 1024;

/**
 * The password a source stands for; one line end after that of a file is not part of it.
 * @throws Fault "configuration" when there is no such file or variable; its text never shows the secret
 */
export function readSecret(source: SecretSource): string {
  switch (source.from) {
    case "argument":
      return source.text;
    case "file":
      return new TextDecoder().decode(readSmallFile(source.path)).replace(/\r?\n$/, "");
    case "environment": {
      const text = Deno.env.get(source.variable);
      if (text !== undefined) return text;
      throw new Fault("configuration", `environment variable ${source.variable} is not set`);
    }
  }
}

/** All bytes of a file that holds a secret. @throws Fault "configuration" */
export function readSmallFile(path: string): Uint8Array<ArrayBuffer> {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(LONGEST_SECRET_BYTES);
    let filled = 0;
    for (let got = 1; got > 0 && filled < bytes.length; filled += got) {
      got = file.readSync(bytes.subarray(filled)) ?? 0;
    }
    return bytes.slice(0, filled);
  } catch (caught) {
    throw new Fault("configuration", cannotRead(path, caught).message, { cause: caught });
  }
}
