/** Who is measured, and how each is called. */

import { EXPLICIT_LITTLE_ENDIAN } from "../../lib/dicom/transfer_syntaxes.ts";
import { APPLICATION_CONTEXT } from "../../lib/dicom/uids.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import { runCommand } from "../run_command.ts";
import { CT_IMAGE_STORAGE } from "./data.ts";
import type { CommandLine } from "./measured.ts";
import type { Peer } from "./peers.ts";

/** Without its own delays DCMTK is at its best; by default it leaves Nagle's algorithm on. */
const TUNED = { TCP_NODELAY: "1" };

const CALLS = {
  ours: { program: "dist/storescu", args: [] },
  "--jobs 8": { program: "dist/storescu", args: ["--jobs", "8"] },
  "--max-ops-invoked 16": { program: "dist/storescu", args: ["--max-ops-invoked", "16"] },
  storescu: { program: "storescu", args: [] },
  "storescu, TCP_NODELAY=1": { program: "storescu", args: [], env: TUNED },
  dcmsend: { program: "dcmsend", args: [] },
  "dcmsend, TCP_NODELAY=1": { program: "dcmsend", args: [], env: TUNED },
} as const satisfies Record<string, CommandLine>;

export type SenderName = keyof typeof CALLS | "floor";

export class Senders {
  readonly #found = new Map<string, string>();
  readonly #request: string;

  private constructor(request: string) {
    this.#request = request;
  }

  /** Finds the programs, and compiles the floor if there is a C compiler. */
  static async find(root: string, folder: string): Promise<Senders> {
    const request = `${folder}/request`;
    await Deno.writeFile(request, requestBytes());
    const senders = new Senders(request);
    senders.#found.set("dist/storescu", `${root}/dist/storescu`);
    for (const name of ["storescu", "dcmsend", "cc"]) {
      const { code, stdout } = await runCommand("sh", ["-c", `command -v ${name}`], { cwd: root });
      if (code === 0) senders.#found.set(name, stdout.trim());
    }
    const compiler = senders.#found.get("cc");
    if (compiler !== undefined) {
      const args = ["-O2", "-o", `${folder}/floor`, `${root}/scripts/benchmark/floor.c`];
      const { code, stderr } = await runCommand(compiler, args, { cwd: root });
      if (code !== 0) throw new Error(`the floor does not compile: ${stderr}`);
      senders.#found.set("floor", `${folder}/floor`);
    }
    return senders;
  }

  /** What to run so that this sender sends these files; undefined when it is not there. */
  call(name: SenderName, peer: Peer, pduBytes: number, files: readonly string[]): CommandLine | undefined {
    if (name === "floor") {
      const program = this.#found.get("floor");
      const args = [String(peer.port), this.#request, "1", String(pduBytes), ...files];
      return program === undefined ? undefined : { program, args };
    }
    const call: CommandLine = CALLS[name];
    const program = this.#found.get(call.program);
    if (program === undefined) return undefined;
    const args = [...call.args, ...peer.args, "127.0.0.1", String(peer.port), ...files];
    return { program, args, env: call.env ?? {} };
  }

  /** The program alone, for the time it takes to start. */
  versionCall(name: SenderName): CommandLine | undefined {
    if (name === "floor") return undefined;
    const program = this.#found.get(CALLS[name].program);
    return program === undefined ? undefined : { program, args: ["--version"] };
  }
}

/** The floor does not think: it sends this and takes it to be accepted. */
function requestBytes(): Uint8Array {
  return encodePdu({
    type: "associateRq",
    calledAeTitle: "ANY-SCP",
    callingAeTitle: "FLOOR",
    applicationContext: APPLICATION_CONTEXT,
    contexts: [{ id: 1, abstractSyntax: CT_IMAGE_STORAGE, transferSyntaxes: [EXPLICIT_LITTLE_ENDIAN] }],
    maximumLengthReceived: 16384,
    implementationClassUid: "2.25.1",
    implementationVersionName: "FLOOR",
    operationsWindow: undefined,
    roles: [],
    extended: [],
    userIdentity: undefined,
  });
}
