/** Our dumps beside those of DCMTK's -d, of the same PDUs and messages. Left out where DCMTK is not installed. */

import { assertEquals } from "@std/assert";
import { decodeCommandSet, ELEMENT, encodeCommandSet } from "../../lib/dimse/command_set.ts";
import { readRsp } from "../../lib/dimse/messages.ts";
import { dumpNegotiated, dumpRequested } from "../../lib/log/association_dump.ts";
import { dumpRequest, dumpResponse, dumpStatusDetail } from "../../lib/log/message_dump.ts";
import { dumpAssociateAc } from "../../lib/log/pdu_dump.ts";
import { printableLines } from "../../lib/log/printable.ts";
import { decodePdu } from "../../lib/pdu/decode.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import type { AssociateAc, AssociateRq } from "../../lib/pdu/types.ts";
import { associateAc, pDataTf, RELEASE_RP } from "../peers/answers.ts";
import { have, haveTestFiles, PYDICOM_DATA } from "../peers/available.ts";
import { PduReader } from "../peers/pdu_reader.ts";
import { writeAll } from "../peers/recording_peer.ts";
import { runDcmtk } from "../peers/run_storescu.ts";

const IMAGE = `${PYDICOM_DATA}/test_files/CT_small.dcm`;
const IMAGE_CLASS = "1.2.840.10008.5.1.4.1.1.2";
const IMAGE_INSTANCE = "1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322";
const PROFILE = new URL("../../testdata/profiles/good/every_item.cfg", import.meta.url).pathname;
const ignore = !have("storescu") || !haveTestFiles();

interface Conversation {
  /** What DCMTK said, without prefixes. */
  readonly log: string;
  readonly rq: AssociateRq;
  readonly ac: AssociateAc;
  readonly acBytes: Uint8Array;
}

/** Has DCMTK send one image to a peer that answers with these two. */
async function converse(
  args: readonly string[],
  answer: Partial<AssociateAc>,
  response: Uint8Array,
): Promise<Conversation> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const peer = String(listener.addr.port);
  const run = runDcmtk(["storescu", "-d", ...args, "127.0.0.1", peer, IMAGE], { timeoutSeconds: 20 });
  using connection = await listener.accept();
  const reader = new PduReader(connection);
  const rq = await reader.next();
  if (rq?.type !== "associateRq") throw new Error(`got ${rq?.type}`);
  const acBytes = encodePdu(associateAc(rq, undefined, answer));
  await writeAll(connection, acBytes);
  for (let pdu = await reader.next(); pdu !== undefined; pdu = await reader.next()) {
    if (pdu.type === "releaseRq") await writeAll(connection, RELEASE_RP);
    if (pdu.type !== "pDataTf") continue;
    const last = pdu.pdvs.find((pdv) => pdv.isLast && !pdv.isCommand);
    if (last !== undefined) await writeAll(connection, pDataTf(last.contextId, 3, response));
  }
  const { stderr } = await run;
  // What we dump is what we have decoded ourselves.
  const ac = decodePdu(acBytes);
  if (ac.type !== "associateAc") throw new Error("no A-ASSOCIATE-AC");
  return { log: stderr.replaceAll(/^[A-Z]: /gm, ""), rq, ac, acBytes };
}

/** From the line that begins with `first` to the end of the line that begins with `last`. */
function section(log: string, first: string, last: string): string {
  const start = log.indexOf(first);
  const end = log.indexOf("\n", log.indexOf(last, start));
  return log.slice(start, end);
}

const RESPONSE = encodeCommandSet([
  [ELEMENT.affectedSopClassUid, IMAGE_CLASS],
  [ELEMENT.commandField, 0x8001],
  [ELEMENT.messageIdBeingRespondedTo, 1],
  [ELEMENT.commandDataSetType, 0x0101],
  [ELEMENT.status, 0],
  [ELEMENT.affectedSopInstanceUid, IMAGE_INSTANCE],
]);

const ONE_CONTEXT = [{ id: 1, result: 0, transferSyntax: "1.2.840.10008.1.2.1" }];

