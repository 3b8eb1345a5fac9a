/** What becomes of files, of the run and of its exit code, by what peers do. */

import { assertEquals } from "@std/assert";
import type { Association } from "../../lib/association/association.ts";
import { memorySource } from "../../lib/bytes/memory_source.ts";
import { Fault } from "../../lib/errors.ts";
import { Logger, plainBackend } from "../../lib/log/log.ts";
import type { Instance } from "../../lib/source/instance.ts";
import { MessageIds } from "../../lib/transfer/message_ids.ts";
import { openAssociation } from "../../lib/transfer/open.ts";
import type { TransferPlan } from "../../lib/transfer/plan.ts";
import { Transfer } from "../../lib/transfer/transfer.ts";
import type { Work } from "../../lib/transfer/work.ts";
import { connectTo, CT, IMPLICIT, LITTLE, PATIENT } from "../association/dialogue.ts";
import { abortBytes, associateAcBytes, rejectBytes, RELEASE_RP, storeRsp } from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";
import { type ScriptedPeer, type Seen, startScriptedPeer, type Step } from "../peers/scripted_peer.ts";
import { waitFor } from "../peers/wait_for.ts";

const WISH = { preferred: LITTLE, fallback: [], exclusive: true, combine: false };

const PLAN: TransferPlan = {
  contexts: [{ abstractSyntax: CT, transferSyntaxes: [LITTLE] }],
  wish: WISH,
  fixedBy: undefined,
  deflate: false,
  noHalt: false,
  abort: false,
  jobs: 1,
  retries: 0,
  retryDelaySeconds: 0.01,
};

interface Run {
  readonly exitCode: number;
  /** "1 stored", "2 notSent" ... in the order of the ends. */
  readonly outcomes: readonly string[];
  /** What was said at level warn and above. */
  readonly lines: readonly string[];
  readonly connections: number;
  /** How often the delay had been doubled, at each wait for another try. */
  readonly doublings: readonly number[];
  /** Instances, each time they were opened. */
  readonly opened: readonly string[];
}

/** What is known of an earlier run, and which of the files that were found by scanning are none to be sent. */
interface Before {
  readonly stored: readonly string[];
  readonly noDicom: readonly string[];
}

interface Circumstances {
  /** Every association ends while a file is being opened. */
  readonly isLostEarly?: boolean | undefined;
  readonly before?: Before;
  /** How many operations may be under way at a time, as far as we are concerned. */
  readonly maxOperationsInvoked?: number;
  /** What a file is opened as, instead of the plain instance that `open` gives. */
  readonly openedAs?: (open: () => Instance, path: string) => Instance;
  /** Told when the run has begun; it is not over before what this promises. */
  readonly meanwhile?: (transfer: Transfer, peer: ScriptedPeer) => Promise<void>;
}

