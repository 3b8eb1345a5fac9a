/** Opening associations, with an event for each. */

import type { ContextWish } from "../association/proposal.ts";
import { asFault } from "../errors.ts";
import type { OpenAssociation } from "../transfer/open.ts";
import type { AssociationEvent } from "./events.ts";

type Open = (contexts: readonly ContextWish[]) => Promise<OpenAssociation>;

export function observed(open: Open, note: (event: AssociationEvent) => void): Open {
  let requests = 0;
  return async (contexts) => {
    const number = ++requests;
    const proposed = contexts.length;
    try {
      const opened = await open(contexts);
      const { ac } = opened.association;
      note({
        event: "association",
        number,
        result: "accepted",
        proposed,
        accepted: opened.accepted.length,
        peerImplementationClassUid: ac.implementationClassUid,
        peerImplementationVersionName: ac.implementationVersionName,
        maximumLengthReceived: ac.maximumLengthReceived ?? 0,
      });
      return opened;
    } catch (caught) {
      const { message: reason, remedy } = asFault(caught);
      const why = remedy === undefined ? { reason } : { reason, remedy };
      note({ event: "association", number, result: "failed", proposed, accepted: 0, ...why });
      throw caught;
    }
  };
}