const TALKS: Readonly<Record<string, readonly [args: readonly string[], answer: Partial<AssociateAc>]>> = {
  "the default proposal": [[], {}],
  "what the file needs": [["-R"], {}],
  "a context without an answer": [["-R"], { contexts: ONE_CONTEXT }],
  "other names, no limit": [["-R", "-aet", "ME", "-aec", "YOU", "-pdu", "131072"], {
    maximumLengthReceived: 0,
  }],
  "a peer that says little": [["-R"], { implementationClassUid: "", implementationVersionName: "" }],
  "roles, data, every result": [["-xf", PROFILE, "Default"], {
    contexts: [0, 1, 2, 3, 4].map((result, i) => ({
      id: 2 * i + 1,
      result,
      transferSyntax: "1.2.840.10008.1.2.1",
    })),
    roles: [
      { abstractSyntax: IMAGE_CLASS, scu: true, scp: false },
      { abstractSyntax: "1.2.840.10008.5.1.4.1.1.4", scu: false, scp: false },
      { abstractSyntax: "1.2.3.4.5", scu: true, scp: true },
    ],
    extended: [
      { abstractSyntax: IMAGE_CLASS, data: Uint8Array.of(1, 2) },
      { abstractSyntax: "9.9", data: new Uint8Array(0) },
    ],
  }],
  "an unknown result": [["-xf", PROFILE, "Default"], {
    contexts: [1, 3].map((id) => ({ id, result: id === 1 ? 0 : 7, transferSyntax: "1.2.840.10008.1.2.1" })),
  }],
  "a user": [["-R", "-usr", "bob"], {}],
  "a user and a password": [["-R", "-usr", "bøb", "-pwd", "s3cret", "-rsp"], {
    userIdentityResponse: new Uint8Array(3),
  }],
  "a user and an empty password": [["-R", "-usr", "bob", "-epw"], {}],
  "Kerberos": [["-R", "-kt", PROFILE], {}],
  "SAML": [["-R", "--saml", PROFILE, "-rsp"], { userIdentityResponse: new Uint8Array(0) }],
  "JWT": [["-R", "--jwt", PROFILE], {}],
};

Deno.test({
  name: "parameters are dumped in DCMTK's words, but passwords are not",
  ignore,
  async fn(t) {
    for (const [name, [args, answer]] of Object.entries(TALKS)) {
      await t.step(name, async () => {
        const { log, rq, ac, acBytes } = await converse(args, answer, RESPONSE);
        const theirs = log.replaceAll(/^ {2}Password: \[.*\]$/gm, "  Password: [not shown]");
        assertEquals(
          printableLines(dumpRequested(rq)),
          section(theirs, "Request Parameters:", "======================= END"),
        );
        assertEquals(
          printableLines(dumpNegotiated(rq, ac)),
          section(theirs, "Association Parameters", "======================= END"),
        );
        assertEquals(
          printableLines(dumpAssociateAc(acBytes)),
          section(theirs, "PDU Type:", "Parsing").replace(/\nParsing.*$/, ""),
        );
      });
    }
  },
});

/** A response with these elements behind it, each of an even length. */
function withElements(
  response: Uint8Array,
  ...elements: (readonly [element: number, value: Uint8Array])[]
): Uint8Array {
  const parts = elements.map(([element, value]) => {
    const bytes = new Uint8Array(8 + value.length);
    const view = new DataView(bytes.buffer);
    view.setUint16(2, element, true);
    view.setUint32(4, value.length, true);
    bytes.set(value, 8);
    return bytes;
  });
  const all = Uint8Array.from([response, ...parts].flatMap((part) => [...part]));
  // The group length comes first.
  new DataView(all.buffer).setUint32(8, all.length - 12, true);
  return all;
}

function bareResponse(status: number): Uint8Array {
  return encodeCommandSet([
    [ELEMENT.commandField, 0x8001],
    [ELEMENT.messageIdBeingRespondedTo, 1],
    [ELEMENT.commandDataSetType, 0x0101],
    [ELEMENT.status, status],
  ]);
}

