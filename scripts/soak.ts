/**
 * The soak test: `sh scripts/soak [--minutes N] [--rounds N] [--seed N]`, by default three minutes and at most 200 rounds.
 *
 * Every round sends a random study to storescp or Orthanc with random --jobs and --retry, while the peer is killed and
 * started again at random. What --json says is stored must then be there, with the same data elements. Ends with 1 if
 * anything differs.
 */

import { parseArgs } from "node:util";
import { imageFile } from "../tests/peers/made_up_files.ts";
import { canonicalDataSet } from "../tests/peers/canonical.ts";
import { find } from "../tests/peers/available.ts";
import { readInstance, readInstances } from "../tests/peers/part10.ts";
import { runStorescu } from "../tests/peers/run_storescu.ts";
import { freePort, type StartedProcess, startProcess } from "../tests/peers/started_process.ts";
import { waitFor } from "../tests/peers/wait_for.ts";
import { say } from "./run_command.ts";

/** A server that can be killed and started again with all it has stored. */
interface Peer {
  readonly name: string;
  readonly port: number;
  start(): Promise<void>;
  /** SIGKILL, as a power failure would do it. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Files that hold the instance, some perhaps cut off by a kill. */
  filesOf(sopInstanceUid: string): Promise<string[]>;
}

function storescp(folder: string): Peer {
  const port = freePort();
  const received = `${folder}/storescp`;
  Deno.mkdirSync(received);
  const options = ["--bit-preserving", "--accept-all", "--promiscuous", "--unique-filenames", "--fork"];
  return peer(
    "storescp",
    port,
    ["storescp", ...options, "--output-directory", received, String(port)],
    async (uid) => {
      const stored = await readInstances(received).catch(() => []);
      return stored.filter(({ sopInstanceUid }) => sopInstanceUid === uid).map(({ path }) => path);
    },
  );
}

function orthanc(folder: string): Peer {
  const [port, httpPort] = [freePort(), freePort()];
  const storage = `${folder}/orthanc`;
  Deno.mkdirSync(`${storage}/received`, { recursive: true });
  const configuration = {
    StorageDirectory: storage,
    IndexDirectory: storage,
    Plugins: [],
    HttpPort: httpPort,
    DicomPort: port,
    DicomCheckCalledAet: false,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    UnknownSopClassAccepted: true,
    OverwriteInstances: true,
  };
  Deno.writeTextFileSync(`${folder}/orthanc.json`, JSON.stringify(configuration));
  const url = `http://127.0.0.1:${httpPort}`;
  return peer("Orthanc", port, ["Orthanc", `${folder}/orthanc.json`], async (uid) => {
    const found = await fetch(`${url}/tools/lookup`, { method: "POST", body: uid });
    // The made-up study has the UID of an instance, too.
    const matches: { ID: string; Type: string }[] = await found.json();
    const match = matches.find(({ Type }) => Type === "Instance");
    if (match === undefined) return [];
    const path = `${storage}/received/${match.ID}`;
    await Deno.writeFile(path, (await fetch(`${url}/instances/${match.ID}/file`)).body ?? new Uint8Array());
    return [path];
  });
}

function peer(name: string, port: number, command: string[], filesOf: Peer["filesOf"]): Peer {
  let running: StartedProcess | undefined;
  const [program = "", ...args] = command;
  return {
    name,
    port,
    filesOf,
    async start() {
      running = startProcess(program, args);
      await waitFor(`${name} to listen`, () => isListening(port), 60);
    },
    async kill() {
      const process = running;
      if (process === undefined) return;
      Deno.kill(process.pid, "SIGKILL");
      await waitFor(`${name} to die`, () => process.exitCode() !== undefined);
    },
    stop: async () => await running?.stop(),
  };
}

async function isListening(port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`^ *\\d+: [0-9A-F]+:${hex} \\S+ 0A `, "m");
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => Deno.readTextFile(path));
  return (await Promise.all(tables)).some((table) => listening.test(table));
}

