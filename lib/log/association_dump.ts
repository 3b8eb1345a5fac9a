/** What was asked for and what was agreed on, in the words of DCMTK's -d and +v. Passwords and tokens are not shown. */

import { nameOf } from "../dicom/uids.ts";

/** What a dump needs of an A-ASSOCIATE-RQ or -AC; lib/pdu/types.ts has it. */
interface DumpedParameters {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly applicationContext: string;
  /** Undefined when the peer sent none. */
  readonly maximumLengthReceived: number | undefined;
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
  readonly roles: readonly {
    readonly abstractSyntax: string;
    readonly scu: boolean;
    readonly scp: boolean;
  }[];
  readonly extended: readonly { readonly abstractSyntax: string; readonly data: Uint8Array }[];
}

export interface DumpedRq extends DumpedParameters {
  readonly contexts: readonly {
    readonly id: number;
    readonly abstractSyntax: string;
    readonly transferSyntaxes: readonly string[];
  }[];
  readonly userIdentity: {
    readonly type: number;
    readonly positiveResponseRequested: boolean;
    readonly primary: Uint8Array;
  } | undefined;
}

export interface DumpedAc extends DumpedParameters {
  readonly contexts: readonly {
    readonly id: number;
    readonly result: number;
    readonly transferSyntax: string;
  }[];
  readonly userIdentityResponse: Uint8Array | undefined;
}

/** Its lines. */
export function dumpRequested(rq: DumpedRq): string[] {
  return ["Request Parameters:", ...dump(rq, undefined)];
}

/** Its lines. */
export function dumpNegotiated(rq: DumpedRq, ac: DumpedAc): string[] {
  return ["Association Parameters Negotiated:", ...dump(rq, ac)];
}

function dump(rq: DumpedRq, ac: DumpedAc | undefined): string[] {
  const pdu = ac === undefined ? "A-ASSOCIATE-RQ" : "A-ASSOCIATE-AC";
  return [
    `====================== BEGIN ${pdu} =====================`,
    `Our Implementation Class UID:      ${rq.implementationClassUid}`,
    `Our Implementation Version Name:   ${rq.implementationVersionName}`,
    `Their Implementation Class UID:    ${ac?.implementationClassUid ?? ""}`,
    `Their Implementation Version Name: ${ac?.implementationVersionName ?? ""}`,
    `Application Context Name:    ${(ac ?? rq).applicationContext}`,
    `Calling Application Name:    ${(ac ?? rq).callingAeTitle}`,
    `Called Application Name:     ${rq.calledAeTitle}`,
    `Responding Application Name: ${rq.calledAeTitle}`,
    `Our Max PDU Receive Size:    ${rq.maximumLengthReceived ?? 0}`,
    `Their Max PDU Receive Size:  ${ac?.maximumLengthReceived ?? 0}`,
    "Presentation Contexts:",
    ...rq.contexts.flatMap((context) => dumpContext(context, rq, ac)),
    ...dumpExtended("Requested Extended Negotiation:", rq.extended, " none"),
    ...dumpExtended("Accepted Extended Negotiation:", ac?.extended ?? [], "  none"),
    ...dumpIdentity(rq.userIdentity),
    ...(ac?.userIdentityResponse === undefined ? ["User Identity Negotiation Response:  none"] : [
      "User Identity Negotiation Response:",
      `  Server Response (not dumped) length: ${ac.userIdentityResponse.length}`,
    ]),
    `======================= END ${pdu} ======================`,
  ];
}

/** PS3.8 table 9-18. */
const RESULTS = [
  "Accepted",
  "User Rejection",
  "No Reason",
  "Abstract Syntax Not Supported",
  "Transfer Syntaxes Not Supported",
];

function dumpContext(
  context: DumpedRq["contexts"][number],
  rq: DumpedRq,
  ac: DumpedAc | undefined,
): string[] {
  const answer = ac?.contexts.find((each) => each.id === context.id);
  const result = answer === undefined ? "Proposed" : RESULTS[answer.result] ?? "--Invalid Result/Reason--";
  const lines = [
    `  Context ID:        ${context.id} (${result})`,
    `    Abstract Syntax: ${symbol(context.abstractSyntax)}`,
    `    Proposed SCP/SCU Role: ${roleOf(context.abstractSyntax, rq)}`,
  ];
  if (ac === undefined || answer === undefined) {
    lines.push("    Proposed Transfer Syntax(es):");
    for (const transferSyntax of context.transferSyntaxes) lines.push(`      ${symbol(transferSyntax)}`);
    return lines;
  }
  lines.push(`    Accepted SCP/SCU Role: ${roleOf(context.abstractSyntax, ac)}`);
  if (answer.result === 0) lines.push(`    Accepted Transfer Syntax: ${symbol(answer.transferSyntax)}`);
  return lines;
}

/** The last item of a class counts. */
function roleOf(abstractSyntax: string, { roles }: DumpedParameters): string {
  const role = roles.findLast((each) => each.abstractSyntax === abstractSyntax);
  if (role === undefined) return "Default";
  if (role.scu) return role.scp ? "SCP/SCU" : "SCU";
  return role.scp ? "SCP" : "None";
}

function dumpExtended(title: string, items: DumpedParameters["extended"], none: string): string[] {
  if (items.length === 0) return [title + none];
  const lines = [title];
  for (const { abstractSyntax, data } of items) {
    lines.push(`  =${nameOf(abstractSyntax) ?? "Unknown-UID"} (${abstractSyntax})`);
    lines.push(`    [${Array.from(data, (byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", ")}]`);
  }
  return lines;
}

/** By type, PS3.7 D.3.3.7.1: what it is called and what its primary item is called. */
const IDENTITIES: Readonly<Record<number, readonly [mode: string, primary: string]>> = {
  1: ["Username", "Username"],
  2: ["Username/Password", "Username"],
  3: ["Kerberos", "Kerberos Service Ticket"],
  4: ["SAML", "SAML Assertion"],
  5: ["JWT", "JSON Web Token"],
};

function dumpIdentity(identity: DumpedRq["userIdentity"]): string[] {
  if (identity === undefined) return ["Requested User Identity Negotiation: none"];
  const { type, primary, positiveResponseRequested } = identity;
  const [mode, item] = IDENTITIES[type] ?? ["Unknown", "Identity"];
  const isName = type === 1 || type === 2;
  const lines = ["Requested User Identity Negotiation:", `  Authentication mode ${type}: ${mode}`];
  if (isName) lines.push(`  Username: [${new TextDecoder().decode(primary)}]`);
  else lines.push(`  ${item} (not dumped) length: ${primary.length}`);
  if (type === 2) lines.push("  Password: [not shown]");
  lines.push(`  Positive Response requested: ${positiveResponseRequested ? "Yes" : "No"}`);
  return lines;
}

/** "=CTImageStorage", or a UID without a name as it is. */
function symbol(uid: string): string {
  const name = nameOf(uid);
  return name === undefined ? uid : `=${name}`;
}
