/** Where the password of a private key comes from. */

import type { TlsWishes } from "../../cli/settings.ts";
import { Fault } from "../../errors.ts";
import { readSecret } from "../../source/secret.ts";

/** Whether standard input may be read for a password, or is wanted for something else. */
export type StandardInput = "free" | "taken";

/**
 * The password, asked for only when a key turned out to be encrypted.
 *
 * @throws {Fault} configuration: nobody to ask, or no such file or variable.
 */
export async function keyPassword(
  source: TlsWishes["keyPassword"],
  keyFile: string,
  standardInput: StandardInput,
): Promise<string> {
  if (source === "empty") return "";
  if (source === "ask") {
    if (Deno.stdin.isTerminal()) return await askOnTerminal(`Enter PEM pass phrase for '${keyFile}': `);
    if (standardInput === "free") return await firstLine(keyFile);
    throw withoutPassword(keyFile, NOBODY_TO_ASK);
  }
  return await readSecret(source);
}

/** Only a character where keys cannot send signals (Windows); elsewhere the runtime gives the terminal back as it was. */
const INTERRUPT = 0x03;
const KEYS_SEND_SIGNALS = { cbreak: Deno.build.os !== "windows" };
const ENTER = 0x0a;
const RETURN = 0x0d;
const BACKSPACE = 0x08;
const DELETE = 0x7f;
const END_OF_INPUT = 0x04;
const ERASE_LINE = 0x15;
const LONGEST_PASSWORD_BYTES = 4096;

/** For whoever holds a pipe open and says nothing; long enough for a person who is asked by the program before it. */
const PATIENCE_SECONDS = 60;

const NOBODY_TO_ASK = "there is no terminal to ask for the password";

function withoutPassword(keyFile: string, why: string): Fault {
  return new Fault(
    "configuration",
    `Unable to load private TLS key from '${keyFile}': it is encrypted and ${why}`,
    {
      code: "000b:0004",
      remedy: "give the password with --key-password-file, STORESCU_KEY_PASSWORD or --use-passwd",
    },
  );
}

/** The first line of standard input, like DCMTK without a terminal; here the end of the input ends a line, too. */
async function firstLine(keyFile: string): Promise<string> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), PATIENCE_SECONDS * 1000);
  try {
    const line = new Uint8Array(LONGEST_PASSWORD_BYTES);
    for (let filled = 0; filled < line.length;) {
      // What cannot be read, such as a folder, holds no password either.
      const reading = Deno.stdin.read(line.subarray(filled)).catch(() => null);
      const count = await Promise.race([reading, late.promise]);
      if (count === "late") {
        throw withoutPassword(keyFile, `no password came on standard input within ${PATIENCE_SECONDS} s`);
      }
      if (count === null && filled === 0) {
        throw withoutPassword(keyFile, `${NOBODY_TO_ASK}, nor is it on standard input`);
      }
      filled += count ?? 0;
      const end = line.subarray(0, filled).indexOf(ENTER);
      if (end >= 0 || count === null) {
        return text(line.subarray(0, end < 0 ? filled : end)).replace(/\r$/, "");
      }
    }
    throw withoutPassword(keyFile, `the first line of standard input is too long for a password`);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads a line without showing it. */
async function askOnTerminal(question: string): Promise<string> {
  Deno.stdin.setRaw(true, KEYS_SEND_SIGNALS);
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

function text(typed: ArrayLike<number>): string {
  return new TextDecoder().decode(Uint8Array.from(typed));
}
