/** Where passwords and tokens come from. What is read here must never reach a log. */

import type { SecretSource } from "../cli/settings.ts";
import { Fault } from "../errors.ts";
import { cannotRead } from "./reading_faults.ts";
import { readWholeFileLater } from "./whole_file.ts";

/**
 * The password a source stands for; one line end after that of a file is not part of it.
 * @throws Fault "configuration" when there is no such file or variable; its text never shows the secret
 */
export async function readSecret(source: SecretSource): Promise<string> {
  switch (source.from) {
    case "argument":
      return source.text;
    case "file":
      return new TextDecoder().decode(await readSecretFile(source.path, source.option)).replace(/\r?\n$/, "");
    case "environment": {
      const text = Deno.env.get(source.variable);
      if (text !== undefined) return text;
      throw new Fault("configuration", `environment variable ${source.variable} is not set`);
    }
  }
}

/**
 * All bytes of a file that holds a secret.
 * @param option that names it
 * @throws Fault "configuration"
 */
export async function readSecretFile(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readWholeFileLater(path);
  } catch (caught) {
    const { message, remedy } = cannotRead(path, caught, option);
    throw new Fault("configuration", message, { cause: caught, remedy });
  }
}