/** Park and Miller's generator: the same seed gives the same rounds. */
class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed % 2147483647 || 1;
  }
  /** 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = this.#state * 48271 % 2147483647;
    return this.#state % limit;
  }
}

interface Totals {
  rounds: number;
  kills: number;
  sent: number;
  received: number;
  differing: number;
  notSent: number;
}

let lastInstance = 0;

async function round(peer: Peer, folder: string, dice: Dice, totals: Totals): Promise<void> {
  const study = await Deno.makeTempDir({ dir: folder });
  for (let count = 1 + dice.below(40); count > 0; count--) {
    const encoding = (["implicit", "explicit", "bigEndian"] as const)[dice.below(3)] ?? "explicit";
    const pixelBytes = 2 * (1 + dice.below(dice.below(5) === 0 ? 2_000_000 : 50_000));
    const number = ++lastInstance;
    await Deno.writeFile(`${study}/${number}.dcm`, imageFile({ number, encoding, pixelBytes }));
  }
  const jobs = String(1 + dice.below(4));
  const args = [
    "--json",
    "-nh",
    "--jobs",
    jobs,
    "--retry",
    "20",
    "--retry-delay",
    "1",
    "-ta",
    "5",
    "-td",
    "10",
    "-R",
  ];
  let ended = false;
  const running = runStorescu([...args, "+sd", "127.0.0.1", String(peer.port), study], {
    timeoutSeconds: 300,
  })
    .finally(() => ended = true);
  for (let kills = dice.below(3); kills > 0 && !ended; kills--) {
    await new Promise((resolve) => setTimeout(resolve, 100 + dice.below(600)));
    if (ended) break;
    await peer.kill();
    totals.kills++;
    await new Promise((resolve) => setTimeout(resolve, dice.below(500)));
    await peer.start();
  }
  const { stdout } = await running;
  for (const line of stdout.trimEnd().split("\n")) {
    const event = JSON.parse(line);
    if (event.event !== "file") continue;
    if (event.outcome !== "stored" && event.outcome !== "storedWithWarning") {
      totals.notSent++;
      continue;
    }
    totals.sent++;
    if (await hasArrived(peer, event.path, event.sopInstanceUid)) totals.received++;
    else {
      totals.differing++;
      const there = await peer.filesOf(event.sopInstanceUid);
      const how = there.length === 0 ? "is not there" : `differs from ${there.join(", ")}`;
      say(`${event.path} (${event.sopInstanceUid}) ${how} at ${peer.name}, after ${event.retries} retries`);
    }
  }
  await Deno.remove(study, { recursive: true });
}

/** One of the files the peer holds for the instance has the data elements that were sent. */
async function hasArrived(peer: Peer, path: string, sopInstanceUid: string): Promise<boolean> {
  const sent = await readInstance(path);
  for (const candidate of await peer.filesOf(sopInstanceUid)) {
    const stored = await readInstance(candidate);
    if (equal(stored.dataSet, sent.dataSet)) return true;
    const [left, right] = await Promise.all(
      [path, candidate].map((file) => canonicalDataSet(file, "+te").catch(() => new Uint8Array())),
    );
    if (left !== undefined && right !== undefined && left.length > 0 && equal(left, right)) return true;
  }
  return false;
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

const { values } = parseArgs({
  args: Deno.args,
  options: { minutes: { type: "string" }, rounds: { type: "string" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const end = performance.now() + Number(values.minutes ?? 3) * 60_000;
const mostRounds = Number(values.rounds ?? 200);
const folder = await Deno.makeTempDir({ prefix: "soak-" });
const dice = new Dice(seed);
const peers = [storescp(folder), ...(find("Orthanc") === undefined ? [] : [orthanc(folder)])];
const totals: Totals = { rounds: 0, kills: 0, sent: 0, received: 0, differing: 0, notSent: 0 };
say(`soak: seed ${seed}, peers: ${peers.map(({ name }) => name).join(", ")}`);
try {
  for (const peer of peers) await peer.start();
  while (totals.rounds < mostRounds && performance.now() < end) {
    totals.rounds++;
    const chosen = peers[dice.below(peers.length)];
    if (chosen !== undefined) await round(chosen, folder, dice, totals);
  }
} finally {
  for (const peer of peers) await peer.stop();
  await Deno.remove(folder, { recursive: true });
}
const { rounds, kills, sent, received, differing, notSent } = totals;
say(
  `soak: ${rounds} rounds, ${kills} kills: ${sent} sent, ${received} received, ${differing} differing, ${notSent} not sent`,
);
Deno.exit(differing === 0 && sent > 0 ? 0 : 1);
