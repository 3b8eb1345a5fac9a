/**
 * Feeds mutated input to whatever reads input from outside, for some time: `deno task fuzz --seconds 60`.
 *
 *     --seconds N     how long (30)
 *     --seed N        where to begin, as printed (random)
 *     --target NAME   only this one of scripts/fuzz/targets.ts; may be repeated
 *
 * A target may answer anything or throw a Fault that is not a bug; whatever else it throws, an input that takes longer than
 * HANG_SECONDS, and memory beyond MEMORY_BYTES end the run with exit code 1, and the input is kept in a file.
 *
 * How this works: the inputs are tried in a process of its own, which says what it is going to try; this side watches
 * that it goes on and how much memory it takes, and ends it if need be.
 */

import { say } from "./run_command.ts";
import type { Progress, Wish } from "./fuzz/worker.ts";

const HANG_SECONDS = 20;
/** Of the process that tries the inputs; most of it are the files it starts from. */
const MEMORY_BYTES = 600 * 2 ** 20;

function readArguments(): Wish {
  let seconds = 30;
  let seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const targets: string[] = [];
  for (let i = 0; i < Deno.args.length; i += 2) {
    const value = Deno.args[i + 1] ?? "";
    if (Deno.args[i] === "--seconds" && Number(value) > 0) seconds = Number(value);
    else if (Deno.args[i] === "--seed" && /^\d+$/.test(value)) seed = Number(value);
    else if (Deno.args[i] === "--target" && value !== "") targets.push(value);
    else {
      say("usage: fuzz [--seconds N] [--seed N] [--target NAME]");
      Deno.exit(1);
    }
  }
  return { seconds, seed, targets };
}

/** Runs the worker until the time is up; answers what went wrong, or undefined. */
async function watch(wish: Wish): Promise<string | undefined> {
  const script = new URL("./fuzz/worker.ts", import.meta.url).pathname;
  const args = ["run", "--quiet", "--allow-all", script, JSON.stringify(wish)];
  const worker = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
  let last: Progress | undefined;
  let lastSeen = Date.now();
  let highest = 0;
  let problem: string | undefined;
  const where = () => `${last?.target} ${last?.name} seed ${last?.seed} or shortly after`;
  const timer = setInterval(() => {
    highest = Math.max(highest, residentBytes(worker.pid));
    if (Date.now() - lastSeen > HANG_SECONDS * 1000) problem = `hangs: ${where()}`;
    else if (highest > MEMORY_BYTES) problem = `needs ${Math.round(highest / 2 ** 20)} MB: ${where()}`;
    if (problem !== undefined) worker.kill("SIGKILL");
  }, 200);
  const counts = new Map<string, number>();
  for await (const line of linesOf(worker.stdout)) {
    lastSeen = Date.now();
    const progress: Progress = JSON.parse(line);
    if (progress.target !== "") counts.set(progress.target, progress.count);
    if (progress.problem !== undefined) {
      problem = `${progress.target} ${progress.name} seed ${progress.seed}: ${progress.problem}`;
    }
    last = progress;
  }
  const { code } = await worker.status;
  clearInterval(timer);
  for (const [target, count] of counts) say(`${target}: ${count} inputs`);
  say(`memory at most ${Math.round(highest / 2 ** 20)} MB`);
  if (problem === undefined && last?.done !== true) return `ended with exit code ${code}: ${where()}`;
  return problem;
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** What the kernel says, where it does. */
function residentBytes(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

const wish = readArguments();
say(`seed ${wish.seed}, ${wish.seconds} seconds`);
const problem = await watch(wish);
if (problem !== undefined) {
  say(`FAILED ${problem}`);
  Deno.exit(1);
}
say("nothing found");
