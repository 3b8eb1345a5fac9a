/** PDUs made up at random, apart from P-DATA-TF: what an encoder may be given. */

import type { AssociateAc, AssociateRq, Pdu, UserInformation } from "../../lib/pdu/types.ts";
import type { Random } from "../dataset/made_up_data_sets.ts";

export type MadePdu = Exclude<Pdu, { type: "pDataTf" }>;

export function madePdu(random: Random): MadePdu {
  switch (random.below(6)) {
    case 0:
      return madeRq(random);
    case 1:
      return madeAc(random);
    case 2:
      return {
        type: "associateRj",
        result: random.below(256),
        source: random.below(256),
        reason: random.below(256),
      };
    case 3:
      return { type: "releaseRq" };
    case 4:
      return { type: "releaseRp" };
    default:
      return { type: "abort", source: random.below(256), reason: random.below(256) };
  }
}

function madeRq(random: Random): AssociateRq {
  const type = random.pick([1, 2, 3, 4, 5] as const);
  return {
    type: "associateRq",
    ...madeTitles(random),
    contexts: madeList(random, 128, () => ({
      id: random.below(256),
      abstractSyntax: madeUid(random),
      transferSyntaxes: madeList(random, 6, () => madeUid(random)),
    })),
    ...madeUserInformation(random),
    userIdentity: random.chance(50) ? undefined : {
      type,
      positiveResponseRequested: random.chance(50),
      primary: madeBytes(random, 3000),
      secondary: madeBytes(random, 30),
    },
  };
}

function madeAc(random: Random): AssociateAc {
  return {
    type: "associateAc",
    ...madeTitles(random),
    contexts: madeList(random, 200, () => ({
      id: random.below(256),
      result: random.below(256),
      transferSyntax: random.chance(10) ? "" : madeUid(random),
    })),
    ...madeUserInformation(random),
    userIdentityResponse: random.chance(50) ? undefined : madeBytes(random, 300),
  };
}

function madeTitles(random: Random) {
  return {
    calledAeTitle: madeText(random, 16),
    callingAeTitle: madeText(random, 16),
    applicationContext: madeUid(random),
  };
}

function madeUserInformation(random: Random): UserInformation {
  return {
    maximumLengthReceived: random.chance(10)
      ? undefined
      : random.pick([0, 1, 13, 16384, 131072, 2 ** 31, 2 ** 32 - 1]),
    implementationClassUid: madeUid(random),
    implementationVersionName: madeText(random, 16),
    operationsWindow: random.chance(50)
      ? undefined
      : { maxInvoked: random.below(65536), maxPerformed: random.below(65536) },
    roles: madeList(random, 3, () => ({
      abstractSyntax: madeUid(random),
      scu: random.chance(50),
      scp: random.chance(50),
    })),
    extended: madeList(
      random,
      3,
      () => ({ abstractSyntax: madeUid(random), data: madeBytes(random, 50) }),
    ),
  };
}

function madeList<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: random.below(random.chance(80) ? 4 : most + 1) }, make);
}

function madeUid(random: Random): string {
  const parts = Array.from({ length: 1 + random.below(8) }, () => random.below(10 ** (1 + random.below(6))));
  return ["1.2", ...parts].join(".");
}

/** Printable or not, but not ending in what counts as padding. */
function madeText(random: Random, most: number): string {
  const codes = Array.from({ length: random.below(most) }, () => 0x20 + random.below(0x100 - 0x20));
  return String.fromCharCode(...codes).replace(/ +$/, "") + (random.chance(50) ? "x" : "");
}

export function madeBytes(random: Random, most: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: random.below(most + 1) }, () => random.below(256));
}
