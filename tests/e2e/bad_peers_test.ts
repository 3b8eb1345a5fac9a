/** Peers that are absent or misbehave: one clear line, in bounded time, and the right exit code. */

import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { FOLDER } from "../../scripts/make_testdata.ts";
import { abortBytes, associateAcBytes, pDataTf, rejectBytes, storeRsp } from "../peers/answers.ts";
import { runStorescu } from "../peers/run_storescu.ts";
import { startScriptedPeer, type Step } from "../peers/scripted_peer.ts";
import { freePort } from "../peers/started_process.ts";

const file = `${FOLDER}/whole/explicit_little_endian.dcm`;

const accept: Step[] = [{ read: "associateRq" }, { send: (seen) => associateAcBytes(seen.rq()) }];
const untilAnswer: Step[] = [...accept, { read: "message" }];
const hugePdu = Uint8Array.of(4, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6);
const garbage = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n");

interface Case {
  readonly name: string;
  readonly steps: Step[];
  readonly args?: string[];
  readonly code: number;
  readonly says: RegExp;
}

const CASES: Case[] = [
  {
    name: "rejects the association",
    steps: [{ read: "associateRq" }, { send: rejectBytes(1, 1, 7) }],
    code: 1,
    says: /^F: .*Called AE Title Not Recognized/m,
  },
  {
    name: "says nothing at all",
    steps: [{ stall: true }],
    args: ["-ta", "1"],
    code: 1,
    says: /^F: Association Request Failed/m,
  },
  {
    name: "closes instead of answering",
    steps: [{ read: "associateRq" }, { close: true }],
    code: 1,
    says: /^F: Association Request Failed/m,
  },
  {
    name: "is no DICOM application",
    steps: [{ read: "associateRq" }, { send: garbage }],
    code: 1,
    says: /^F: Association Request Failed/m,
  },
  {
    name: "answers the request with a PDU of 4 GB",
    steps: [{ read: "associateRq" }, { send: hugePdu }],
    code: 1,
    says: /^F: Association Request Failed/m,
  },
  {
    name: "refuses every presentation context",
    steps: [{ read: "associateRq" }, { send: (seen) => associateAcBytes(seen.rq(), () => undefined) }],
    args: ["-ta", "1"],
    code: 1,
    says: /^F: No Acceptable Presentation Contexts/m,
  },
  {
    name: "aborts while the object is on its way",
    steps: [...accept, { read: "pDataTf" }, { send: abortBytes(0, 0) }],
    code: 10,
    says: /^E: .*Peer aborted Association/m,
  },
  {
    name: "closes before it answers the C-STORE",
    steps: [...untilAnswer, { close: true }],
    code: 10,
    says: /^E: 0006:0317 Peer aborted Association .*connection closed/m,
  },
  {
    name: "never answers the C-STORE",
    steps: [...untilAnswer, { stall: true }],
    args: ["-td", "1", "-ta", "1"],
    code: 10,
    says: /^E: 0006:0207 DIMSE No data available .*no response within 1 s/m,
  },
  {
    name: "answers the C-STORE with garbage",
    steps: [...untilAnswer, { send: garbage }],
    code: 10,
    says: /^E: 0006:0321 Unrecognized PDU type: 48: the peer speaks HTTP/m,
  },
  {
    name: "answers the C-STORE with a PDU of 4 GB",
    steps: [...untilAnswer, { send: hugePdu }],
    code: 10,
    says: /^E: 0006:0308 DUL Illegal PDU Length 4294967295/m,
  },
  {
    name: "answers the C-STORE with an empty command set",
    steps: [...untilAnswer, { send: (seen) => pDataTf(seen.command().contextId, 3, new Uint8Array()) }],
    code: 10,
    says: /^E: 0006:0203 DIMSE Badly formed message: command set has no Command Field/m,
  },
  {
    name: "is out of resources",
    steps: [...untilAnswer, { send: (seen) => storeRsp(seen.command().contextId, seen.command(), 0xa700) }],
    args: ["-ta", "1"],
    code: 0xa7,
    says: /^E: .*A700/im,
  },
  {
    name: "cannot understand",
    steps: [...untilAnswer, { send: (seen) => storeRsp(seen.command().contextId, seen.command(), 0xc001) }],
    args: ["-ta", "1"],
    code: 0xc0,
    says: /^E: .*C001/im,
  },
];

for (const { name, steps, args = [], code, says } of CASES) {
  Deno.test(`a peer that ${name}`, async () => {
    await using peer = startScriptedPeer(steps);
    const result = await runStorescu([...args, "127.0.0.1", String(peer.port), file], { timeoutSeconds: 20 });
    assertMatch(result.stderr, says);
    assertNotMatch(result.stderr, /^\s+at |internal error/m);
    assertEquals(result.code, code);
  });
}

Deno.test("a port that nobody listens on", async () => {
  const { code, stderr } = await runStorescu(["127.0.0.1", String(freePort()), file], { timeoutSeconds: 20 });
  assertMatch(stderr, /^F: Association Request Failed: .*[Cc]onnection refused/m);
  assertEquals(code, 1);
});

Deno.test("a host that does not exist", async () => {
  const { code, stderr } = await runStorescu(["no-such-host.invalid", "104", file], { timeoutSeconds: 60 });
  assertMatch(stderr, /^F: Association Request Failed: .*no-such-host\.invalid/m);
  assertEquals(code, 1);
});

Deno.test("a host that takes no connection, and -to", async () => {
  // On Linux a full backlog makes further connection requests vanish, as a firewall would.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 0 });
  using _first = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const { code, stderr } = await runStorescu(["-to", "1", "127.0.0.1", String(listener.addr.port), file], {
    timeoutSeconds: 20,
  });
  assertMatch(stderr, /^F: Association Request Failed: .*[Tt]ime/m);
  assertEquals(code, 1);
});
