/**
 * --selftest: the main job without a peer, a network or a file. Made-up objects travel through a real socket on
 * loopback to the receiver of this room, and what arrives is compared with what was sent, byte for byte.
 */

import type { SyntaxWish } from "../association/proposal.ts";
import { tcpDuplex } from "../association/tcp_duplex.ts";
import { connectTcp } from "../association/transport.ts";
import { memorySource } from "../bytes/memory_source.ts";
import { seekableMemory } from "../bytes/seekable.ts";
import { proposalOf } from "../cli/proposal.ts";
import { survey } from "../dataset/survey.ts";
import { longNameOf } from "../dicom/transfer_syntaxes.ts";
import { Logger, plainBackend } from "../log/log.ts";
import { instanceOf } from "../source/open_instance.ts";
import { openAssociation } from "../transfer/open.ts";
import type { Outcome } from "../transfer/outcome.ts";
import { Transfer } from "../transfer/transfer.ts";
import type { Work } from "../transfer/work.ts";
import { type IncomingInstance, type InstanceSink, startReceiver } from "./receiver.ts";
import { makeSpecimens, type Specimen } from "./specimens.ts";

/** The other specimens need a further association, as files do whose contexts nobody proposed. */
const PROPOSED_AT_ONCE = 5;

/** Runs the self test, tells what happens through `write`, and answers the exit code. */
export async function selfTest(write: (text: string) => void): Promise<number> {
  const specimens = makeSpecimens();
  const arrived = new Map<string, { readonly transferSyntax: string; readonly dataSet: Uint8Array }>();
  const outcomes = new Map<string, Outcome>();
  const complaints: string[] = [];
  const startedMs = performance.now();
  await using receiver = startReceiver({
    receive: (incoming) => collect(incoming, (dataSet) => arrived.set(incoming.sopInstanceUid, dataSet)),
  });
  const log = new Logger(plainBackend("warn", (line) => complaints.push(line)));
  const wish: SyntaxWish = { ...proposalOf(undefined), combine: false };
  const transfer = new Transfer(
    {
      contexts: specimens.slice(0, PROPOSED_AT_ONCE).map(({ sopClassUid, transferSyntax }) => ({
        abstractSyntax: sopClassUid,
        transferSyntaxes: [transferSyntax],
      })),
      wish,
      fixedBy: undefined,
      deflate: false,
      noHalt: true,
      abort: false,
      jobs: 1,
      retries: 0,
      retryDelaySeconds: 1,
    },
    {
      log,
      open: (contexts) => openAssociation(() => connectTo(receiver.port), ASSOCIATION, contexts, log),
      openInstance: async (input) => {
        const { file, dataSet } = specimenNamed(specimens, input.path);
        const found = await survey(seekableMemory(file), input.path, "file");
        return instanceOf(input, found, { bytes: () => memorySource(dataSet), close: () => {} }, {
          mode: "file",
        });
      },
      record: ({ work, outcome }) => void outcomes.set(work.path, outcome),
    },
  );
  write(`storescu self test: ${specimens.length} objects to a receiver of our own on 127.0.0.1\n\n`);
  const exitCode = await transfer.run(eachWork(specimens));
  const faults = specimens.map((specimen) => {
    const fault = compare(specimen, outcomes.get(specimen.name), arrived);
    const { file, name, transferSyntax } = specimen;
    const size = `${(file.length / 1024).toFixed(0)} KiB`.padStart(9);
    write(
      `  ${fault === undefined ? "ok    " : "FAILED"} ${name.padEnd(42)}${size}  ${
        longNameOf(transferSyntax)
      }\n`,
    );
    if (fault !== undefined) write(`         ${fault}\n`);
    return fault;
  });
  const failed = faults.filter((fault) => fault !== undefined).length;
  const milliseconds = Math.round(performance.now() - startedMs);
  for (const line of complaints) write(line);
  write(
    failed === 0 && exitCode === 0
      ? `\nAll ${specimens.length} objects arrived, byte for byte as sent, in ${milliseconds} ms. This executable works here.\n`
      : `\n${failed} of ${specimens.length} objects did not arrive as sent. Do not use this executable here.\n`,
  );
  return failed === 0 ? exitCode : 1;
}

const ASSOCIATION = {
  callingAeTitle: "STORESCU",
  calledAeTitle: "SELFTEST",
  maximumLengthReceived: 16384,
  maxOperationsInvoked: 1,
  jobs: 1,
  dumpLevel: "debug",
  acseTimeoutSeconds: 10,
  dimseTimeoutSeconds: 10,
  socketTimeoutSeconds: 10,
  roles: [],
  extended: [],
} as const;

async function connectTo(port: number) {
  return tcpDuplex(await connectTcp({ peer: "127.0.0.1", port, family: "ipv4", noDelay: true }));
}

function collect(
  { transferSyntax }: IncomingInstance,
  done: (received: { transferSyntax: string; dataSet: Uint8Array }) => void,
): InstanceSink {
  const fragments: Uint8Array[] = [];
  return {
    data: (fragment) => void fragments.push(fragment.slice()),
    complete: () => {
      const dataSet = new Uint8Array(fragments.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const fragment of fragments) {
        dataSet.set(fragment, at);
        at += fragment.length;
      }
      done({ transferSyntax, dataSet });
      return 0x0000;
    },
  };
}

function specimenNamed(specimens: readonly Specimen[], name: string): Specimen {
  const found = specimens.find((specimen) => specimen.name === name);
  if (found === undefined) throw new RangeError(`no specimen ${name}`);
  return found;
}

async function* eachWork(specimens: readonly Specimen[]): AsyncGenerator<Work> {
  let number = 0;
  for (const { name: path } of specimens) {
    yield { path, scanned: false, number: ++number, isLastRound: true, attempts: 0 };
  }
}

/** What is wrong with what arrived; undefined when it is the data set of the file. */
function compare(
  { sopInstanceUid, transferSyntax, dataSet }: Specimen,
  outcome: Outcome | undefined,
  arrived: ReadonlyMap<string, { readonly transferSyntax: string; readonly dataSet: Uint8Array }>,
): string | undefined {
  if (outcome?.kind !== "stored") return `outcome: ${outcome?.kind ?? "none"}`;
  const received = arrived.get(sopInstanceUid);
  if (received === undefined) return "counted as stored, but it never arrived";
  if (received.transferSyntax !== transferSyntax) return `arrived as ${longNameOf(received.transferSyntax)}`;
  const wrong = dataSet.findIndex((byte, at) => byte !== received.dataSet[at]);
  if (wrong >= 0) return `differs from byte ${wrong} of the data set on`;
  if (dataSet.length !== received.dataSet.length) {
    return `${received.dataSet.length} bytes instead of ${dataSet.length}`;
  }
  return undefined;
}
