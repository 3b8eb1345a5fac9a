/** --echo: a C-ECHO, and nothing else. */

import { IMPLICIT_LITTLE_ENDIAN } from "./dicom/transfer_syntaxes.ts";
import { VERIFICATION } from "./dicom/uids.ts";
import { statusDigits } from "./dimse/status.ts";
import { asFault, exitCodeOf, Fault } from "./errors.ts";
import type { Logger } from "./log/log.ts";
import { connectorOf, profileOf } from "./prepare.ts";
import type { EchoFacts } from "./report/events.ts";
import { observed } from "./report/observed.ts";
import type { Ending } from "./report/summary.ts";
import { runEvent, type Stage } from "./stage.ts";
import { type OpenAssociation, openAssociation } from "./transfer/open.ts";
import { associationWishOf } from "./transfer/plan.ts";
import { tellCannotOpen, tellRemedy } from "./transfer/tell.ts";
import { userIdentityOf } from "./transfer/user_identity.ts";

/** What a Verification SCP must support (PS3.4 annex A). */
export const VERIFICATION_CONTEXT = {
  abstractSyntax: VERIFICATION,
  transferSyntaxes: [IMPLICIT_LITTLE_ENDIAN],
} as const;

/** @throws Fault when it cannot even be tried, or the peer does not accept C-ECHO */
export async function echo(stage: Stage): Promise<Ending> {
  const { settings, telling, signals } = stage;
  telling.begin(runEvent(settings, 0));
  const held = new HeldAssociation();
  const ending = await Promise.race([ask(stage, held), signals.first]);
  if (ending !== undefined) return ending;
  await held.abort();
  return { exitCode: signals.exitCode ?? 1, stoppedBy: signals.name };
}

/** The association that is open at the moment: an operator who does not want to wait leaves no peer without a word. */
export class HeldAssociation {
  #open: OpenAssociation | undefined;

  hold(open: OpenAssociation): OpenAssociation {
    this.#open = open;
    return open;
  }

  async abort(): Promise<void> {
    await this.#open?.association.abort();
  }
}

async function ask(stage: Stage, held: HeldAssociation): Promise<Ending> {
  const { settings, log, telling, toStdout, signals } = stage;
  const { network, peer, port, report } = settings;
  const wish = associationWishOf(
    settings,
    await profileOf(settings, log),
    await userIdentityOf(network, log),
  );
  const connect = await connectorOf(settings, log);
  const request = observed((contexts) => openAssociation(connect, wish, contexts, log), telling.note);
  let open: OpenAssociation;
  try {
    open = held.hold(await request([VERIFICATION_CONTEXT]));
  } catch (caught) {
    const fault = asFault(caught);
    tellCannotOpen(log, fault);
    // Whatever ended it: what was never accepted cannot be lost.
    return { exitCode: 1, fault };
  }
  let facts: EchoFacts | undefined;
  try {
    facts = await sendEcho(open, log);
  } catch (caught) {
    const fault = asFault(caught);
    if (signals.name !== undefined) return { exitCode: 1, fault }; // aborted: nobody waits for this any more
    log.fatal(`Echo Failed: ${fault.condition}`);
    tellRemedy(log, fault);
    return { exitCode: exitCodeOf(fault), fault };
  }
  await releaseQuietly(open, log);
  if (facts === undefined) {
    throw new Fault("noContext", "the peer does not accept C-ECHO (Verification SOP Class)", {
      remedy: "the association itself worked; --probe shows what the peer accepts",
    });
  }
  telling.note({ event: "echo", ...facts });
  const answer = facts.status === "0000" ? "success" : `status ${facts.status}H`;
  const line =
    `C-ECHO to ${network.calledAeTitle} at ${peer} port ${port}: ${answer}, ${facts.milliseconds} ms`;
  if (!report.json) toStdout(`${line}\n`);
  return { exitCode: facts.status === "0000" ? 0 : 1 };
}

/** Undefined when the peer has not accepted the context. @throws Fault when it does not answer */
export async function sendEcho(
  { association, accepted }: OpenAssociation,
  log: Logger,
): Promise<EchoFacts | undefined> {
  const context = accepted.find(({ abstractSyntax }) => abstractSyntax === VERIFICATION);
  if (context === undefined) return undefined;
  log.info("Sending Echo Request (MsgID 1)");
  const startedMs = performance.now();
  const { status } = await association.echo(context.id, 1);
  const milliseconds = roundMilliseconds(performance.now() - startedMs);
  const digits = statusDigits(status);
  log.info(`Received Echo Response (${status === 0 ? "Success" : `Status: ${digits}H`})`);
  return { status: digits, milliseconds };
}

/** Releases the association; that it cannot be released is no failure of what was asked for. */
export async function releaseQuietly({ association }: OpenAssociation, log: Logger): Promise<void> {
  log.info("Releasing Association");
  try {
    await association.release();
  } catch (caught) {
    log.warn(`Association Release Failed: ${caught instanceof Fault ? caught.condition : caught}`);
  }
}

/** To a tenth. */
export function roundMilliseconds(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