/** Sends files 1, 2, ... to a peer with one script for each connection. */
async function run(
  scripts: readonly (readonly Step[])[],
  files: number,
  changes: Partial<TransferPlan> = {},
  { isLostEarly = false, before, maxOperationsInvoked = 1, ...ways }: Circumstances = {},
): Promise<Run> {
  await using peer = startScriptedPeer(...scripts);
  let association: Association | undefined;
  const outcomes: string[] = [];
  const lines: string[] = [];
  const doublings: number[] = [];
  const opened: string[] = [];
  const inUse = new Set<string>();
  const log = new Logger(plainBackend("warn", (text) => lines.push(...text.trimEnd().split("\n"))));
  const wish = {
    ...PATIENT,
    callingAeTitle: "STORESCU",
    calledAeTitle: "ANY-SCP",
    maximumLengthReceived: 16384,
    maxOperationsInvoked,
    jobs: 1,
    dumpLevel: "debug",
    roles: [],
    extended: [],
    userIdentity: undefined,
  } as const;
  const transfer = new Transfer({ ...PLAN, ...changes }, {
    log,
    open: async (contexts) => {
      const open = await openAssociation(() => connectTo(peer.port), wish, contexts, log);
      association = open.association;
      return open;
    },
    openInstance: ({ path }) => {
      if (isLostEarly) association?.cancel(new Fault("lost", "lost early"));
      if (before?.noDicom.includes(path)) return { skipped: "it is not a DICOM file" };
      opened.push(path);
      const open = () => instanceOf(path, inUse);
      return ways.openedAs === undefined ? open() : ways.openedAs(open, path);
    },
    ...(before === undefined ? {} : {
      storedBefore: ({ path }) =>
        before.stored.includes(path) ? { skipped: "stored", isStored: true } : undefined,
    }),
    record: ({ work, outcome }) => void outcomes.push(`${work.path} ${outcome.kind}`),
    // Up to a quarter is taken off.
    retrying: (_, seconds) => doublings.push(Math.ceil(Math.log2(seconds / PLAN.retryDelaySeconds))),
  });
  const meanwhile = ways.meanwhile?.(transfer, peer);
  const exitCode = await transfer.run(works(files, before !== undefined));
  await meanwhile;
  assertEquals([...inUse], [], "files, and data sets, that were not closed");
  return { exitCode, outcomes, lines, connections: peer.connections.length, doublings, opened };
}

async function* works(files: number, scanned: boolean): AsyncGenerator<Work> {
  for (let number = 1; number <= files; number++) {
    yield { path: String(number), scanned, number, isLastRound: true, attempts: 0 };
  }
}

/** @param inUse holds the names of what is open */
function instanceOf(path: string, inUse: Set<string>): Instance {
  const [file, dataSet] = [`file ${path}`, `data set ${path}`];
  inUse.add(file);
  return {
    sopClassUid: CT,
    sopInstanceUid: `1.2.3.${path}`,
    transferSyntax: LITTLE,
    lengthBytes: 1000,
    warnings: [],
    dataSet() {
      inUse.add(dataSet);
      const source = memorySource(new Uint8Array(1000));
      source.close = () => inUse.delete(dataSet);
      return source;
    },
    fits: (wanted) => wanted === LITTLE,
    close: () => void inUse.delete(file),
  };
}

const ACCEPT: readonly Step[] = [
  { read: "associateRq" },
  { send: (seen) => associateAcBytes(seen.rq()) },
];
const answer = (status: number) => (seen: Seen) => {
  const { contextId, ...rq } = seen.command();
  return storeRsp(contextId, rq, status);
};
const stored: readonly Step[] = [{ read: "message" }, { send: answer(0) }];
/** A success for another instance; "" names none. */
const storedAs = (sopInstanceUid: string): readonly Step[] => [{ read: "message" }, {
  send: (seen) => {
    const { contextId, ...rq } = seen.command();
    return storeRsp(contextId, { ...rq, sopInstanceUid }, 0);
  },
}];
const refused = (status: number): readonly Step[] => [{ read: "message" }, { send: answer(status) }];
const RELEASE: readonly Step[] = [{ read: "releaseRq" }, { send: RELEASE_RP }];
const ABORT: readonly Step[] = [{ read: "message" }, { send: abortBytes(0, 0) }, { close: true }];
const reject = (
  result: number,
): readonly Step[] => [{ read: "associateRq" }, { send: rejectBytes(result, 3, 1) }];

const ABORTED = "0006:0317 Peer aborted Association (or never connected): A-ABORT from the service user";

const MAYBE_STORED = "the peer has all of it and may have stored it: sending it again does no harm";
const UNWELCOME =
  "if the peer aborts whatever is sent, it may not know our AE title (--aetitle): its log says why";

