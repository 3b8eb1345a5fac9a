/**
 * --probe: everything up to sending. Name, connection, TLS and association are tried; what the files need is negotiated, each
 * transfer syntax of a SOP class in a presentation context of its own, so that the peer has to say yes or no to each.
 */

import {
  type AcceptedContext,
  chooseContext,
  type ContextWish,
  defaultContexts,
  MOST_CONTEXTS,
  neededContexts,
  numbered,
} from "./association/proposal.ts";
import type { Duplex } from "./association/duplex.ts";
import type { TlsDetails } from "./association/tls/engine.ts";
import { answersTls } from "./association/tls/greeting.ts";
import { addressesOf } from "./association/transport.ts";
import type { Profile } from "./cli/profile.ts";
import type { Settings } from "./cli/settings.ts";
import { VERIFICATION } from "./dicom/uids.ts";
import {
  HeldAssociation,
  releaseQuietly,
  roundMilliseconds,
  sendEcho,
  VERIFICATION_CONTEXT,
} from "./echo.ts";
import { asFault, Fault } from "./errors.ts";
import { printableLines } from "./log/printable.ts";
import { connectorOf, formerJournalOf } from "./prepare.ts";
import { beginWithFiles, instances, readyToLook, tellProspects } from "./prospects.ts";
import type { ProbedContext, ProbeEvent, TlsFacts } from "./report/events.ts";
import { observed } from "./report/observed.ts";
import { probeLines, refusalText } from "./report/probe_lines.ts";
import type { Ending } from "./report/summary.ts";
import type { Instance, Need } from "./source/instance.ts";
import { type Stage, stoppedEarly } from "./stage.ts";
import { whyNotAccepted } from "./transfer/not_accepted.ts";
import { type OpenAssociation, openAssociation } from "./transfer/open.ts";
import { associationWishOf, destinationOf, syntaxWishOf, transferPlanOf } from "./transfer/plan.ts";
import { userIdentityOf } from "./transfer/user_identity.ts";

const GREETING_PATIENCE_MS = 2000;

/** Exit code 0 only if every file could be sent; without files, if anything could. */
export async function probe(stage: Stage): Promise<Ending> {
  const { settings, telling, toStdout, signals } = stage;
  using journal = await formerJournalOf(settings);
  const ready = await readyToLook(stage, journal);
  if (ready === undefined) return await stoppedEarly(stage);
  const { profile, openInstance } = ready;
  const checked = await beginWithFiles(stage, openInstance);
  const needs = new Map<string, Need>();
  for await (const { sopClassUid, transferSyntax } of instances(stage, openInstance)) {
    needs.set(`${sopClassUid} ${transferSyntax}`, { sopClassUid, transferSyntax });
  }
  const proposals = proposalsOf(settings, profile, [...needs.values()]);
  const held = new HeldAssociation();
  const examined = await Promise.race([examine(stage, profile, proposals, held), signals.first]);
  if (examined === undefined) await held.abort();
  const { event, accepted, fault } = examined ?? nothingExamined();
  telling.note(event);
  const { deflate, fixedBy } = transferPlanOf(settings, profile, []);
  const proposed = { contexts: proposals.flat(), fixedBy };
  const judge = (instance: Instance): Fault | undefined => {
    if (fault !== undefined) return fault;
    if (chooseContext(accepted, instance, (uid) => instance.fits(uid), deflate) !== undefined) {
      return undefined;
    }
    return whyNotAccepted(instance, accepted, proposed);
  };
  const failures = await tellProspects(stage, checked, openInstance, judge, () => {});
  if (!settings.report.json) toStdout(printableLines(probeLines(settings, event, telling.tally)) + "\n");
  const isFit = fault === undefined && failures === 0 && accepted.length > 0;
  return { exitCode: signals.exitCode ?? (isFit ? 0 : 1), stoppedBy: signals.name, fault };
}

/** What is proposed on each association, C-ECHO last. */
function proposalsOf(
  { network }: Settings,
  profile: Profile | undefined,
  needs: readonly Need[],
): ContextWish[][] {
  const wish = syntaxWishOf(network);
  const each = ({ abstractSyntax, transferSyntaxes }: ContextWish) =>
    transferSyntaxes.map((uid) => ({ abstractSyntax, transferSyntaxes: [uid] }));
  const contexts: readonly ContextWish[] = profile?.contexts ??
    (needs.length === 0 ? defaultContexts(wish) : neededContexts(needs, wish).flat().flatMap(each));
  const all = [...contexts, VERIFICATION_CONTEXT];
  const proposals: ContextWish[][] = [];
  for (let at = 0; at < all.length; at += MOST_CONTEXTS) proposals.push(all.slice(at, at + MOST_CONTEXTS));
  return proposals;
}

interface Examined {
  readonly event: ProbeEvent;
  /** Over all associations; C-ECHO left out. */
  readonly accepted: readonly AcceptedContext[];
  /** Why it went no further. */
  readonly fault: Fault | undefined;
}

/** The operator did not want to wait. */
function nothingExamined(): Examined {
  const fault = new Fault("lost", "stopped by the operator");
  return {
    event: { event: "probe", addresses: [], contexts: [], reason: fault.message },
    accepted: [],
    fault,
  };
}

