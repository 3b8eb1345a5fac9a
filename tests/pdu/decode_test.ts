import { assert, assertEquals } from "@std/assert";
import { decodePdu } from "../../lib/pdu/decode.ts";
import { encodePdu } from "../../lib/pdu/encode.ts";
import type { AssociateAc, Pdu } from "../../lib/pdu/types.ts";
import { newSeed, Random } from "../dataset/made_up_data_sets.ts";
import { pDataTf } from "../peers/answers.ts";
import { concat } from "../peers/pdu_reader.ts";
import { madeBytes, madePdu } from "./made_up_pdus.ts";
import { recordedNames, recordedPdu } from "./recorded.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const IMPLICIT = "1.2.840.10008.1.2";

/** What must be seen in the recorded PDUs, apart from what they share. */
const SEEN: Readonly<Record<string, Record<string, unknown>>> = {
  abort: { type: "abort", source: 0, reason: 0 },
  abort_scu: { type: "abort", source: 0, reason: 0 },
  associate_ac: {
    type: "associateAc",
    calledAeTitle: "ANY-SCP",
    contexts: [
      { id: 1, result: 0, transferSyntax: "1.2.840.10008.1.2.1" },
      { id: 3, result: 0, transferSyntax: "1.2.840.10008.1.2.2" },
    ],
    maximumLengthReceived: 16384,
    operationsWindow: undefined,
    userIdentityResponse: undefined,
  },
  associate_ac_mixed: {
    type: "associateAc",
    contexts: [
      { id: 1, result: 4, transferSyntax: IMPLICIT },
      { id: 3, result: 0, transferSyntax: IMPLICIT },
    ],
  },
  associate_rj: { type: "associateRj", result: 1, source: 1, reason: 1 },
  associate_rq: {
    type: "associateRq",
    callingAeTitle: "STORESCU",
    implementationVersionName: "OFFIS_DCMTK_367",
    userIdentity: undefined,
  },
  associate_rq_identity: {
    type: "associateRq",
    userIdentity: {
      type: 2,
      positiveResponseRequested: false,
      primary: new TextEncoder().encode("bob"),
      secondary: new TextEncoder().encode("s3cret"),
    },
  },
  associate_rq_profile: {
    type: "associateRq",
    roles: [{ abstractSyntax: CT, scu: true, scp: true }],
    extended: [{ abstractSyntax: CT, data: Uint8Array.of(2, 0, 1) }],
  },
  data_set_fragment: { type: "pDataTf" },
  release_rp: { type: "releaseRp" },
  release_rq: { type: "releaseRq" },
  store_rq: { type: "pDataTf" },
  store_rsp: { type: "pDataTf" },
};

Deno.test("a recorded PDU tells what its sender was told to say", () => {
  assertEquals(recordedNames(), Object.keys(SEEN).sort());
  for (const [name, expected] of Object.entries(SEEN)) {
    const pdu: Pdu | { type: "malformed" } = decodePdu(recordedPdu(name));
    const seen = Object.fromEntries(Object.entries(pdu).filter(([key]) => key in expected));
    assertEquals(seen, expected, name);
  }
});

Deno.test("the PDVs of a P-DATA-TF are views, with their flags", () => {
  const bytes = recordedPdu("store_rsp");
  const pdu = decodePdu(bytes);
  if (pdu.type !== "pDataTf") throw new Error(pdu.type);
  const [pdv] = pdu.pdvs;
  assertEquals(pdu.pdvs.length, 1);
  assertEquals([pdv?.contextId, pdv?.isCommand, pdv?.isLast], [1, true, true]);
  assertEquals(pdv?.fragment, bytes.subarray(12));
  assertEquals(pdv?.fragment.buffer, bytes.buffer);

  const two = concat([pDataTf(3, 1, Uint8Array.of(1, 2)), pDataTf(255, 2, new Uint8Array()).subarray(6)]);
  new DataView(two.buffer).setUint32(2, two.length - 6);
  assertEquals(decodePdu(two), {
    type: "pDataTf",
    pdvs: [
      { contextId: 3, isCommand: true, isLast: false, fragment: Uint8Array.of(1, 2) },
      { contextId: 255, isCommand: false, isLast: true, fragment: new Uint8Array() },
    ],
  });
});

