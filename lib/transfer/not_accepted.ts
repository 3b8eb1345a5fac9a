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

/** What was proposed so far, on any association. */
export interface Proposed {
  readonly contexts: readonly ContextWish[];
  /** The names of the option that lets nothing else be proposed. */
  readonly fixedBy: string | undefined;
}

/**
 * Says that the peer was not asked, what it accepted for the class, or that it refused it.
 * @param accepted on any association so far
 */
export function whyNotAccepted(
  instance: Need & Pick<Instance, "fits">,
  accepted: readonly AcceptedContext[],
  { contexts, fixedBy }: Proposed,
): Fault {
  const { sopClassUid, transferSyntax } = instance;
  const code = "0006:0208";
  if (accepted.length === 0) return noneAccepted(fixedBy);
  const className = nameOf(sopClassUid) ?? sopClassUid;
  const askedFor = contexts.filter(({ abstractSyntax }) => abstractSyntax === sopClassUid);
  if (!askedFor.some(({ transferSyntaxes }) => transferSyntaxes.some((uid) => instance.fits(uid)))) {
    const how = askedFor.length === 0 ? "" : ` in ${longNameOf(transferSyntax)}`;
    const what = `${className} was not proposed${how}, and the options given forbid proposing it`;
    const remedy = fixedBy === undefined ? undefined : `leave out ${fixedBy}`;
    return new Fault("noContext", what, { code, remedy });
  }
  const ofClass = accepted.filter(({ abstractSyntax, transferSyntax }) =>
    abstractSyntax === sopClassUid && !instance.fits(transferSyntax)
  );
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
  return new Fault("noContext", `the peer refused every presentation context for ${className}`, {
    code,
    remedy: fixedBy === undefined
      ? "have this SOP class enabled at the peer, or send to one that stores it"
      : `leave out ${fixedBy}, or have what it proposes enabled at the peer`,
  });
}

/** The association is there, but good for nothing. */
function noneAccepted(fixedBy: string | undefined): Fault {
  return new Fault("noContext", "No Acceptable Presentation Contexts", {
    remedy: fixedBy === undefined
      ? "the peer stores none of the SOP classes proposed: check that this is a Storage SCP, and what it is " +
        "configured to store; --probe shows what it accepts"
      : `leave out ${fixedBy}: the peer takes nothing of what may be proposed with it`,
  });
}