interface Case {
  readonly name: string;
  readonly scripts: readonly (readonly Step[])[];
  readonly files: number;
  readonly plan?: Partial<TransferPlan>;
  /** Every association ends while a file is being opened. */
  readonly isLostEarly?: boolean;
  readonly exitCode: number;
  readonly outcomes: readonly string[];
  readonly connections?: number;
  readonly doublings?: readonly number[];
  /** Of the lines, those that must be there. */
  readonly lines?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "all files are stored",
    scripts: [[...ACCEPT, ...stored, ...stored, ...RELEASE]],
    files: 2,
    exitCode: 0,
    outcomes: ["1 stored", "2 stored"],
  },
  {
    name: "a response names another instance, or none",
    scripts: [[...ACCEPT, ...storedAs("1.2.3.99"), ...storedAs(""), ...stored, ...RELEASE]],
    files: 3,
    exitCode: 0,
    outcomes: ["1 stored", "2 stored", "3 stored"],
    lines: ["W: the response names SOP instance 1.2.3.99 instead of 1.2.3.1, file: 1"],
  },
  {
    name: "the peer aborts on the first of three files",
    scripts: [[...ACCEPT, ...ABORT]],
    files: 3,
    exitCode: 10,
    outcomes: ["1 notSent", "2 notSent", "3 notSent"],
    lines: [`E: ${ABORTED}`, `E: hint: ${MAYBE_STORED}; ${UNWELCOME}`, "E: 2 files were not tried"],
  },
  {
    name: "the peer aborts on the second file: it has nothing against us",
    scripts: [[...ACCEPT, ...stored, ...ABORT]],
    files: 2,
    exitCode: 10,
    outcomes: ["1 stored", "2 notSent"],
    lines: [`E: hint: ${MAYBE_STORED}`],
  },
  {
    name: "the peer hangs up on the first file",
    scripts: [[...ACCEPT, { read: "message" }, { close: true }]],
    files: 1,
    exitCode: 10,
    outcomes: ["1 notSent"],
    lines: [`E: hint: ${MAYBE_STORED}`],
  },
  {
    name: "the peer aborts on the first file, and the run shall go on",
    scripts: [[...ACCEPT, ...ABORT], [...ACCEPT, ...stored, ...RELEASE]],
    files: 2,
    plan: { noHalt: true },
    exitCode: 10,
    outcomes: ["1 notSent", "2 stored"],
    connections: 2,
  },
  {
    name: "the peer aborts, and the file is tried again on another association",
    scripts: [[...ACCEPT, ...stored, ...ABORT], [...ACCEPT, ...stored, ...stored, ...RELEASE]],
    files: 3,
    plan: { retries: 1 },
    exitCode: 0,
    outcomes: ["1 stored", "2 stored", "3 stored"],
    connections: 2,
  },
  {
    name:
      "the peer aborts, and does not want us when the file is to be tried again: what happened first counts",
    scripts: [[...ACCEPT, ...stored, ...ABORT], reject(1)],
    files: 3,
    plan: { retries: 1 },
    exitCode: 10,
    outcomes: ["1 stored", "2 notSent", "3 notSent"],
    connections: 2,
    lines: ["E: 1 file was not tried"],
  },
  {
    name: "the peer aborts every time",
    scripts: [[...ACCEPT, ...ABORT]],
    files: 1,
    plan: { retries: 2 },
    exitCode: 10,
    outcomes: ["1 notSent"],
    connections: 3,
    doublings: [0, 1],
  },
  {
    name: "the peer aborts every time, and other files are to be tried: the waits are as long as for one",
    scripts: [[...ACCEPT, ...ABORT]],
    files: 3,
    plan: { retries: 2, noHalt: true },
    exitCode: 10,
    outcomes: ["1 notSent", "2 notSent", "3 notSent"],
    connections: 9,
    doublings: [0, 1, 1, 1, 1, 1, 1, 1],
  },
  {
    name: "associations are refused and lost in turn: each counts once, and the wait doubles each time",
    scripts: [reject(2), [...ACCEPT, ...ABORT], reject(2), [...ACCEPT, ...stored, ...RELEASE]],
    files: 1,
    plan: { retries: 3 },
    exitCode: 0,
    outcomes: ["1 stored"],
    connections: 4,
    doublings: [0, 1, 2],
  },
  {
    name: "what the peer answers begins the count anew",
    scripts: [reject(2), [...ACCEPT, ...stored, ...ABORT], reject(2), [...ACCEPT, ...stored, ...RELEASE]],
    files: 2,
    plan: { retries: 2 },
    exitCode: 0,
    outcomes: ["1 stored", "2 stored"],
    connections: 4,
    doublings: [0, 0, 1],
  },
  {
    name: "the peer aborts between two files",
    scripts: [
      [
        ...ACCEPT,
        { read: "message" },
        { send: (seen) => concat([answer(0)(seen), abortBytes(0, 0)]) },
        { close: true },
      ],
      [...ACCEPT, ...stored, ...RELEASE],
    ],
    files: 2,
    exitCode: 0,
    outcomes: ["1 stored", "2 stored"],
    connections: 2,
    lines: [`W: Association lost, using another one: ${ABORTED}`],
  },
  {
    name: "every association is lost before the first file's turn",
    scripts: [ACCEPT],
    isLostEarly: true,
    files: 2,
    exitCode: 10,
    outcomes: ["1 notSent", "2 notSent"],
    connections: 3,
    lines: ["E: giving up: the peer accepted 3 associations and ended each before a file was sent"],
  },
  {
    name: "associations that are lost early are opened as often as was asked for",
    scripts: [ACCEPT],
    isLostEarly: true,
    files: 1,
    plan: { retries: 4 },
    exitCode: 10,
    outcomes: ["1 notSent"],
    connections: 5,
    lines: ["E: giving up: the peer accepted 5 associations and ended each before a file was sent"],
  },
  {
    name: "the peer aborts behind the last file",
    scripts: [[
      ...ACCEPT,
      { read: "message" },
      { send: (seen) => concat([answer(0)(seen), abortBytes(0, 0)]) },
      { close: true },
    ]],
    files: 1,
    exitCode: 10,
    outcomes: ["1 stored"],
    lines: [`E: Association Release Failed: ${ABORTED}`],
  },
  {
    name: "the last response comes twice",
    scripts: [[...ACCEPT, { read: "message" }, {
      send: (seen) => concat([answer(0)(seen), answer(0)(seen)]),
    }]],
    files: 1,
    exitCode: 10,
    outcomes: ["1 stored"],
    lines: [
      "E: Association Release Failed: 0006:0211 DIMSE: Unexpected Response MsgId: 1 (none is awaited)",
    ],
  },
  {
    name: "the peer does not confirm the release",
    scripts: [[...ACCEPT, ...stored, { read: "releaseRq" }, { close: true }]],
    files: 1,
    exitCode: 10,
    outcomes: ["1 stored"],
    lines: [
      "E: Association Release Failed: 0006:0317 Peer aborted Association (or never connected): connection closed",
    ],
  },
  {
    name: "out of resources, and better when tried again",
    scripts: [[...ACCEPT, ...refused(0xa700), ...stored, ...RELEASE]],
    files: 1,
    plan: { retries: 1 },
    exitCode: 0,
    outcomes: ["1 stored"],
  },
  {
    name: "a refusal that does not pass is not tried again, and halts",
    scripts: [[...ACCEPT, ...refused(0x0122), ...RELEASE]],
    files: 2,
    plan: { retries: 3 },
    exitCode: 1,
    outcomes: ["1 refused", "2 notSent"],
    lines: ["E: 1 file was not tried"],
  },
  {
    name: "refusals, and the run shall go on: the first one gives the exit code",
    scripts: [[...ACCEPT, ...stored, ...refused(0xa900), ...refused(0xc000), ...refused(0xb000), ...RELEASE]],
    files: 4,
    plan: { noHalt: true },
    exitCode: 0xa9,
    outcomes: ["1 stored", "2 refused", "3 refused", "4 storedWithWarning"],
  },
  {
    name: "a transient rejection is tried again",
    scripts: [reject(2), [...ACCEPT, ...stored, ...RELEASE]],
    files: 1,
    plan: { retries: 1 },
    exitCode: 0,
    outcomes: ["1 stored"],
    connections: 2,
  },
  {
    name: "a permanent rejection is not",
    scripts: [reject(1)],
    files: 2,
    plan: { retries: 3 },
    exitCode: 1,
    outcomes: ["1 notSent", "2 notSent"],
    lines: ["F: Association Rejected:", "E: 2 files were not tried"],
  },
  {
    name: "the peer takes no PDU that could hold anything",
    scripts: [[
      { read: "associateRq" },
      {
        send: (seen) => associateAcBytes(seen.rq(), undefined, { maximumLengthReceived: 12 }),
      },
      { read: "abort" },
      { close: true },
    ]],
    files: 0,
    exitCode: 1,
    outcomes: [],
    lines: [
      "F: Association Request Failed: 0006:0308 DUL Cannot send P-DATA PDU because receiver's max PDU size of 12 " +
      "is illegal (must be > 12)",
    ],
  },
  {
    name: "no context is accepted",
    scripts: [[
      { read: "associateRq" },
      { send: (seen) => associateAcBytes(seen.rq(), () => undefined) },
      ...RELEASE,
    ]],
    files: 1,
    exitCode: 1,
    outcomes: ["1 notAccepted"],
    lines: ["F: No Acceptable Presentation Contexts"],
  },
];