const TAGS = new Uint8Array(new Uint16Array([8, 0x18, 0x7fe0, 0x10]).buffer);
const RESPONSES: Readonly<Record<string, Uint8Array>> = {
  "success": RESPONSE,
  "no UIDs, out of resources": bareResponse(0xa700),
  "a comment": withElements(bareResponse(0xa7ff), [0x0902, new TextEncoder().encode("Disk full, sorry")]),
  "a comment and elements": withElements(
    bareResponse(0xc123),
    [0x0901, TAGS],
    [0x0902, new TextEncoder().encode("Something about these that is longer than forty characters")],
  ),
  "one element": withElements(bareResponse(0xb007), [0x0901, TAGS.subarray(0, 4)]),
};

Deno.test({
  name: "messages are dumped in DCMTK's words",
  ignore,
  async fn(t) {
    for (const [name, response] of Object.entries(RESPONSES)) {
      await t.step(name, async () => {
        const { log } = await converse(["-R"], {}, response);
        const rq = { messageId: 1, sopClassUid: IMAGE_CLASS, sopInstanceUid: IMAGE_INSTANCE };
        assertEquals(
          printableLines(dumpRequest(rq)),
          section(log, "===================== OUTGOING", "======================= END DIMSE"),
        );
        const command = decodeCommandSet(response);
        const rsp = typeof command === "string" ? command : readRsp(command);
        if (typeof rsp === "string") throw new Error(rsp);
        assertEquals(
          printableLines(dumpResponse(rsp, 1)),
          section(log, "===================== INCOMING", "======================= END DIMSE"),
        );
        const detail = dumpStatusDetail(rsp);
        if (!log.includes("Status Detail:")) assertEquals(detail, undefined);
        else {assertEquals(
            printableLines(detail ?? []),
            section(log, "Status Detail:", "Releasing").replace(/\nReleasing.*$/, ""),
          );}
      });
    }
  },
});

Deno.test("an echo is dumped like a store, without an instance", () => {
  assertEquals(
    printableLines(dumpRequest({ messageId: 7, sopClassUid: "1.2.840.10008.1.1" })),
    `===================== OUTGOING DIMSE MESSAGE ====================
Message Type                  : C-ECHO RQ
Message ID                    : 7
Affected SOP Class UID        : VerificationSOPClass
Data Set                      : none
======================= END DIMSE MESSAGE =======================`,
  );
  const rsp = {
    commandField: 0x8030,
    messageIdBeingRespondedTo: 7,
    affectedSopClassUid: undefined,
    affectedSopInstanceUid: undefined,
    hasDataSet: false,
    status: 0x0122,
  };
  assertEquals(
    dumpResponse(rsp, 3).slice(1, -1).map((line) => line.replace(/ +: /, ": ")),
    [
      "Message Type: C-ECHO RSP",
      "Presentation Context ID: 3",
      "Message ID Being Responded To: 7",
      "Affected SOP Class UID: none",
      "Data Set: none",
      "DIMSE Status: 0x0122: Refused: SOP Class not supported",
    ],
  );
});

Deno.test("a peer cannot forge lines or steer the terminal", () => {
  const nasty = "a\nE: forged\x1b[2J\x9b\u2028";
  const rq: AssociateRq = {
    type: "associateRq",
    calledAeTitle: "YOU",
    callingAeTitle: "ME",
    applicationContext: "1",
    contexts: [{ id: 1, abstractSyntax: "1.2", transferSyntaxes: ["1.3"] }],
    maximumLengthReceived: 16384,
    implementationClassUid: "1",
    implementationVersionName: "V",
    operationsWindow: undefined,
    roles: [],
    extended: [],
    userIdentity: undefined,
  };
  const ac: AssociateAc = {
    ...rq,
    type: "associateAc",
    callingAeTitle: nasty,
    applicationContext: nasty,
    implementationClassUid: nasty,
    implementationVersionName: nasty,
    contexts: [{ id: 1, result: 0, transferSyntax: nasty }],
    extended: [{ abstractSyntax: nasty, data: new Uint8Array(0) }],
    userIdentityResponse: undefined,
  };
  const text = printableLines(dumpNegotiated(rq, ac));
  assertEquals(text.split("a.E: forged.[2J..").length - 1, 6);
  assertEquals(text.split("\n").some((line) => line.startsWith("E:")), false);
});
