import { assertEquals, assertThrows } from "@std/assert";
import { Fault } from "../../lib/errors.ts";
import { decodePdu } from "../../lib/pdu/decode.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import { APPLICATION_CONTEXT } from "../../lib/dicom/uids.ts";
import type { AssociateRq } from "../../lib/pdu/types.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { madePdu } from "./made_up_pdus.ts";
import { recordedNames, recordedPdu } from "./recorded.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const LITTLE = "1.2.840.10008.1.2.1";
const BIG = "1.2.840.10008.1.2.2";
const IMPLICIT = "1.2.840.10008.1.2";

/** What was asked of DCMTK's storescu when the PDUs were recorded. */
const RECORDED: AssociateRq = {
  type: "associateRq",
  calledAeTitle: "ANY-SCP",
  callingAeTitle: "STORESCU",
  applicationContext: APPLICATION_CONTEXT,
  contexts: [
    { id: 1, abstractSyntax: CT, transferSyntaxes: [LITTLE] },
    { id: 3, abstractSyntax: CT, transferSyntaxes: [BIG, IMPLICIT] },
  ],
  maximumLengthReceived: 16384,
  implementationClassUid: "1.2.276.0.7230010.3.0.3.6.7",
  implementationVersionName: "OFFIS_DCMTK_367",
  operationsWindow: undefined,
  roles: [],
  extended: [],
  userIdentity: undefined,
};

Deno.test("an A-ASSOCIATE-RQ is DCMTK's, octet for octet, for the same parameters", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const cases: Readonly<Record<string, AssociateRq>> = {
    associate_rq: RECORDED,
    associate_rq_identity: {
      ...RECORDED,
      contexts: [{ id: 1, abstractSyntax: CT, transferSyntaxes: [LITTLE, BIG, IMPLICIT] }],
      userIdentity: {
        type: 2,
        positiveResponseRequested: false,
        primary: text("bob"),
        secondary: text("s3cret"),
      },
    },
    associate_rq_profile: {
      ...RECORDED,
      contexts: [{ id: 1, abstractSyntax: CT, transferSyntaxes: [LITTLE, IMPLICIT] }],
      roles: [{ abstractSyntax: CT, scu: true, scp: true }],
      extended: [{ abstractSyntax: CT, data: Uint8Array.of(2, 0, 1) }],
    },
  };
  for (const [name, rq] of Object.entries(cases)) {
    assertEquals(encodePdu(rq).toHex(), recordedPdu(name).toHex(), name);
  }
});

Deno.test("the PDUs without items are DCMTK's, octet for octet", () => {
  assertEquals(encodePdu({ type: "releaseRq" }), recordedPdu("release_rq"));
  assertEquals(encodePdu({ type: "releaseRp" }), recordedPdu("release_rp"));
  assertEquals(encodePdu({ type: "abort", source: 0, reason: 0 }), recordedPdu("abort_scu"));
  assertEquals(
    encodePdu({ type: "associateRj", result: 1, source: 1, reason: 1 }),
    recordedPdu("associate_rj"),
  );
});

Deno.test("a recorded PDU that is decoded and encoded is the same again", () => {
  let again = 0;
  for (const name of recordedNames()) {
    const bytes = recordedPdu(name);
    const pdu = decodePdu(bytes);
    if (pdu.type === "malformed") throw new Error(`${name}: ${pdu.what}`);
    if (pdu.type === "pDataTf") continue;
    assertEquals(encodePdu(pdu).toHex(), bytes.toHex(), name);
    again++;
  }
  assertEquals(again, 10);
});

Deno.test("any PDU that is encoded decodes to itself", () => {
  const seed = newSeed();
  for (let i = 0; i < 400; i++) {
    const pdu = madePdu(new Random(seed + i));
    assertEquals(decodePdu(encodePdu(pdu)), pdu, `seed ${seed + i}`);
  }
});

Deno.test("what does not fit its length is refused, never cut", () => {
  const identity = (lengthBytes: number): AssociateRq => ({
    ...RECORDED,
    userIdentity: {
      type: 4,
      positiveResponseRequested: false,
      primary: new Uint8Array(lengthBytes),
      secondary: new Uint8Array(),
    },
  });
  assertEquals(decodePdu(encodePdu(identity(65000))), identity(65000));
  assertThrows(() => encodePdu(identity(65500)), Fault, "exceeds upper limit of 65535 bytes");
  assertThrows(() => encodePdu(identity(70000)), Fault, "exceeds upper limit of 65535 bytes");
  assertThrows(
    () => encodePdu({ ...RECORDED, calledAeTitle: "SEVENTEEN LETTERS" }),
    Error,
    "longer than 16 characters",
  );
});
