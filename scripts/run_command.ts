/** What the build and the gate share: speaking to the person who called, and running another program. */

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** After this the program is ended and counts as failed. */
  readonly timeoutSeconds?: number;
}

/** One line to standard output. */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));
}

/** Runs a program to its end; a program that does not exist gives code 127, as in a shell. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { cwd, env = {}, timeoutSeconds = Infinity } = options;
  const signal = Number.isFinite(timeoutSeconds) ? AbortSignal.timeout(timeoutSeconds * 1000) : undefined;
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...(signal === undefined ? {} : { signal }),
    }).output();
    const ended = signal?.aborted === true
      ? `\n${command} was ended: it took more than ${timeoutSeconds} s`
      : "";
    return {
      code,
      stdout: new TextDecoder().decode(stdout),
      stderr: new TextDecoder().decode(stderr) + ended,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { code: 127, stdout: "", stderr: `${command}: not found` };
    }
    throw error;
  }
}
