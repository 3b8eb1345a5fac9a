/** One program, run to its end with a watch in hand. */

/** A command line, with what its environment has more than ours. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Measurement {
  readonly seconds: number;
  /** Most memory that was resident at a time, as the kernel counts it; 0 for a program that ended too soon to ask. */
  readonly peakMemoryBytes: number;
}

const LOOK_AT_MEMORY_MS = 10;

/** @throws Error with what the program said when it failed. */
export async function measure({ program, args, env = {} }: CommandLine, cwd: string): Promise<Measurement> {
  const beganMs = performance.now();
  const child = new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let peakMemoryBytes = 0;
  const watch = setInterval(() => peakMemoryBytes = peakOf(child.pid) ?? peakMemoryBytes, LOOK_AT_MEMORY_MS);
  try {
    const [status, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
    const seconds = (performance.now() - beganMs) / 1000;
    if (!status.success) {
      throw new Error(`${program} ended with ${status.code}: ${stderr.trim().slice(0, 500)}`);
    }
    return { seconds, peakMemoryBytes };
  } finally {
    clearInterval(watch);
  }
}

/** The kernel keeps the peak itself, so looking now and then is enough. */
function peakOf(pid: number): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined; // gone, or not Linux
  }
}

/** The middle one, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}
