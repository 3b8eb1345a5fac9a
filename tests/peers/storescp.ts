/** DCMTK's storescp as a peer. */

import { readInstances, type StoredInstance } from "./part10.ts";
import { type StartedProcess, startProcess, startServer } from "./started_process.ts";

export interface Storescp extends AsyncDisposable {
  readonly port: number;
  /** What it said so far. */
  output(): string;
  /** What it has stored so far, by file name. */
  receivedDataSets(): Promise<StoredInstance[]>;
  readonly process: StartedProcess;
}

/**
 * Starts storescp in a folder of its own. It writes data sets exactly as they come, each into a new file, and accepts
 * every transfer syntax it knows and every SOP class; `args` come behind these options and so have the last word.
 */
export async function startStorescp(
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Storescp> {
  const folder = await Deno.makeTempDir({ prefix: "storescp-" });
  const defaults = ["--bit-preserving", "--accept-all", "--promiscuous", "--unique-filenames"];
  const [process, port] = await startServer((port) =>
    startProcess("storescp", [...defaults, "--output-directory", folder, ...args, String(port)], { env })
  );
  return {
    port,
    process,
    output: process.output,
    receivedDataSets: () => readInstances(folder),
    async [Symbol.asyncDispose]() {
      await process.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
