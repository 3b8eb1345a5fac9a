/** From settings to what the transfer does: which contexts, which limits, which identity. */

import {
  type ContextWish,
  defaultContexts,
  neededContexts,
  type SyntaxWish,
} from "../association/proposal.ts";
import type { Destination } from "../association/transport.ts";
import { findOption } from "../cli/options.ts";
import type { Profile } from "../cli/profile.ts";
import type { NetworkSettings, Settings } from "../cli/settings.ts";
import { DEFLATED_LITTLE_ENDIAN } from "../dicom/transfer_syntaxes.ts";
import type { UserIdentity } from "../pdu/types.ts";
import type { Need } from "../source/instance.ts";
import type { AssociationWish } from "./open.ts";
import type { RetryLimits } from "./retry.ts";
import type { SettlementRules } from "./settlement.ts";

/** How the files are to be sent. */
export interface TransferPlan extends RetryLimits, SettlementRules {
  /** Proposed on the first association. */
  readonly contexts: readonly ContextWish[];
  /** How contexts for files put aside are made; undefined when a profile says exactly what may be proposed. */
  readonly wish: SyntaxWish | undefined;
  /** The names of the option that says exactly what may be proposed. */
  readonly fixedBy: string | undefined;
  /** Prefer Deflated for uncompressed data sets. */
  readonly deflate: boolean;
  /** End with A-ABORT. */
  readonly abort: boolean;
}

export function destinationOf({ peer, port, network }: Settings, noDelay: boolean): Destination {
  const { addressFamily: family, connectTimeoutSeconds } = network;
  return { peer, port, family, noDelay, connectTimeoutSeconds };
}

export function associationWishOf(
  { network, delivery, log, tls }: Settings,
  profile: Profile | undefined,
  userIdentity: UserIdentity | undefined,
): AssociationWish {
  return {
    callingAeTitle: network.callingAeTitle,
    calledAeTitle: network.calledAeTitle,
    maximumLengthReceived: network.maxPduBytes,
    maxOperationsInvoked: network.maxOperationsInvoked,
    jobs: delivery.jobs,
    acseTimeoutSeconds: network.acseTimeoutSeconds,
    dimseTimeoutSeconds: network.dimseTimeoutSeconds,
    socketTimeoutSeconds: network.socketTimeoutSeconds,
    maxSendPduBytes: network.maxSendPduBytes,
    dumpLevel: log.verbosePc ? "info" : "debug",
    overTls: tls !== undefined,
    roles: profile?.roles ?? [],
    extended: profile?.extended ?? [],
    userIdentity,
  };
}

export function syntaxWishOf({ proposal, combine }: NetworkSettings): SyntaxWish {
  const { preferred, fallback, exclusive } = proposal;
  return { preferred, fallback, exclusive, combine };
}

/** @param needs what the files need, known only with --required */
export function transferPlanOf(
  { network, delivery }: Settings,
  profile: Profile | undefined,
  needs: readonly Need[],
): TransferPlan {
  const wish = syntaxWishOf(network);
  return {
    contexts: firstContexts(network, profile, wish, needs),
    wish: profile === undefined ? wish : undefined,
    fixedBy: fixingOption(network),
    deflate: network.proposal.preferred === DEFLATED_LITTLE_ENDIAN && profile === undefined,
    noHalt: network.noHalt,
    abort: network.abort,
    jobs: delivery.jobs,
    retries: delivery.retries,
    retryDelaySeconds: delivery.retryDelaySeconds,
  };
}

function fixingOption({ profile, proposal }: NetworkSettings): string | undefined {
  if (profile === undefined && !proposal.exclusive) return undefined;
  const long = profile === undefined ? proposal.option : "--config-file";
  const short = findOption(long)?.short;
  return short === undefined ? long : `${long} (${short})`;
}

/** With --required, what does not fit the first association is put aside and gets its turn on a further one. */
function firstContexts(
  { required }: NetworkSettings,
  profile: Profile | undefined,
  wish: SyntaxWish,
  needs: readonly Need[],
): readonly ContextWish[] {
  if (profile !== undefined) return profile.contexts;
  if (!required) return defaultContexts(wish);
  // If nothing is to be sent it does not matter what is proposed, but some peers never answer a request without contexts.
  return neededContexts(needs, wish)[0] ?? defaultContexts(wish);
}
