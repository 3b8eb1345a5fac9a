/** A program that runs beside a test and ends with it. */

import { waitFor } from "./wait_for.ts";

export interface StartedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Standard output and standard error so far, as they came. */
  output(): string;
  /** The exit code, once there is one. */
  exitCode(): number | undefined;
  /** Ends it, and waits for that: SIGTERM, and SIGKILL to one that does not listen. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Starts `command`; disposing of the answer ends it. */
export function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): StartedProcess {
  const child = new Deno.Command(command, {
    args: [...args],
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  let text = "";
  let code: number | undefined;
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) text += part;
  };
  const ended = Promise.all([
    collect(child.stdout),
    collect(child.stderr),
    child.status.then((s) => code = s.code),
  ]);
  const stop = async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (code !== undefined) break;
      try {
        child.kill(signal);
      } catch {
        break; // it has just ended by itself
      }
      let timer = 0;
      const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, 5000));
      await Promise.race([child.status, patience]);
      clearTimeout(timer);
    }
    await ended;
  };
  return { pid: child.pid, output: () => text, exitCode: () => code, stop, [Symbol.asyncDispose]: stop };
}

/** A TCP port that nobody uses right now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Starts a server on a free port and waits until it listens there, or whatever `isReady` says. Somebody else may take the
 * port between the two: then it ends, and is started again on another one.
 * @throws Error with what the server said when it will not start.
 */
export async function startServer(
  start: (port: number) => StartedProcess,
  isReady: (port: number) => Promise<boolean> = isListening,
): Promise<[StartedProcess, number]> {
  for (let attempt = 1;; attempt++) {
    const port = freePort();
    const process = start(port);
    try {
      await waitFor(
        `a server on port ${port}`,
        () => process.exitCode() !== undefined || isReady(port),
        60,
      );
    } catch (error) {
      await process.stop();
      throw error;
    }
    if (process.exitCode() === undefined) return [process, port];
    await process.stop();
    if (attempt === 3) throw new Error(`the server ended with ${process.exitCode()}: ${process.output()}`);
  }
}

/** Looks into the kernel's list, because a connection would be noticed by the server. */
async function isListening(port: number): Promise<boolean> {
  const wanted = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, "0")} \\S+ 0A `,
    "m",
  );
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => Deno.readTextFile(path)),
  );
  return tables.some((table) => wanted.test(table));
}
