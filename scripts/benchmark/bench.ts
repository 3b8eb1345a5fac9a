/**
 * Measures dist/storescu against DCMTK's senders: `sh scripts/bench [--quick] [--rounds N] [--only TEXT] [--json FILE]
 * [--readme]`.
 *
 * How this works: `workloads.ts` says what is sent to whom; `data.ts` makes the files, `peers.ts` starts the peers and
 * `senders.ts` knows the command lines. In every round the senders of a workload take turns, so that what else happens on
 * the machine is shared fairly; `measured.ts` holds the watch, and `table.ts` shows medians and ratios.
 */

import { join } from "node:path";
import { runCommand, say } from "../run_command.ts";
import { provide } from "./data.ts";
import { type CommandLine, measure, type Measurement } from "./measured.ts";
import { type Peer, type PeerName, PEERS } from "./peers.ts";
import { type SenderName, Senders } from "./senders.ts";
import { type Circumstances, type Result, tableLines, withTable } from "./table.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

const root = join(import.meta.dirname ?? ".", "../..");

interface Wishes {
  readonly quick: boolean;
  readonly rounds: number;
  /** Only workloads whose name or peer has this in it. */
  readonly only: string;
  readonly json: string | undefined;
  readonly readme: boolean;
}

function wishesOf(args: readonly string[]): Wishes {
  const valueOf = (option: string) => args.includes(option) ? args[args.indexOf(option) + 1] : undefined;
  const quick = args.includes("--quick");
  return {
    quick,
    rounds: Number(valueOf("--rounds") ?? (quick ? 1 : 5)),
    only: valueOf("--only") ?? "",
    json: valueOf("--json"),
    readme: args.includes("--readme"),
  };
}

async function bench(wishes: Wishes): Promise<void> {
  const built = await runCommand("sh", ["scripts/build"], { cwd: root });
  if (built.code !== 0) throw new Error(`the build failed:\n${built.stdout}${built.stderr}`);
  const dataFolder = join(root, ".cache/bench");
  const folder = await Deno.makeTempDir({ prefix: "storescu-bench-" });
  const peers = new Map<PeerName, Peer>();
  const remarks = new Set<string>();
  const results: Result[] = [];
  try {
    const senders = await Senders.find(root, folder);
    for (const workload of WORKLOADS) {
      if (wishes.quick && workload.long || !`${workload.name} ${workload.peer}`.includes(wishes.only)) {
        continue;
      }
      const peer = await start(workload.peer, peers, folder, remarks);
      if (peer === undefined) continue;
      const rows = await measureWorkload(workload, peer, senders, dataFolder, wishes, remarks);
      results.push(...rows);
      for (const line of tableLines(rows).slice(results.length === rows.length ? 0 : 2)) say(line);
    }
  } finally {
    for (const peer of peers.values()) await peer[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  }
  const facts = { ...await circumstances(), rounds: wishes.rounds, remarks: [...remarks] };
  for (const line of [facts.machine, ...facts.versions, ...facts.remarks]) say(line);
  if (wishes.json !== undefined) {
    await Deno.writeTextFile(wishes.json, JSON.stringify({ ...facts, results }, null, 2) + "\n");
  }
  if (wishes.readme) {
    const readme = join(root, "README.md");
    await Deno.writeTextFile(readme, withTable(await Deno.readTextFile(readme), results, facts));
  }
}

async function start(
  name: PeerName,
  peers: Map<PeerName, Peer>,
  folder: string,
  remarks: Set<string>,
): Promise<Peer | undefined> {
  const running = peers.get(name);
  if (running !== undefined) return running;
  try {
    const peer = await PEERS[name](folder);
    peers.set(name, peer);
    return peer;
  } catch (error) {
    remarks.add(`Left out: ${name}, ${error instanceof Error ? error.message.split("\n")[0] : error}.`);
    return undefined;
  }
}

async function measureWorkload(
  workload: Workload,
  peer: Peer,
  senders: Senders,
  dataFolder: string,
  wishes: Wishes,
  remarks: Set<string>,
): Promise<Result[]> {
  const { name, kind, pduBytes = 131072 } = workload;
  const count = wishes.quick ? workload.quickCount ?? workload.count : workload.count;
  const data = kind === undefined ? undefined : await provide(dataFolder, kind);
  const files = data?.files.slice(0, count) ?? [];
  if (data !== undefined) await warm(data.folder, files);
  const calls = new Map<SenderName, CommandLine>();
  for (const sender of workload.senders) {
    const call = data === undefined
      ? senders.versionCall(sender)
      : senders.call(sender, peer, pduBytes, files);
    if (call === undefined) remarks.add(`Left out: ${sender}, which is not on this machine.`);
    else calls.set(sender, call);
  }
  const measurements = new Map<SenderName, Measurement[]>();
  for (let round = 0; round < Math.min(wishes.rounds, workload.mostRounds ?? Infinity); round++) {
    for (const [sender, call] of calls) {
      try {
        if (workload.cold && data !== undefined) await cool(data.folder, files);
        const measurement = await measure(call, data?.folder ?? root);
        measurements.set(sender, [...measurements.get(sender) ?? [], measurement]);
      } catch (error) {
        calls.delete(sender);
        remarks.add(
          `Left out: ${sender} to ${workload.peer}, ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }
  const shown = count !== workload.count ? `${name} (${files.length} with --quick)` : name;
  return [...measurements].map(([sender, of]) => ({
    workload: shown,
    peer: workload.peer,
    sender,
    seconds: of.map(({ seconds }) => seconds),
    peakMemoryBytes: Math.max(...of.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  }));
}

/** Puts the files into the page cache, so that the first sender has no disadvantage. */
async function warm(folder: string, files: readonly string[]): Promise<void> {
  await runCommand("sh", ["-c", 'cat "$@" >/dev/null', "sh", ...files], { cwd: folder });
}

/** Takes the files out of the page cache again. */
async function cool(folder: string, files: readonly string[]): Promise<void> {
  const each = 'for file in "$@"; do dd if="$file" iflag=nocache count=0 status=none || exit; done';
  const { code, stderr } = await runCommand("sh", ["-c", each, "sh", ...files], { cwd: folder });
  if (code !== 0) throw new Error(`its files cannot be taken out of memory: ${stderr.trim()}`);
}

async function circumstances(): Promise<Pick<Circumstances, "date" | "machine" | "versions">> {
  const cpuInfo = await Deno.readTextFile("/proc/cpuinfo").catch(() => "");
  const cpu = /^model name\s*: (.*)$/m.exec(cpuInfo)?.[1] ?? Deno.build.arch;
  const memory = `${Math.round(Deno.systemMemoryInfo().total / 2 ** 30)} GiB`;
  const version = async (program: string, args: readonly string[]) => {
    const { code, stdout } = await runCommand(program, args, { cwd: root });
    return code === 0 ? [stdout.split("\n")[0]?.replaceAll("$", "").trim() ?? program] : [];
  };
  return {
    date: new Date().toISOString().slice(0, 10),
    machine:
      `${navigator.hardwareConcurrency} cores of ${cpu}, ${memory}, ${Deno.build.os} ${Deno.osRelease()}`,
    versions: [...await version("storescu", ["--version"]), ...await version("Orthanc", ["--version"])],
  };
}

try {
  await bench(wishesOf(Deno.args));
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
Deno.exit(0);