/** An A-ASSOCIATE-AC with these bytes as its only items. */
function acWith(...items: number[]): Uint8Array {
  return pduOf(2, [...new Uint8Array(68), ...items]);
}

function pduOf(type: number, body: Iterable<number>): Uint8Array {
  const bytes = Uint8Array.from([type, 0, 0, 0, 0, 0, ...body]);
  new DataView(bytes.buffer).setUint32(2, bytes.length - 6);
  return bytes;
}

Deno.test("what is wrong with a malformed PDU is said", () => {
  const cases: readonly (readonly [bytes: Uint8Array, what: string])[] = [
    [new Uint8Array(), "unrecognized PDU type 00H"],
    [pduOf(8, []), "unrecognized PDU type 08H"],
    [pduOf(2, new Uint8Array(67)), "A-ASSOCIATE-AC of 67 bytes, shorter than its 68 fixed bytes"],
    [pduOf(1, []), "A-ASSOCIATE-RQ of 0 bytes, shorter than its 68 fixed bytes"],
    [pduOf(3, []), "A-ASSOCIATE-RJ of 0 bytes instead of 4"],
    [pduOf(3, [0, 1, 1, 1, 0]), "A-ASSOCIATE-RJ of 5 bytes instead of 4"],
    [pduOf(5, [0]), "A-RELEASE-RQ of 1 bytes instead of 4"],
    [pduOf(6, []), "A-RELEASE-RP of 0 bytes instead of 4"],
    [pduOf(7, [0, 0, 0]), "A-ABORT of 3 bytes instead of 4"],
    [pduOf(4, []), "P-DATA-TF holds no presentation data value"],
    [pduOf(4, [0, 0, 0]), "P-DATA-TF ends 1 bytes too early"],
    [pduOf(4, [0, 0, 0, 0]), "P-DATA-TF holds a PDV of length 0, less than 2"],
    [pduOf(4, [0, 0, 0, 1, 1]), "P-DATA-TF holds a PDV of length 1, less than 2"],
    [
      pduOf(4, [255, 255, 255, 255, 1, 3]),
      "presentation data value of 4294967295 bytes, but only 2 bytes are left in its P-DATA-TF",
    ],
    [
      pduOf(4, [0, 0, 0, 2, 1, 3, 0, 0, 0, 3, 1, 3]),
      "presentation data value of 3 bytes, but only 2 bytes are left in its P-DATA-TF",
    ],
    [acWith(0x21), "A-ASSOCIATE-AC ends 3 bytes too early"],
    [acWith(0x21, 0, 0, 9, 1), "item 21H of 9 bytes, but only 1 bytes are left in its A-ASSOCIATE-AC"],
    [acWith(0x21, 0, 0, 0), "item 21H ends 4 bytes too early"],
    [acWith(0x21, 0, 0, 3, 1, 0, 0), "item 21H ends 1 bytes too early"],
    [
      acWith(0x21, 0, 0, 8, 1, 0, 0, 0, 0x40, 0, 0, 1),
      "sub-item 40H of 1 bytes, but only 0 bytes are left in its item 21H",
    ],
    [acWith(0x50, 0, 0, 4, 0x51, 0, 0, 0), "user information sub-item 51H ends 4 bytes too early"],
    [
      acWith(0x50, 0, 0, 4, 0x51, 0, 0, 4, 0, 0, 0, 0),
      "user information sub-item 51H of 4 bytes, but only 0 bytes are left in its item 50H",
    ],
    [
      acWith(0x50, 0, 0, 6, 0x59, 0, 0, 2, 0, 1),
      "user identity server response of 1 bytes, but only 0 bytes are left in its user information sub-item 59H",
    ],
    [pduOf(1, [...new Uint8Array(68), 0x50, 0, 0, 5, 0x58, 0, 0, 1, 9]), "user identity of unknown type 9"],
  ];
  for (const [bytes, what] of cases) assertEquals(decodePdu(bytes), { type: "malformed", what });
});