for (
  const {
    name,
    scripts,
    files,
    plan,
    isLostEarly,
    exitCode,
    outcomes,
    connections = 1,
    lines = [],
    doublings,
  } of CASES
) {
  Deno.test(name, async () => {
    const came = await run(scripts, files, plan, { isLostEarly });
    assertEquals(
      [came.exitCode, came.outcomes, came.connections],
      [exitCode, outcomes, connections],
      came.lines.join("\n"),
    );
    if (doublings !== undefined) assertEquals(came.doublings, doublings);
    for (const line of lines) {
      assertEquals(came.lines.filter((each) => each === line), [line], came.lines.join("\n"));
    }
  });
}

Deno.test("the peer is not called when an earlier run has stored all there is to be sent", async () => {
  const before = { stored: ["1", "3"], noDicom: ["2", "4"] };
  const { exitCode, outcomes, connections, opened } = await run([[]], 4, {}, { before });
  assertEquals([exitCode, connections, opened], [0, 0, []]);
  assertEquals(outcomes, ["1 skipped", "2 skipped", "3 skipped", "4 skipped"]);
});

Deno.test("what is found to be left to be sent is opened once, and files keep their order", async () => {
  const before = { stored: ["2"], noDicom: ["1", "4"] };
  const script = [...ACCEPT, ...stored, ...stored, ...RELEASE];
  const { exitCode, outcomes, opened } = await run([script], 5, {}, { before });
  assertEquals([exitCode, opened], [0, ["3", "5"]]);
  assertEquals(outcomes, ["1 skipped", "2 skipped", "3 stored", "4 skipped", "5 stored"]);
});

