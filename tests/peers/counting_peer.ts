/** Peers and files for the reliability tests: who got which instance how often. */

import { startReceiver } from "../../lib/receiver/receiver.ts";
import { imageFile, instanceUid } from "./made_up_files.ts";

export interface Study extends AsyncDisposable {
  /** A folder for what a test needs beside the files. */
  readonly path: string;
  /** The folder that holds the files and nothing else. */
  readonly files: string;
}

/** A folder of small made-up files, instances 1 to `count`. */
export async function makeStudy(count: number, pixelBytes = 128): Promise<Study> {
  const path = await Deno.makeTempDir({ prefix: "study-" });
  const files = `${path}/files`;
  await Deno.mkdir(files);
  for (let number = 1; number <= count; number++) {
    const name = String(number).padStart(5, "0");
    await Deno.writeFile(`${files}/${name}.dcm`, imageFile({ number, pixelBytes }));
  }
  return { path, files, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

export interface CountingPeer extends AsyncDisposable {
  readonly port: number;
  /** How often each instance has arrived as a whole. */
  readonly arrivals: ReadonlyMap<string, number>;
  /** Instances of 1 to `count` that never arrived. */
  missing(count: number): string[];
  /** Arrivals beyond the first of each instance. */
  doubles(): number;
}

export interface CountingOptions {
  readonly responseDelayMs?: number;
  readonly port?: number;
  /** Called before each instance is counted; what it throws breaks the connection. */
  readonly before?: (arrived: number) => void;
}

/** A receiver that counts how often each instance has arrived as a whole. */
export function startCountingPeer(options: CountingOptions = {}): CountingPeer {
  const arrivals = new Map<string, number>();
  let arrived = 0;
  const receiver = startReceiver({
    responseDelayMs: options.responseDelayMs ?? 0,
    receive: ({ sopInstanceUid }) => ({
      data: () => {},
      complete: () => {
        options.before?.(++arrived);
        arrivals.set(sopInstanceUid, (arrivals.get(sopInstanceUid) ?? 0) + 1);
        return 0x0000;
      },
    }),
  }, options.port ?? 0);
  return {
    port: receiver.port,
    arrivals,
    missing: (count) =>
      Array.from({ length: count }, (_, index) => instanceUid(index + 1)).filter((uid) => !arrivals.has(uid)),
    doubles: () => [...arrivals.values()].reduce((sum, times) => sum + times - 1, 0),
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  };
}
