import { assertEquals, assertStringIncludes } from "@std/assert";
import { whyNotAccepted } from "../../lib/transfer/not_accepted.ts";
import { CT, LITTLE } from "../association/dialogue.ts";

const JPEG_2000 = "1.2.840.10008.1.2.4.90";
const MPEG2 = "1.2.840.10008.1.2.4.100";
const PRIVATE = "1.2.3.4.5.6";
const ACCEPTED = [{ id: 1, abstractSyntax: CT, transferSyntax: LITTLE }];
const OTHER_CLASS = [{ id: 1, abstractSyntax: PRIVATE, transferSyntax: LITTLE }];
const OPTION = "--propose-mpeg2 (-xm)";

interface Case {
  readonly syntax: string;
  /** Of the class; none: the class was not proposed. */
  readonly proposed: readonly string[];
  readonly fixedBy?: string;
  readonly accepted: typeof ACCEPTED;
  readonly why: string;
  readonly remedy: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "another transfer syntax is taken": {
    syntax: JPEG_2000,
    proposed: [LITTLE, JPEG_2000],
    accepted: ACCEPTED,
    why: "the peer takes CTImageStorage only as",
    remedy: "decompress the file first",
  },
  "the transfer syntax is private": {
    syntax: PRIVATE,
    proposed: [LITTLE, PRIVATE],
    accepted: ACCEPTED,
    why: `the file is ${PRIVATE}`,
    remedy: "export the file in a standard transfer syntax",
  },
  "nothing is accepted": {
    syntax: LITTLE,
    proposed: [LITTLE],
    accepted: [],
    why: "No Acceptable Presentation Contexts",
    remedy: "check that this is a Storage SCP",
  },
  "nothing is accepted of what an option fixes": {
    syntax: LITTLE,
    proposed: [MPEG2],
    fixedBy: OPTION,
    accepted: [],
    why: "No Acceptable Presentation Contexts",
    remedy: `leave out ${OPTION}`,
  },
  "the class is refused": {
    syntax: LITTLE,
    proposed: [LITTLE],
    accepted: OTHER_CLASS,
    why: "the peer refused every presentation context for CTImageStorage",
    remedy: "have this SOP class enabled",
  },
  "the class is refused as the one that an option fixes": {
    syntax: MPEG2,
    proposed: [MPEG2],
    fixedBy: OPTION,
    accepted: OTHER_CLASS,
    why: "the peer refused every presentation context for CTImageStorage",
    remedy: `leave out ${OPTION}, or have what it proposes enabled`,
  },
  "an option forbids the class": {
    syntax: LITTLE,
    proposed: [],
    fixedBy: "--config-file (-xf)",
    accepted: OTHER_CLASS,
    why: "CTImageStorage was not proposed, and the options given forbid",
    remedy: "leave out --config-file (-xf)",
  },
  "an option forbids the transfer syntax, and the peer takes what it allows": {
    syntax: LITTLE,
    proposed: [MPEG2],
    fixedBy: OPTION,
    accepted: [{ id: 1, abstractSyntax: CT, transferSyntax: MPEG2 }],
    why: "CTImageStorage was not proposed in Little Endian Explicit, and the options given forbid",
    remedy: `leave out ${OPTION}`,
  },
};

for (const [name, { syntax, proposed, fixedBy, accepted, why, remedy }] of Object.entries(CASES)) {
  Deno.test(`why a file is not accepted, and what to do about it: ${name}`, () => {
    const contexts = proposed.length === 0 ? [] : [{ abstractSyntax: CT, transferSyntaxes: proposed }];
    const file = { sopClassUid: CT, transferSyntax: syntax, fits: (wanted: string) => wanted === syntax };
    const fault = whyNotAccepted(file, accepted, { contexts, fixedBy });
    assertEquals(fault.kind, "noContext");
    assertStringIncludes(fault.message, why);
    assertStringIncludes(fault.remedy ?? "", remedy);
  });
}
