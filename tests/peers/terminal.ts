/** A terminal of a given size, by tmux: what stands on it can be looked at. */

import { find } from "./available.ts";
import { runProgram } from "./run_storescu.ts";

export interface Terminal extends AsyncDisposable {
  /** The lines on the screen, without blanks at their ends and without empty lines below the last. */
  screen(): Promise<string[]>;
  /** The same of all that has gone up out of the screen. */
  scrolledOff(): Promise<string[]>;
  resize(columns: number, rows: number): Promise<void>;
  /** Presses keys, such as "C-c". */
  press(key: string): Promise<void>;
}

/** What the keys of a terminal mean to the command, they shall not mean to the shell around it. */
const SCRIPT = 'trap : INT; "$@"; echo "ended with $?"; exec sleep 600';

/** Runs `command` in a new terminal, which stays open behind its end. */
export async function openTerminal(
  command: readonly string[],
  columns = 80,
  rows = 24,
  env: Record<string, string> = {},
): Promise<Terminal> {
  const folder = await Deno.makeTempDir({ prefix: "terminal-" });
  const tmux = async (...args: string[]): Promise<string> => {
    const all = ["-S", `${folder}/socket`, "-f", "/dev/null", ...args];
    const { code, stdout, stderr } = await runProgram(find("tmux") ?? "tmux", all, {
      env: { PATH: Deno.env.get("PATH") ?? "", TERM: "screen", LC_ALL: "C.UTF-8", ...env },
    });
    if (code !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const size = ["-x", String(columns), "-y", String(rows)];
  await tmux(
    "new-session",
    "-d",
    ...size,
    "--",
    "sh",
    "-c",
    SCRIPT,
    "sh",
    ...command,
  );
  const lines = async (...range: string[]) =>
    (await tmux("capture-pane", "-p", ...range)).trimEnd().split("\n").map((line) => line.trimEnd());
  return {
    screen: () => lines(),
    async scrolledOff() {
      // Without history tmux would show the first line of the screen.
      const hasHistory = (await tmux("display-message", "-p", "#{history_size}")).trim() !== "0";
      return hasHistory ? await lines("-S", "-", "-E", "-1") : [];
    },
    async resize(width, height) {
      await tmux("resize-window", "-x", String(width), "-y", String(height));
    },
    async press(key) {
      await tmux("send-keys", key);
    },
    async [Symbol.asyncDispose]() {
      await tmux("kill-server");
      await Deno.remove(folder, { recursive: true });
    },
  };
}
