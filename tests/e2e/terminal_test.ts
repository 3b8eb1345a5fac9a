/** What is seen at a terminal. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { have, STORESCU } from "../peers/available.ts";
import { makeStudy } from "../peers/counting_peer.ts";
import { type RecordingPeerOptions, startRecordingPeer } from "../peers/recording_peer.ts";
import { openTerminal, type Terminal } from "../peers/terminal.ts";
import { waitFor } from "../peers/wait_for.ts";

const PROGRESS = /^\d+\/40 files/;
const ENDED = /^ended with (\d+)$/;

/** Sends 40 files, slowly enough to be watched. */
function watched(
  name: string,
  options: RecordingPeerOptions,
  args: readonly string[],
  watch: (terminal: Terminal) => Promise<void>,
  env: Record<string, string> = {},
): void {
  Deno.test({
    name,
    ignore: !have("tmux"),
    async fn() {
      await using study = await makeStudy(40);
      await using peer = startRecordingPeer({ answerDelayMs: 60, ...options });
      const command = [STORESCU, ...args, "+sd", "127.0.0.1", String(peer.port), study.files];
      await using terminal = await openTerminal(command, 80, 24, env);
      await watch(terminal);
    },
  });
}

/** Waits until a line of the screen is like this. */
function seen(terminal: Terminal, like: RegExp): Promise<string> {
  return waitFor(String(like), async () => (await terminal.screen()).find((line) => like.test(line)));
}

watched("progress is drawn over, survives resizing, and is gone in the end", {}, [], async (terminal) => {
  const line = await seen(terminal, PROGRESS);
  assertMatch(line, /^\d+\/40 files {2}\S+( B| KB)?\/\S+ KB {2}\S+ K?B\/s/);
  for (const columns of [30, 200, 12, 80]) {
    await terminal.resize(columns, 24);
    const drawn = await seen(terminal, PROGRESS);
    assert(drawn.length <= columns, `${drawn.length} in ${columns}`);
  }
  assertEquals(await seen(terminal, ENDED), "ended with 0");
  const screen = await terminal.screen();
  assertEquals(screen.filter((line) => PROGRESS.test(line)), []);
  assertMatch(screen.at(-3) ?? "", /^I: 40 files in \d+\.\d s, 18\.1 KB stored \(.*\/s\)$/);
  assertEquals(screen.at(-2), "I:   stored: 40 files, 18.1 KB");
});

watched("log lines go above the progress", { statuses: [0, 0xa700, 0] }, ["-nh"], async (terminal) => {
  await seen(terminal, /^E: Store Refused/);
  await seen(terminal, PROGRESS);
  assertEquals(await seen(terminal, ENDED), "ended with 167");
  const screen = await terminal.screen();
  // Nor are there any in the terminal's history.
  const all = [...await terminal.scrolledOff(), ...screen];
  assertEquals(all.filter((line) => PROGRESS.test(line)), []);
  assertEquals(screen.filter((line) => /^E: {3}refused: 1 file/.test(line)).length, 1);
});

watched("Ctrl-C ends the run in order, and the line is gone", {}, [], async (terminal) => {
  await seen(terminal, /^[5-9]\/40 files/);
  await terminal.press("C-c");
  assertEquals(await seen(terminal, ENDED), "ended with 130");
  const screen = await terminal.screen();
  assertEquals(screen.filter((line) => PROGRESS.test(line)), []);
  assertMatch(screen.join("\n"), /^W: SIGINT: ending after the object that is under way/m);
  assertMatch(screen.join("\n"), /^E: {3}stored: +\d+ files.*\nE: {3}not sent: \d+ files/m);
});

for (const args of [["--no-progress"], ["-q"], ["-v"], ["--json"]]) {
  watched(`with ${args} nothing is drawn over`, { answerDelayMs: 20 }, args, async (terminal) => {
    const drawn: string[] = [];
    await waitFor("the end", async () => {
      const screen = await terminal.screen();
      drawn.push(...screen.filter((line) => PROGRESS.test(line)));
      return screen.some((line) => ENDED.test(line));
    });
    assertEquals(drawn, []);
  });
}

watched("with -v, --progress is shown all the same", {}, ["-v", "--progress"], async (terminal) => {
  await seen(terminal, PROGRESS);
  assertEquals(await seen(terminal, ENDED), "ended with 0");
  assertEquals((await terminal.screen()).filter((line) => PROGRESS.test(line)), []);
});

Deno.test({
  name: "while it is not known yet what is to be sent, how many files have been looked at is shown",
  ignore: !have("tmux"),
  async fn() {
    const looking = /^looking at the files: 0$/;
    await using terminal = await openTerminal([STORESCU, "--files-from", "-", "127.0.0.1", "1"]);
    await seen(terminal, looking);
    await terminal.press("C-d"); // the end of the list
    assertEquals(await seen(terminal, ENDED), "ended with 1");
    const screen = await terminal.screen();
    assertEquals(screen.filter((line) => looking.test(line)), []);
    assertEquals(screen.filter((line) => line === "F: no input files to be sent").length, 1);
  },
});