Deno.test("what was opened before the peer was called is closed when that fails", async () => {
  const before = { stored: [], noDicom: ["1"] };
  const { exitCode, outcomes } = await run([reject(1)], 3, {}, { before });
  assertEquals([exitCode, outcomes], [1, ["1 skipped", "2 notSent", "3 notSent"]]);
});

/** As it is when its data set cannot be read to the end. */
const tornOff = (instance: Instance): Instance => ({
  ...instance,
  dataSet: () => ({
    fill: () => {
      throw new Fault("input", "it is cut short");
    },
    ended: false,
    close() {},
  }),
});

Deno.test("a message that broke off ends its association with an abort, and the next file gets another", async () => {
  const torn = [...ACCEPT, { read: "abort" }, { close: true }] as const;
  const { exitCode, outcomes, connections } = await run(
    [torn, [...ACCEPT, ...stored, ...RELEASE]],
    2,
    { noHalt: true },
    { openedAs: (open, path) => path === "1" ? tornOff(open()) : open() },
  );
  assertEquals([exitCode, outcomes, connections], [1, ["1 unreadable", "2 stored"], 2]);
});

Deno.test("a file that was put aside is recorded when the run halts before its turn", async () => {
  const { exitCode, outcomes, connections } = await run(
    [[...ACCEPT, ...refused(0x0122), ...RELEASE]],
    2,
    { wish: { ...WISH, exclusive: false } },
    {
      openedAs: (open, path) =>
        path === "1" ? { ...open(), transferSyntax: IMPLICIT, fits: (uid) => uid === IMPLICIT } : open(),
    },
  );
  assertEquals([exitCode, outcomes, connections], [1, ["2 refused", "1 notSent"], 1]);
});

