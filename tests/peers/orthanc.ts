/** Orthanc as a peer. Its called AE title is ORTHANC; what it stored is fetched through its REST interface. */

import { readInstances, type StoredInstance } from "./part10.ts";
import { freePort, type StartedProcess, startProcess, startServer } from "./started_process.ts";

export interface Orthanc extends AsyncDisposable {
  readonly port: number;
  output(): string;
  /** What it has stored, fetched into files. Orthanc writes many data sets anew: the same elements in other bytes. */
  receivedDataSets(): Promise<StoredInstance[]>;
  readonly process: StartedProcess;
}

/** Starts an empty Orthanc; `settings` go into its configuration. */
export async function startOrthanc(settings: Record<string, unknown> = {}): Promise<Orthanc> {
  const folder = await Deno.makeTempDir({ prefix: "orthanc-" });
  const storage = `${folder}/storage`;
  const received = `${folder}/received`;
  await Deno.mkdir(received);
  let httpPort = 0;
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${httpPort}${path}`);
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`Orthanc answers ${response.status} to GET ${path}`);
    }
    return response;
  };
  // It has two ports, and somebody else may have taken either.
  const isReady = async (port: number) => {
    const system = await get("/system").then((response) => response.json(), () => undefined);
    return system?.DicomPort === port;
  };
  const [process, port] = await startServer((port) => {
    httpPort = freePort();
    const configuration = {
      Name: "test",
      StorageDirectory: storage,
      IndexDirectory: storage,
      Plugins: [],
      HttpPort: httpPort,
      DicomPort: port,
      DicomAet: "ORTHANC",
      DicomCheckCalledAet: false,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      UnknownSopClassAccepted: true,
      StorageCompression: false,
      ...settings,
    };
    Deno.writeTextFileSync(`${folder}/orthanc.json`, JSON.stringify(configuration));
    return startProcess("Orthanc", [`${folder}/orthanc.json`]);
  }, isReady);
  return {
    port,
    process,
    output: process.output,
    async receivedDataSets() {
      const ids: string[] = await (await get("/instances")).json();
      await Promise.all(ids.map(async (id) => {
        const { body } = await get(`/instances/${id}/file`);
        if (body !== null) await Deno.writeFile(`${received}/${id}`, body);
      }));
      return await readInstances(received);
    },
    async [Symbol.asyncDispose]() {
      await process.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
