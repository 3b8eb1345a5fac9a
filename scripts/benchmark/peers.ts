/** The peers that are sent to: each is started once and serves all rows of the table that name it. */

import { EXPLICIT_BIG_ENDIAN, EXPLICIT_LITTLE_ENDIAN } from "../../lib/dicom/transfer_syntaxes.ts";
import { startOrthanc } from "../../tests/peers/orthanc.ts";
import { startProcess, startServer } from "../../tests/peers/started_process.ts";
import { waitFor } from "../../tests/peers/wait_for.ts";
import { runCommand } from "../run_command.ts";

export interface Peer extends AsyncDisposable {
  readonly port: number;
  /** Options that a sender of DCMTK's kind needs for this peer. */
  readonly args: readonly string[];
}

/** By the name that the table shows. */
export const PEERS = {
  "receiver": () => receiver(),
  "receiver, 16 KB PDUs": () => receiver("--pdu", "16384"),
  "receiver, explicit only": () => receiver("--only", EXPLICIT_LITTLE_ENDIAN),
  "receiver, big endian only": () => receiver("--only", EXPLICIT_BIG_ENDIAN),
  "receiver, answers after 20 ms": () => receiver("--delay", "20", "--window", "16"),
  "storescp --ignore": () => storescp(),
  "storescp --ignore, TLS": (folder: string) => storescpTls(folder),
  "Orthanc": () => orthanc(),
} as const satisfies Record<string, (folder: string) => Promise<Peer>>;

export type PeerName = keyof typeof PEERS;

async function receiver(...args: string[]): Promise<Peer> {
  const script = new URL("receive.ts", import.meta.url).pathname;
  const process = startProcess(Deno.execPath(), ["run", "--quiet", "--allow-all", script, ...args]);
  const port = Number(await waitFor("the receiver's port", () => /^\d+/.exec(process.output())?.[0], 60));
  return { port, args: [], [Symbol.asyncDispose]: process.stop };
}

async function storescp(...args: string[]): Promise<Peer> {
  const start = (port: number) => startProcess("storescp", ["--ignore", ...args, String(port)]);
  const [process, port] = await startServer(start);
  return { port, args: [], [Symbol.asyncDispose]: process.stop };
}

async function storescpTls(folder: string): Promise<Peer> {
  const key = `${folder}/key.pem`;
  const certificate = `${folder}/certificate.pem`;
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"];
  const made = await runCommand("openssl", [...args, "-keyout", key, "-out", certificate], { cwd: folder });
  if (made.code !== 0) throw new Error(`openssl cannot make a certificate: ${made.stderr}`);
  const peer = await storescp("--enable-tls", key, certificate, "--ignore-peer-cert");
  return { ...peer, args: ["--anonymous-tls", "--add-cert-file", certificate] };
}

async function orthanc(): Promise<Peer> {
  const peer = await startOrthanc({ OverwriteInstances: true });
  return { port: peer.port, args: ["--call", "ORTHANC"], [Symbol.asyncDispose]: peer[Symbol.asyncDispose] };
}
