/** DCMTK's image archive as a peer. Its called AE title is ARCHIVE. */

import { readInstances, type StoredInstance } from "./part10.ts";
import { type StartedProcess, startProcess, startServer } from "./started_process.ts";

export interface Dcmqrscp extends AsyncDisposable {
  readonly port: number;
  output(): string;
  /** What its archive holds, by file name. */
  receivedDataSets(): Promise<StoredInstance[]>;
  readonly process: StartedProcess;
}

/** Starts dcmqrscp with an empty archive; it keeps data sets exactly as they come. */
export async function startDcmqrscp(
  args: readonly string[] = [],
  { maxAssociations = 16 } = {},
): Promise<Dcmqrscp> {
  const folder = await Deno.makeTempDir({ prefix: "dcmqrscp-" });
  const archive = `${folder}/archive`;
  await Deno.mkdir(archive);
  await Deno.writeTextFile(`${folder}/dcmqrscp.cfg`, configuration(archive, maxAssociations));
  // In its single process mode it would leave after the first association.
  const defaults = ["--config", `${folder}/dcmqrscp.cfg`, "--fork", "--bit-preserving"];
  const [process, port] = await startServer((port) =>
    startProcess("dcmqrscp", [...defaults, ...args, String(port)])
  );
  return {
    port,
    process,
    output: process.output,
    receivedDataSets: async () =>
      (await readInstances(archive)).filter(({ path }) => !path.endsWith("/index.dat")),
    async [Symbol.asyncDispose]() {
      await process.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function configuration(archive: string, maxAssociations: number): string {
  return [
    "MaxPDUSize = 16384",
    `MaxAssociations = ${maxAssociations}`,
    "HostTable BEGIN",
    "HostTable END",
    "VendorTable BEGIN",
    "VendorTable END",
    "AETable BEGIN",
    `ARCHIVE ${archive} RW (9999, 8192mb) ANY`,
    "AETable END",
    "",
  ].join("\n");
}