Deno.test("unknown items and sub-items are skipped, and a mangled operations window counts as none", () => {
  const userInformation = [
    ...[0x5f, 0, 0, 3, 1, 2, 3],
    ...[0x51, 0, 0, 4, 0, 0, 0x40, 0],
    ...[0x53, 0, 0, 2, 0, 1],
    ...[0x55, 0, 0, 2, 0x41, 0x20],
  ];
  const ac = decodePdu(acWith(
    ...[0x77, 0, 0, 1, 9],
    ...[0x21, 0, 0, 11, 1, 0, 0, 0, 0x99, 0, 0, 3, 1, 2, 3],
    ...[0x50, 0, 0, userInformation.length, ...userInformation],
    ...[0xff, 0, 0, 0],
  )) as AssociateAc;
  assertEquals(ac.contexts, [{ id: 1, result: 0, transferSyntax: "" }]);
  assertEquals(ac.maximumLengthReceived, 16384);
  assertEquals(ac.operationsWindow, undefined);
  assertEquals(ac.implementationVersionName, "A");
});

Deno.test("an operations window that is longer than it can be, or than the item around it, counts as none", () => {
  const before = [0x51, 0, 0, 4, 0, 0, 0x40, 0];
  const mangledOnes = [[0x53, 0, 4, 0, 0, 1, 0, 1], [0x53, 0, 0, 2, 0], [0x53, 0, 0, 6, 0, 9, 0, 9, 0, 9]];
  for (const mangled of mangledOnes) {
    const userInformation = [...before, ...mangled];
    const ac = decodePdu(acWith(0x50, 0, 0, userInformation.length, ...userInformation)) as AssociateAc;
    assertEquals([ac.type, ac.maximumLengthReceived, ac.operationsWindow], ["associateAc", 16384, undefined]);
  }
});

Deno.test("every octet of every recorded PDU may be anything", () => {
  for (const name of recordedNames()) {
    const bytes = recordedPdu(name);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 0xff]) {
        const bent = bytes.slice();
        bent[at] = value;
        assert(decodePdu(bent).type.length > 0);
      }
      assert(decodePdu(bytes.subarray(0, at)).type.length > 0);
    }
  }
});

Deno.test("any bytes decode to a PDU or to a malformed one", () => {
  const seed = newSeed();
  let malformed = 0;
  for (let i = 0; i < 1000; i++) {
    const random = new Random(seed + i);
    const pdu = random.chance(30) ? madeBytes(random, 300) : encodePdu(madePdu(random));
    for (let bends = random.below(5); bends > 0; bends--) pdu[random.below(pdu.length)] = random.below(256);
    try {
      if (decodePdu(pdu).type === "malformed") malformed++;
    } catch (caught) {
      throw new Error(`seed ${seed + i}`, { cause: caught });
    }
  }
  assert(malformed > 50 && malformed < 950, `seed ${seed}: ${malformed} of 1000 malformed`);
});

Deno.test("a hostile PDU of a megabyte takes neither much memory nor long", () => {
  // Runs of blanks that end in something else were once looked at over and over: minutes for these.
  const blanks = new Uint8Array(65535).fill(0x20);
  blanks[65534] = 0x41;
  const item = [0x10, 0, 0xff, 0xff, ...blanks];
  const texts = pduOf(
    2,
    concat([new Uint8Array(68), ...Array.from({ length: 15 }, () => Uint8Array.from(item))]),
  );
  assertEquals(decodePdu(texts).type, "associateAc");

  const smallest = pduOf(
    4,
    new Uint8Array(6 * 170_000).map((_, at) => at % 6 < 3 ? 0 : at % 6 === 3 ? 2 : 1),
  );
  const before = Deno.memoryUsage().heapUsed;
  const pdu = decodePdu(smallest);
  assertEquals(pdu.type === "pDataTf" && pdu.pdvs.length, 170_000);
  assert(Deno.memoryUsage().heapUsed - before < 64 * smallest.length);
});
