/** Files for which the peer has accepted no presentation context: what could still be proposed, and what to say. */

import {
  type AcceptedContext,
  type ContextWish,
  type SyntaxWish,
  wasProposed,
} from "../association/proposal.ts";
import { longNameOf, transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";
import { nameOf } from "../dicom/uids.ts";
import { Fault } from "../errors.ts";
import type { Instance, Need } from "../source/instance.ts";

/**
 * Whether proposing more could help.
 * @param wish undefined when exactly what was proposed may be
 */
export function mayPropose(
  wish: SyntaxWish | undefined,
  proposed: readonly ContextWish[],
  instance: Instance,
): boolean {
  if (wish === undefined || instance.sopClassUid === "") return false;
  if (!wish.exclusive) return !wasProposed(proposed, instance);
  const only = { sopClassUid: instance.sopClassUid, transferSyntax: wish.preferred };
  return instance.fits(wish.preferred) && !wasProposed(proposed, only);
}

/** Says what the peer accepted for the class, that it refused it, or that it was not asked. */
export function whyNotAccepted(
  { sopClassUid, transferSyntax }: Need,
  accepted: readonly AcceptedContext[],
  wasClassProposed: boolean,
): Fault {
  const code = "0006:0208";
  if (accepted.length === 0) return noneAccepted();
  const ofClass = accepted.filter(({ abstractSyntax }) => abstractSyntax === sopClassUid);
  const className = nameOf(sopClassUid) ?? sopClassUid;
  if (ofClass.length > 0) {
    const taken = ofClass.map((context) => longNameOf(context.transferSyntax)).join(", ");
    return new Fault(
      "noContext",
      `the peer takes ${className} only as ${taken}, the file is ${longNameOf(transferSyntax)}`,
      {
        code,
        remedy: transferSyntaxOf(transferSyntax) === undefined
          ? "export the file in a standard transfer syntax: this one is private to whoever made it"
          : "decompress the file first (dcmdjpeg, dcmdrle, gdcmconv), " +
            "or have the transfer syntax enabled at the peer",
      },
    );
  }
  if (wasClassProposed) {
    return new Fault("noContext", `the peer refused every presentation context for ${className}`, {
      code,
      remedy: "have this SOP class enabled at the peer, or send to one that stores it",
    });
  }
  return new Fault("noContext", `${className} was not proposed, and the options given forbid proposing it`, {
    code,
    remedy: "leave out the option that fixes the proposal (-xf, -xi and the like)",
  });
}

/** The association is there, but good for nothing. */
function noneAccepted(): Fault {
  return new Fault("noContext", "No Acceptable Presentation Contexts", {
    remedy:
      "the peer stores none of the SOP classes proposed: check that this is a Storage SCP, and what it is " +
      "configured to store; --probe shows what it accepts",
  });
}
