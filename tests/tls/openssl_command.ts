/** The openssl command as a tool and as a server. */

import { type StartedProcess, startProcess, startServer } from "../peers/started_process.ts";

/** Runs one openssl command. @throws Error with what it said when it fails. */
export async function runOpenssl(args: readonly string[]): Promise<void> {
  await readOpenssl(args);
}

/** What one openssl command writes. @throws Error with what it said when it fails. */
export async function readOpenssl(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** A TLS server that answers each line with the same line backwards; `args` are those of s_server. */
export function startEchoServer(args: readonly string[]): Promise<[StartedProcess, number]> {
  return startServer((port) =>
    startProcess("openssl", ["s_server", "-accept", `127.0.0.1:${port}`, "-quiet", "-rev", ...args])
  );
}