Deno.test("what the last answers put back is tried again on the same association", async () => {
  const accept: Step = {
    send: (seen) =>
      associateAcBytes(seen.rq(), undefined, { operationsWindow: { maxInvoked: 2, maxPerformed: 1 } }),
  };
  const { exitCode, outcomes, connections } = await run(
    [[{ read: "associateRq" }, accept, ...refused(0xa700), ...stored, ...RELEASE]],
    1,
    { retries: 1 },
    { maxOperationsInvoked: 2 },
  );
  assertEquals([exitCode, outcomes, connections], [0, ["1 stored"], 1]);
});

Deno.test("without other associations there is nobody to make room for a file: it is not opened again", async () => {
  const cause = Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" });
  let times = 0;
  const crowded = (open: () => Instance) => {
    if (++times <= 3) throw new Fault("input", "too many open files", { cause });
    return open();
  };
  const { exitCode, outcomes, connections, opened } = await run(
    [[...ACCEPT, ...RELEASE]],
    1,
    {},
    { openedAs: crowded },
  );
  assertEquals([exitCode, outcomes, connections, opened], [1, ["1 notSent"], 1, ["1"]]);
});

Deno.test("an association that the peer accepts after the stop is aborted", async () => {
  const stopped = Promise.withResolvers<void>();
  const script: readonly Step[] = [
    { read: "associateRq" },
    { waitFor: () => stopped.promise },
    { send: (seen) => associateAcBytes(seen.rq()) },
    { read: "abort" },
    { close: true },
  ];
  const { outcomes } = await run([script], 1, {}, {
    async meanwhile(transfer, peer) {
      await waitFor("the request", () => peer.connections[0]?.pdus.length === 1);
      transfer.stop();
      stopped.resolve();
      assertEquals((await peer.ended()).finished, true);
    },
  });
  assertEquals(outcomes, ["1 notSent"]);
});

Deno.test("every message ID is given back, whatever came of its message", async () => {
  const { take, giveBack } = MessageIds.prototype;
  const underway: number[] = [];
  let taken = 0;
  MessageIds.prototype.take = function () {
    const messageId = take.call(this);
    underway.push(messageId);
    taken++;
    return messageId;
  };
  MessageIds.prototype.giveBack = function (messageId) {
    giveBack.call(this, messageId);
    underway.splice(underway.indexOf(messageId), 1);
  };
  try {
    const script = [...ACCEPT, ...stored, ...refused(0xa700), ...stored, ...ABORT];
    const openedAs = (open: () => Instance, path: string) => path === "5" ? tornOff(open()) : open();
    const { outcomes } = await run([script, ACCEPT], 5, { noHalt: true }, { openedAs });
    assertEquals(outcomes, ["1 stored", "2 refused", "3 stored", "4 notSent", "5 unreadable"]);
    assertEquals([taken, underway], [5, []]);
  } finally {
    Object.assign(MessageIds.prototype, { take, giveBack });
  }
});