/** Goes as far as the peer lets us. @throws Fault "configuration" for what is wrong on this side */
async function examine(
  { settings, log, telling }: Stage,
  profile: Profile | undefined,
  proposals: readonly (readonly ContextWish[])[],
  held: HeldAssociation,
): Promise<Examined> {
  const { network } = settings;
  const wish = associationWishOf(settings, profile, await userIdentityOf(network, log));
  let tcp: ProbeEvent["tcp"];
  let tls: TlsFacts | undefined;
  let connectMs = 0;
  const connect = await connectorOf(settings, log, {
    connected: (address, milliseconds) => {
      connectMs = milliseconds;
      tcp ??= { address, milliseconds: roundMilliseconds(milliseconds) };
    },
    secured: async (engine, details, milliseconds) => {
      connectMs += milliseconds;
      tls ??= await tlsFacts(engine, details, milliseconds);
    },
  });
  const request = observed((contexts) => openAssociation(connect, wish, contexts, log), telling.note);
  const contexts: ProbedContext[] = [];
  const accepted: AcceptedContext[] = [];
  let addresses: readonly string[] = [];
  let association: ProbeEvent["association"];
  let echo: ProbeEvent["echo"];
  let fault: Fault | undefined;
  try {
    addresses = await addressesOf(destinationOf(settings, true));
    for (const proposal of proposals) {
      const startedMs = performance.now();
      const open = held.hold(await request(proposal));
      association ??= associationFacts(open, performance.now() - startedMs - connectMs);
      contexts.push(...answersTo(proposal, open));
      accepted.push(...open.accepted.filter(({ abstractSyntax }) => abstractSyntax !== VERIFICATION));
      echo ??= await sendEcho(open, log);
      await releaseQuietly(open, log);
    }
  } catch (caught) {
    fault = asFault(caught);
    const isUnanswered = settings.tls === undefined && association === undefined && fault.kind === "lost";
    if (isUnanswered && await wantsTls(connect)) fault = plainToTlsFault(fault);
  }
  const event: ProbeEvent = {
    event: "probe",
    addresses,
    ...(tcp === undefined ? {} : { tcp }),
    ...(tls === undefined ? {} : { tls }),
    ...(association === undefined ? {} : { association }),
    contexts,
    ...(echo === undefined ? {} : { echo }),
    ...(fault === undefined ? {} : { reason: fault.message }),
    ...(fault?.remedy === undefined ? {} : { remedy: fault.remedy }),
  };
  return { event, accepted, fault };
}

/** A TLS server hangs up on a plain request without a word: only a second connection can tell. */
async function wantsTls(connect: () => Promise<Duplex>): Promise<boolean> {
  try {
    return await answersTls(await connect(), AbortSignal.timeout(GREETING_PATIENCE_MS));
  } catch {
    return false; // it does not even take the connection
  }
}

function plainToTlsFault({ kind, message, code }: Fault): Fault {
  return new Fault(kind, `${message}; this port answers in TLS`, {
    code,
    remedy: "use --anonymous-tls (+tla), --enable-tls (+tls), or the peer's plain port",
  });
}

async function tlsFacts(engine: string, details: TlsDetails, milliseconds: number): Promise<TlsFacts> {
  const { protocol, cipherSuite, peerCertificate } = details;
  const { daysLeft, oneLine, parseCertificate } = await import("./association/tls/certificate.ts");
  const certificate = peerCertificate === undefined ? undefined : parseCertificate(peerCertificate).facts;
  return {
    engine,
    milliseconds: roundMilliseconds(milliseconds),
    ...(protocol === undefined ? {} : { protocol }),
    ...(cipherSuite === undefined ? {} : { cipherSuite }),
    ...(certificate === undefined ? {} : {
      certificate: {
        subject: oneLine(certificate.subject),
        issuer: oneLine(certificate.issuer),
        validTo: new Date(certificate.validTo).toISOString(),
        daysLeft: daysLeft(certificate),
      },
    }),
  };
}

function associationFacts({ association }: OpenAssociation, milliseconds: number): ProbeEvent["association"] {
  const { implementationClassUid, implementationVersionName, maximumLengthReceived } = association.ac;
  return {
    milliseconds: roundMilliseconds(milliseconds),
    peerImplementationClassUid: implementationClassUid,
    ...(implementationVersionName === undefined
      ? {}
      : { peerImplementationVersionName: implementationVersionName }),
    maximumLengthReceived: maximumLengthReceived ?? 0,
  };
}

/** One for each context proposed, in order. */
function answersTo(
  proposal: readonly ContextWish[],
  { association, accepted }: OpenAssociation,
): ProbedContext[] {
  return numbered(proposal).map(({ id, abstractSyntax: sopClassUid, transferSyntaxes }) => {
    const taken = accepted.find((context) => context.id === id)?.transferSyntax;
    if (taken !== undefined) return { sopClassUid, transferSyntaxes, accepted: taken };
    const result = association.ac.contexts.find((answer) => answer.id === id)?.result;
    return { sopClassUid, transferSyntaxes, reason: refusalText(result) };
  });
}
