/** Where the password of a private key comes from. */

import type { TlsWishes } from "../../cli/settings.ts";
import { Fault } from "../../errors.ts";
import { configuring, readSmallFile } from "./certificate.ts";

/**
 * The password, asked for only when a key turned out to be encrypted.
 *
 * @throws {Fault} configuration: nobody to ask, or no such file or variable.
 */
export async function keyPassword(source: TlsWishes["keyPassword"], keyFile: string): Promise<string> {
  if (source === "empty") return "";
  if (source === "ask") return await askOnTerminal(`Enter PEM pass phrase for '${keyFile}': `, keyFile);
  switch (source.from) {
    case "argument":
      return source.text;
    case "file": {
      const bytes = await configuring(
        `cannot read the key password file '${source.path}'`,
        () => readSmallFile(source.path),
      );
      return new TextDecoder().decode(bytes).replace(/\r?\n$/, "");
    }
    case "environment": {
      const text = Deno.env.get(source.variable);
      if (text === undefined) {
        throw new Fault("configuration", `environment variable ${source.variable} is not set`);
      }
      return text;
    }
  }
}

/** A signal would leave the terminal without echo; so the key is only a character here. */
const INTERRUPT = 0x03;
const ENTER = 0x0a;
const RETURN = 0x0d;
const BACKSPACE = 0x08;
const DELETE = 0x7f;
const END_OF_INPUT = 0x04;
const ERASE_LINE = 0x15;
const LONGEST_PASSWORD_BYTES = 4096;

/** Reads a line without showing it. */
async function askOnTerminal(question: string, keyFile: string): Promise<string> {
  if (!Deno.stdin.isTerminal()) {
    throw new Fault(
      "configuration",
      `Unable to load private TLS key from '${keyFile}': it is encrypted and there is no terminal to ask for the password`,
      {
        code: "000b:0004",
        remedy: "give the password with --key-password-file, STORESCU_KEY_PASSWORD or --use-passwd",
      },
    );
  }
  Deno.stdin.setRaw(true);
  const typed: number[] = [];
  const input = new Uint8Array(64);
  try {
    await Deno.stderr.write(new TextEncoder().encode(question));
    for (;;) {
      const count = await Deno.stdin.read(input);
      if (count === null) return text(typed);
      for (const byte of input.subarray(0, count)) {
        if (byte === INTERRUPT) {
          throw new Fault("configuration", "interrupted when asked for the key's password");
        }
        if (byte === ENTER || byte === RETURN || byte === END_OF_INPUT) return text(typed);
        if (byte === BACKSPACE || byte === DELETE) eraseLast(typed);
        else if (byte === ERASE_LINE) typed.length = 0;
        else if (typed.length < LONGEST_PASSWORD_BYTES) typed.push(byte);
      }
    }
  } finally {
    Deno.stdin.setRaw(false);
    await Deno.stderr.write(new TextEncoder().encode("\n"));
  }
}

/** Takes back one UTF-8 character. */
function eraseLast(typed: number[]): void {
  let byte = typed.pop();
  while (byte !== undefined && (byte & 0xc0) === 0x80) byte = typed.pop();
}

function text(typed: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(typed));
}
