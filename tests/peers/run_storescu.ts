/** Runs the executable under test, or DCMTK's, to its end. */

import { find, STORESCU } from "./available.ts";
import { eventsOf, eventsOfReport, summaryOf } from "./events.ts";

export interface RunResult {
  /** The exit code; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Largest resident memory seen, where it was asked for. */
  readonly peakMemoryBytes: number;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment: nothing is inherited. Default: empty. */
  readonly env?: Record<string, string>;
  /** Written to standard input; without it there is none. */
  readonly stdin?: string | Uint8Array;
  /** After this the program is killed and the test fails. Default 60. */
  readonly timeoutSeconds?: number;
  /** Looks at the program's memory while it runs (Linux). */
  readonly watchMemory?: boolean;
  /** Is told the process ID when the program has started, to send it signals; `stderr` answers what it has said by then. */
  readonly onStart?: (pid: number, stderr: () => string) => void;
}

/** These answer by themselves, or leave no time for a report. */
const WITHOUT_REPORT = /^(--(help|version|man|selftest|completions|list-\w+|report)|-h)$/;

/**
 * Runs the compiled storescu. Whatever a test is about, what the program says of it in JSON must fit the schema and add
 * up: each run writes a report, which is checked.
 */
export async function runStorescu(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  if (args.length === 0 || args.some((arg) => WITHOUT_REPORT.test(arg))) {
    return await runProgram(STORESCU, args, options);
  }
  const folder = await Deno.makeTempDir({ prefix: "storescu-report-" });
  try {
    const report = `${folder}/report.json`;
    const result = await runProgram(STORESCU, ["--report", report, ...args], options);
    const [written, ...more] = [...Deno.readDirSync(folder)];
    if (more.length > 0) throw new Error(`left beside the report: ${more.map(({ name }) => name)}`);
    // A mistake in the command line, or SIGKILL, ends the program before there is anything to report.
    if (written?.name === "report.json") checkReport(await Deno.readTextFile(report), result);
    return result;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function checkReport(text: string, { code, stdout }: RunResult): void {
  const events = eventsOfReport(text);
  const { exitCode } = summaryOf(events);
  if (exitCode !== code) throw new Error(`reported exit code ${exitCode}, ended with ${code}`);
  if (stdout.startsWith('{"event":"run"')) eventsOf(stdout);
}

/** Runs a DCMTK tool; the first argument names it: `runDcmtk(["storescu", "-v", ...])`. */
export function runDcmtk(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [tool = "", ...rest] = args;
  return runProgram(find(tool) ?? tool, rest, options);
}

/** @throws Error when the program does not end in time. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const { cwd, env = {}, stdin, timeoutSeconds = 60, watchMemory = false, onStart } = options;
  const child = new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env,
    clearEnv: true,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  const collectStderr = async () => {
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) stderr += part;
  };
  onStart?.(child.pid, () => stderr);
  let killed = false;
  const alarm = setTimeout(() => {
    killed = true;
    child.kill("SIGKILL");
  }, timeoutSeconds * 1000);
  let peakMemoryBytes = 0;
  const watch = watchMemory
    ? setInterval(() => peakMemoryBytes = Math.max(peakMemoryBytes, peakOf(child.pid)), 5)
    : undefined;
  try {
    const [stdout, status] = await Promise.all([
      new Response(child.stdout).text(),
      child.status,
      collectStderr(),
      feed(child, stdin),
    ]);
    if (killed) {
      throw new Error(`${program} ${args.join(" ")} did not end within ${timeoutSeconds} s\n${stderr}`);
    }
    return { code: status.code, stdout, stderr, peakMemoryBytes };
  } finally {
    clearTimeout(alarm);
    clearInterval(watch);
  }
}

async function feed(child: Deno.ChildProcess, stdin: string | Uint8Array | undefined): Promise<void> {
  if (stdin === undefined) return;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof stdin === "string" ? new TextEncoder().encode(stdin) : new Uint8Array(stdin));
    await writer.close();
  } catch {
    // it ended without reading to the end: its own business
  }
}

/** The kernel keeps the peak itself, so looking now and then is enough. */
function peakOf(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`));
    return Number(found?.[1] ?? 0) * 1024;
  } catch {
    return 0; // gone
  }
}
