/**
 * One command line, obeyed: the send itself (send.ts), or an answer the program gives by itself. What only one of them
 * needs is loaded when it is asked for, because every start waits for what is loaded.
 */

import { type Command, isAudible, readCommand } from "./cli/command.ts";
import { argumentsLines, errorLines, explainOption, helpText, versionText } from "./cli/help.ts";
import { asFault } from "./errors.ts";
import { prefixed } from "./log/log.ts";
import { printableLines } from "./log/printable.ts";
import { stderrWriter, stdoutWriter, type WriteText } from "./log/standard_streams.ts";
import { readWholeFile } from "./source/whole_file.ts";
import { buildCommit, buildDate, VERSION } from "./version.ts";

/** Takes the arguments that follow the program's name; answers the exit code and never throws. */
export async function run(argv: readonly string[]): Promise<number> {
  const command = readCommand(argv, {
    readFile: readWholeFile,
    exists,
    variable: (name) => Deno.env.get(name),
  });
  const toStderr = stderrWriter();
  const told = command.kind === "run"
    ? command.settings.log
    : command.kind === "mistake"
    ? command.log
    : undefined;
  if (told?.arguments !== undefined) toStderr(prefixed("info", argumentsLines(told.arguments)));
  let loss: string | undefined;
  try {
    const toStdout = stdoutWriter((reason, isGone) => {
      // Who reads as far as `head` does has read enough, unless it is a program that counts on every event.
      if (!isGone || isJson(command)) loss ??= reason;
    });
    const exitCode = await obey(command, toStdout, toStderr);
    if (loss === undefined) return exitCode;
    // Only now, because a transfer goes on without its reader.
    if (isAudible(told)) toStderr(prefixed("error", `cannot write to standard output: ${loss}`));
    return exitCode === 0 ? 1 : exitCode;
  } catch (caught) {
    const fault = asFault(caught);
    if (command.kind !== "mistake" || isAudible(told)) {
      toStderr(`${printableLines(errorLines(VERSION, fault))}\n`);
    }
    return 1;
  }
}

function isJson(command: Command): boolean {
  return command.kind === "run" && command.settings.report.json;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

async function obey(command: Command, toStdout: WriteText, toStderr: WriteText): Promise<number> {
  switch (command.kind) {
    case "run": {
      const { perform } = await import("./perform.ts");
      return await perform(command.settings, toStdout);
    }
    case "help":
      toStdout(command.option === undefined ? helpText(VERSION) : explainOption(VERSION, command.option));
      return 0;
    case "version":
      toStdout(versionText(VERSION, await versionFacts()));
      return 0;
    case "selftest": {
      const { selfTest } = await import("./receiver/self_test.ts");
      return await selfTest(command.json ? toStderr : toStdout);
    }
    case "man": {
      const { manPage } = await import("./cli/man.ts");
      toStdout(manPage(VERSION, buildDate()));
      return 0;
    }
    case "completions": {
      const { completionScript } = await import("./cli/completions.ts");
      toStdout(completionScript(command.shell));
      return 0;
    }
    case "mistake":
      throw command.fault;
    case "listCiphers":
    case "listProfiles":
      toStdout(versionText(VERSION, await tlsFacts(command.kind)));
      return 0;
  }
}

async function tlsFacts(kind: "listCiphers" | "listProfiles"): Promise<string[]> {
  const { listCiphers, listProfiles, tlsEngineName } = await import("./association/tls.ts");
  const heading = `Cryptographic algorithms implemented by: ${tlsEngineName()}\n`;
  return kind === "listCiphers"
    ? [heading, "Supported TLS ciphersuites are:", ...listCiphers().map((name) => `  ${name}`)]
    : [
      heading,
      "Supported TLS Secure Transport Connection Profiles are:",
      ...listProfiles().map((name) => `- ${name}`),
    ];
}

/** Nothing is loaded for it: programs that install or supervise this one ask for it often. */
async function versionFacts(): Promise<string[]> {
  const { openSslFolder } = await import("./association/tls/openssl_folder.ts");
  const folder = openSslFolder();
  const built = buildDate() === "" ? "" : ` of ${buildDate()}`;
  return [
    `Host type: ${Deno.build.target}`,
    `Built from: ${buildCommit()}${built}`,
    `Runtime: Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
    `TLS by: ${folder === undefined ? "the runtime (rustls)" : `the system's OpenSSL 3 (${folder})`}`,
    `TLS versions: 1.2, 1.3${folder === undefined ? "" : "; retired profiles: 1.0, 1.1, too"} ` +
    "(--list-profiles, --list-ciphers)",
  ];
}
