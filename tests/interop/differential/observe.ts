/** One program, run for one case against a peer of its own: everything that can be seen of that, as lines. */

import { join } from "node:path";
import type { Choice } from "../../peers/answers.ts";
import { STORESCU } from "../../peers/available.ts";
import { type RecordingPeer, startRecordingPeer } from "../../peers/recording_peer.ts";
import { runDcmtk, runProgram, type RunResult } from "../../peers/run_storescu.ts";
import { type ScriptedPeer, startScriptedPeer } from "../../peers/scripted_peer.ts";
import { freePort } from "../../peers/started_process.ts";
import { waitFor } from "../../peers/wait_for.ts";
import { associationLines } from "./association_lines.ts";
import { GOOD } from "./peers.ts";
import type { Case } from "./case.ts";
import { normalLines } from "./normal.ts";
import { linkFolder } from "./specimens.ts";

export type Program = "DCMTK" | "ours";

/** @param specimens a folder like which each run gets one of its own, to work in and to leave its traces in */
export async function observe(program: Program, case_: Case, specimens: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "differential-" });
  try {
    await linkFolder(specimens, folder);
    await using peer = startPeer(case_, specimens);
    const args = argumentsOf(case_.args, peer.port);
    const options = { cwd: folder, env: case_.env ?? {}, timeoutSeconds: 60 };
    const result = program === "ours"
      ? await runProgram(STORESCU, args, options)
      : await runDcmtk(["storescu", ...args], options);
    const associations = (await peer.received()).flatMap((bytes, index) =>
      associationLines(bytes, peer.choose).map((line) => `association ${index + 1}: ${line}`)
    );
    const lines = [...outputLines(result), ...associations, ...await traces(specimens, folder)];
    return normalLines(lines, { folder, port: peer.port });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Words; quotes keep blanks in one. `$` stands for where the peer is. */
export function argumentsOf(text: string, port: number): string[] {
  const words = [...text.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  return words.flatMap((word) =>
    word === "$" ? ["127.0.0.1", String(port)] : [word.replace("$PORT", String(port))]
  );
}

function outputLines({ code, stdout, stderr }: RunResult): string[] {
  return [`exit: ${code}`, ...linesOf(stderr, "err"), ...linesOf(stdout, "out")];
}

function linesOf(text: string, where: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n").map((line) => `${where}: ${line}`);
}

interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly choose: Choice;
  /** The bytes of every connection. */
  received(): Promise<Uint8Array[]>;
}

const first: Choice = (_class, [transferSyntax]) => transferSyntax;

function startPeer({ peer = GOOD }: Case, specimens: string): Listening {
  if ("absent" in peer) {
    return {
      port: freePort(),
      choose: first,
      received: () => Promise.resolve([]),
      async [Symbol.asyncDispose]() {},
    };
  }
  if ("steps" in peer) return playing(startScriptedPeer(peer.steps));
  const tls = peer.tls && {
    cert: Deno.readTextFileSync(join(specimens, "tls/server.pem")),
    key: Deno.readTextFileSync(join(specimens, "tls/server.key")),
  };
  const options = { ...peer.records, ...(tls === undefined ? {} : { tls }) };
  return recording(startRecordingPeer(options), options.choose ?? first);
}

function recording(peer: RecordingPeer, choose: Choice): Listening {
  return {
    port: peer.port,
    choose,
    async received() {
      await peer.stores();
      return peer.associations.map((association) => association.bytes());
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

function playing(peer: ScriptedPeer): Listening {
  return {
    port: peer.port,
    choose: first,
    async received() {
      await waitFor("the end of all connections", () => peer.connections.every(({ over }) => over));
      return peer.connections.map((connection) => connection.bytes());
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

/** What was put into the folder, or is gone from it. */
async function traces(specimens: string, folder: string): Promise<string[]> {
  const [before, after] = [await filesIn(specimens), await filesIn(folder)];
  const added = [...after].filter((path) => !before.has(path)).sort();
  const texts = await Promise.all(
    added.filter((path) => path.endsWith(".log")).map(async (path) =>
      linesOf(await Deno.readTextFile(join(folder, path)), path)
    ),
  );
  return [
    ...[...before].filter((path) => !after.has(path)).sort().map((path) => `gone: ${path}`),
    ...added.map((path) => `new: ${path}`),
    ...texts.flat(),
  ];
}

async function filesIn(folder: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) found.add(name);
  return found;
}
