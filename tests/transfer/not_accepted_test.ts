import { assertEquals, assertStringIncludes } from "@std/assert";
import { whyNotAccepted } from "../../lib/transfer/not_accepted.ts";
import { CT, LITTLE } from "../association/dialogue.ts";

const JPEG_2000 = "1.2.840.10008.1.2.4.90";
const PRIVATE = "1.2.3.4.5.6";
const ACCEPTED = [{ id: 1, abstractSyntax: CT, transferSyntax: LITTLE }];

Deno.test("why a file is not accepted, and what to do about it", () => {
  const cases: [
    transferSyntax: string,
    accepted: typeof ACCEPTED,
    wasProposed: boolean,
    why: string,
    remedy: string,
  ][] = [
    [JPEG_2000, ACCEPTED, true, "the peer takes CTImageStorage only as", "decompress the file first"],
    [PRIVATE, ACCEPTED, true, `the file is ${PRIVATE}`, "export the file in a standard transfer syntax"],
    [LITTLE, [], true, "No Acceptable Presentation Contexts", "check that this is a Storage SCP"],
    [
      LITTLE,
      [{ id: 1, abstractSyntax: PRIVATE, transferSyntax: LITTLE }],
      true,
      "refused every presentation context",
      "have this SOP class enabled",
    ],
    [
      LITTLE,
      [{ id: 1, abstractSyntax: PRIVATE, transferSyntax: LITTLE }],
      false,
      "was not proposed",
      "leave out the option",
    ],
  ];
  for (const [transferSyntax, accepted, wasProposed, why, remedy] of cases) {
    const fault = whyNotAccepted({ sopClassUid: CT, transferSyntax }, accepted, wasProposed);
    assertEquals(fault.kind, "noContext");
    assertStringIncludes(fault.message, why);
    assertStringIncludes(fault.remedy ?? "", remedy);
  }
});
