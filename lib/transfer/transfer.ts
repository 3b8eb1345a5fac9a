/**
 * The files go to the peer: over one association or several at a time, one after the other, until none is left.
 *
 * How this room works: `work_list.ts` hands the files out; a lane opens an association (`open.ts`) and works on
 * the list until it is empty or the association is lost. While the answer to one instance is awaited, the next file is
 * already opened and identified. A file that needs a context nobody proposed yet is put aside and gets a further
 * association at the end. Every file ends in exactly one Outcome, which `record` is told.
 */

import {
  type ContextWish,
  type Need,
  neededContexts,
  type SyntaxWish,
  wasProposed,
} from "../association/proposal.ts";
import { chooseContext, isConvertible } from "../association/proposal.ts";
import { longNameOf } from "../dicom/transfer_syntaxes.ts";
import { modalityOf } from "../dicom/sop_classes.ts";
import { nameOf } from "../dicom/uids.ts";
import type { DimseRsp } from "../dimse/messages.ts";
import { failureMeaning, mayPass, statusClass, statusText } from "../dimse/status.ts";
import { asFault, Fault } from "../errors.ts";
import type { Logger } from "../log/log.ts";
import type { Instance, NoInstance, OpenInstance } from "./instance.ts";
import type { OpenAssociation } from "./open.ts";
import { exitCodeOfOutcome, isGood, type Outcome } from "./outcome.ts";
import { backoffMs, type RetryLimits } from "./retry.ts";
import { type Work, WorkList } from "./work_list.ts";

export interface TransferPlan extends RetryLimits {
  /** Proposed on the first association. */
  readonly contexts: readonly ContextWish[];
  /** How contexts for files put aside are made; undefined when a profile says exactly what may be proposed. */
  readonly wish: SyntaxWish | undefined;
  /** Prefer Deflated for uncompressed data sets. */
  readonly deflate: boolean;
  /** Go on after a failure. */
  readonly noHalt: boolean;
  /** End with A-ABORT. */
  readonly abort: boolean;
  /** Associations at the same time. */
  readonly jobs: number;
}

/** What the transfer needs from around it. */
export interface TransferTools {
  readonly log: Logger;
  open(contexts: readonly ContextWish[]): Promise<OpenAssociation>;
  readonly openInstance: OpenInstance;
  /** Told of every file's end, once, in the order of the ends. */
  record(ended: EndedWork): void | Promise<void>;
  /** Told how many data PDVs left with each write; undefined at the end of a message. */
  dataSent?(dataPdvs: number | undefined): void;
}

export interface EndedWork {
  readonly work: Work;
  readonly outcome: Outcome;
  /** Absent when the file could not be identified. */
  readonly sopInstanceUid?: string;
  readonly sopClassUid?: string;
  /** Of the data set. */
  readonly lengthBytes?: number;
}

/** An opened file waiting for its turn, or why it cannot be opened. */
interface Prepared {
  readonly work: Work;
  readonly instance: Instance | NoInstance | Fault;
}

interface Sendable {
  readonly work: Work;
  readonly instance: Instance;
}

export class Transfer {
  readonly #plan: TransferPlan;
  readonly #tools: TransferTools;
  readonly #log: Logger;
  readonly #proposed: ContextWish[] = [];
  #aside: { readonly work: Work; readonly need: Need }[] = [];
  #exitCode = 0;
  #halted = false;
  #notSent = 0;

  constructor(plan: TransferPlan, tools: TransferTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.#log = tools.log;
  }

  /** Sends everything; answers the exit code: 0, or that of the first failure. */
  async run(source: AsyncIterable<Work>): Promise<number> {
    const list = new WorkList(source);
    await this.#phase(list, this.#plan.contexts);
    while (this.#aside.length > 0 && !this.#halted) await this.#nextAside();
    for await (const work of list.rest()) await this.#notTried(work);
    for (const { work } of this.#aside) await this.#notTried(work);
    if (this.#notSent > 0) {
      this.#log.error(`${this.#notSent} ${this.#notSent === 1 ? "file was" : "files were"} not sent`);
    }
    return this.#exitCode;
  }

  /** Ends the transfer after the objects that are under way; the rest is not sent. */
  halt(): void {
    this.#halted = true;
  }

  async #notTried(work: Work): Promise<void> {
    this.#notSent++;
    await this.#tools.record({ work, outcome: { kind: "notSent", fault: undefined } });
  }

  /** A further association for as many of the files put aside as 128 contexts serve. */
  async #nextAside(): Promise<void> {
    const { wish } = this.#plan;
    if (wish === undefined) {
      throw new Fault("bug", "a file was put aside although nothing more may be proposed");
    }
    const [contexts = []] = neededContexts(this.#aside.map(({ need }) => need), wish);
    const served = new Set(contexts.map(({ abstractSyntax }) => abstractSyntax));
    const now = this.#aside.filter(({ need }) => served.has(need.sopClassUid));
    this.#aside = this.#aside.filter(({ need }) => !served.has(need.sopClassUid));
    const files = now.length === 1 ? "1 file needs" : `${now.length} files need`;
    this.#log.info(`${files} presentation contexts that were not proposed yet: using a further association`);
    await this.#phase(new WorkList(eachWork(now)), contexts);
  }

  /** All lanes, until the list is empty. A lane that gets no association leaves its work to the others. */
  async #phase(list: WorkList, contexts: readonly ContextWish[]): Promise<void> {
    this.#proposed.push(...contexts);
    const first = this.#lane(list, contexts, true);
    const others = Array.from({ length: this.#plan.jobs - 1 }, () => this.#lane(list, contexts, false));
    await Promise.all([first, ...others]);
  }

  /** One association after the other on the same list. Only the first lane's failure to connect ends the run. */
  async #lane(list: WorkList, contexts: readonly ContextWish[], isFirst: boolean): Promise<void> {
    let prepared = isFirst ? undefined : await this.#prepareNext(list);
    if (!isFirst && prepared === undefined) return;
    for (let failures = 0; !this.#halted;) {
      let opened: OpenAssociation;
      try {
        opened = await this.#tools.open(contexts);
      } catch (caught) {
        const fault = asFault(caught);
        if (fault.transient && failures < this.#plan.retries) {
          await this.#pause(`connecting failed (${fault.condition})`, failures++);
          continue;
        }
        this.#giveBack(list, prepared);
        if (isFirst) this.#cannotConnect(fault);
        else this.#log.info(`going on with fewer associations: ${fault.condition}`);
        return;
      }
      const { fault, progress } = await this.#drain(list, opened, prepared);
      prepared = undefined;
      await this.#finish(opened, fault);
      if (fault === undefined || this.#halted) return;
      failures = progress ? 0 : failures + 1;
      prepared = await this.#prepareNext(list);
      if (prepared === undefined) return;
      if (this.#plan.retries > 0) await this.#pause(`association lost (${fault.condition})`, failures);
    }
    this.#giveBack(list, prepared);
  }

  #cannotConnect(fault: Fault): void {
    this.#halted = true;
    this.#exitCode ||= 1;
    this.#log.fatal(
      fault.kind === "rejected" && fault.code === undefined
        ? fault.message
        : `Association Request Failed: ${fault.condition}`,
    );
    this.#tellRemedy(fault);
  }

  async #pause(why: string, failures: number): Promise<void> {
    const ms = backoffMs(this.#plan, failures);
    this.#log.warn(`${why}; trying again in ${(ms / 1000).toFixed(1)} s`);
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Works on the list over one association until either has an end. */
  async #drain(
    list: WorkList,
    { association, accepted, operationsWindow }: OpenAssociation,
    first: Prepared | undefined,
  ): Promise<{ fault: Fault | undefined; progress: boolean }> {
    const inFlight = new Set<Promise<void>>();
    let progress = false;
    let messageId = 0;
    let prepared = first ?? await this.#prepareNext(list);
    while (prepared !== undefined && !this.#halted && association.fault === undefined) {
      const sendable = await this.#identified(prepared);
      prepared = undefined;
      const context = sendable && await this.#contextFor(sendable, accepted);
      if (sendable !== undefined && context !== undefined) {
        messageId = messageId === 65535 ? 1 : messageId + 1;
        const sent = await this.#send(list, sendable, context, messageId, association);
        if (sent === undefined) break;
        const ended = sent.answered.then((stored) => {
          progress ||= stored;
          inFlight.delete(ended);
        });
        inFlight.add(ended);
        const upcoming = this.#prepareNext(list);
        if (inFlight.size >= operationsWindow) await Promise.race(inFlight);
        prepared = await upcoming;
      } else if (!this.#halted) {
        prepared = await this.#prepareNext(list);
      }
    }
    await Promise.all(inFlight);
    this.#giveBack(list, prepared);
    return { fault: association.fault, progress };
  }

  /** Ends an association as its state and the plan ask. */
  async #finish({ association }: OpenAssociation, fault: Fault | undefined): Promise<void> {
    if (fault !== undefined || association.fault !== undefined) return association.destroy();
    if (this.#plan.abort || this.#torn) {
      this.#log.info("Aborting Association");
      return await association.abort();
    }
    this.#log.info("Releasing Association");
    try {
      await association.release();
    } catch (caught) {
      const lost = asFault(caught);
      this.#log.error(`Association Release Failed: ${lost.condition}`);
      this.#exitCode ||= 10;
    }
  }

  /** A file failed in a way after which DCMTK aborts: the association must not be released as if all were well. */
  #torn = false;

  // --- one file ---

  async #prepareNext(list: WorkList): Promise<Prepared | undefined> {
    const work = await list.next();
    if (work === undefined) return undefined;
    try {
      return { work, instance: this.#tools.openInstance(work.path, work.scanned) };
    } catch (caught) {
      return { work, instance: asFault(caught) };
    }
  }

  #giveBack(list: WorkList, prepared: Prepared | undefined): void {
    if (prepared === undefined) return;
    if ("close" in prepared.instance) prepared.instance.close();
    list.putBack(prepared.work);
  }

  /** The file's turn has come: an instance to be sent, or an outcome that is recorded here. */
  async #identified({ work, instance }: Prepared): Promise<Sendable | undefined> {
    if ("skipped" in instance) {
      this.#log.info(`skipping file: ${work.path}: ${instance.skipped}`);
      await this.#end(work, { kind: "skipped", why: instance.skipped });
      return undefined;
    }
    this.#log.info(`Sending file: ${work.path}`);
    if (instance instanceof Fault) {
      this.#log.error(`Bad DICOM file: ${work.path}: ${instance.message}`);
      this.#tellRemedy(instance);
      await this.#end(work, { kind: "unreadable", fault: instance });
      this.#tear(instance);
      return undefined;
    }
    for (const warning of instance.warnings) this.#log.warn(warning);
    return { work, instance };
  }

  /** The context the instance travels on; without one it is put aside, or not accepted. */
  async #contextFor({ work, instance }: Sendable, accepted: OpenAssociation["accepted"]) {
    const context = chooseContext(accepted, instance, this.#plan.deflate);
    if (context !== undefined) return context;
    instance.close();
    const { sopClassUid, transferSyntax } = instance;
    if (this.#mayPropose(instance)) {
      this.#aside.push({ work, need: { sopClassUid, transferSyntax } });
      return undefined;
    }
    const fault = notAccepted(instance, accepted, this.#proposed);
    if (accepted.length === 0) this.#log.fatal("No Acceptable Presentation Contexts");
    else {
      const name = modalityOf(sopClassUid) ?? nameOf(sopClassUid) ?? "unknown SOP class";
      this.#log.error(`No presentation context for: (${name}) ${sopClassUid}`);
    }
    this.#log.error(`not accepted, file: ${work.path}: ${fault.message}`);
    this.#tellRemedy(fault);
    await this.#end(work, { kind: "notAccepted", fault }, instance);
    if (accepted.length > 0) this.#tear(fault);
    return undefined;
  }

  #mayPropose(need: Need): boolean {
    const { wish } = this.#plan;
    if (wish === undefined || need.sopClassUid === "") return false;
    if (!wish.exclusive) return !wasProposed(this.#proposed, need);
    const only = { sopClassUid: need.sopClassUid, transferSyntax: wish.preferred };
    return isConvertible(need.transferSyntax, wish.preferred) && !wasProposed(this.#proposed, only);
  }

  /** `answered` when the response has been dealt with: true if stored. Undefined if the message could not be sent. */
  async #send(
    list: WorkList,
    { work, instance }: Sendable,
    context: OpenAssociation["accepted"][number],
    messageId: number,
    association: OpenAssociation["association"],
  ): Promise<{ readonly answered: Promise<boolean> } | undefined> {
    const { sopClassUid, sopInstanceUid, transferSyntax } = instance;
    try {
      if (transferSyntax !== context.transferSyntax) {
        const names = `${longNameOf(transferSyntax)} -> ${longNameOf(context.transferSyntax)}`;
        this.#log.info(`Converting transfer syntax: ${names}`);
      }
      const source = instance.dataSet(context.transferSyntax);
      try {
        this.#log.info(`Sending Store Request (MsgID ${messageId}, ${modalityOf(sopClassUid) ?? "OT"})`);
        const rq = { messageId, sopClassUid, sopInstanceUid };
        const { response } = await association.store(context.id, rq, source, this.#tools.dataSent);
        return { answered: this.#answered(list, { work, instance }, response) };
      } finally {
        source.close();
      }
    } catch (caught) {
      await this.#failed(list, { work, instance }, asFault(caught));
      return undefined;
    } finally {
      this.#tools.dataSent?.(undefined);
    }
  }

  async #answered(list: WorkList, sendable: Sendable, response: Promise<DimseRsp>): Promise<boolean> {
    try {
      return await this.#responded(list, sendable, await response);
    } catch (caught) {
      await this.#failed(list, sendable, asFault(caught));
      return false;
    }
  }

  async #responded(list: WorkList, { work, instance }: Sendable, rsp: DimseRsp): Promise<boolean> {
    const { status, errorComment: comment, offendingElements } = rsp;
    this.#log.info(`Received Store Response (${statusText(status)})`);
    switch (statusClass(status)) {
      case "success":
        await this.#end(work, { kind: "stored", status }, instance);
        return true;
      case "warning":
        await this.#end(work, { kind: "storedWithWarning", status, comment }, instance);
        return true;
      case "failure": {
        const hex = status.toString(16).padStart(4, "0").toUpperCase();
        const details = [
          comment ? `, Error Comment: '${comment}'` : "",
          offendingElements.length > 0 ? `, Offending Element: ${offendingElements.join(" ")}` : "",
        ].join("");
        this.#log.error(
          `Store Refused, file: ${work.path}: status ${hex}H, ${failureMeaning(status)}${details}`,
        );
        if (mayPass(status) && this.#tryAgain(list, work)) {
          await this.#pause(`status ${hex}H may pass`, work.attempts);
          return false;
        }
        await this.#end(work, { kind: "refused", status, comment, offendingElements }, instance);
        return false;
      }
    }
  }

  /** A message broke off, or its answer never came. */
  async #failed(list: WorkList, { work, instance }: Sendable, fault: Fault): Promise<void> {
    this.#log.error(`Store Failed, file: ${work.path}:\n${fault.condition}`);
    this.#tellRemedy(fault);
    if (fault.kind === "input") {
      await this.#end(work, { kind: "unreadable", fault }, instance);
      this.#torn = true;
      return;
    }
    if (fault.code === "0006:0317") this.#log.info("Peer Aborted Association");
    else this.#log.error(`Store SCU Failed: ${fault.condition}`);
    if (fault.transient && this.#tryAgain(list, work)) return;
    await this.#end(work, { kind: "notSent", fault }, instance);
  }

  #tryAgain(list: WorkList, work: Work): boolean {
    if (work.attempts >= this.#plan.retries || this.#halted) return false;
    list.putBack({ ...work, attempts: work.attempts + 1 });
    return true;
  }

  async #end(work: Work, outcome: Outcome, instance?: Instance): Promise<void> {
    instance?.close();
    if (!isGood(outcome)) {
      this.#exitCode ||= exitCodeOfOutcome(outcome);
      if (!this.#plan.noHalt) this.#halted = true;
    }
    const { sopClassUid, sopInstanceUid, lengthBytes } = instance ?? {};
    await this.#tools.record({
      work,
      outcome,
      ...(sopClassUid === undefined ? {} : { sopClassUid }),
      ...(sopInstanceUid === undefined ? {} : { sopInstanceUid }),
      ...(lengthBytes === undefined ? {} : { lengthBytes }),
    });
  }

  /** A file-level failure that halts aborts the association, as DCMTK does. */
  #tear(fault: Fault): void {
    if (this.#plan.noHalt) return;
    this.#torn = true;
    this.#log.error(`Store SCU Failed: ${fault.condition}`);
  }

  #tellRemedy(fault: Fault): void {
    if (fault.remedy !== undefined) this.#log.error(`hint: ${fault.remedy}`);
  }
}

async function* eachWork(aside: readonly { readonly work: Work }[]): AsyncGenerator<Work> {
  for (const { work } of aside) yield work;
}

/** Says what the peer accepted for the class, or what it refused. */
function notAccepted(
  need: Need,
  accepted: OpenAssociation["accepted"],
  proposed: readonly ContextWish[],
): Fault {
  const ofClass = accepted.filter(({ abstractSyntax }) => abstractSyntax === need.sopClassUid);
  const className = nameOf(need.sopClassUid) ?? need.sopClassUid;
  const syntaxName = longNameOf(need.transferSyntax);
  const code = "0006:0208";
  if (ofClass.length > 0) {
    const names = ofClass.map(({ transferSyntax }) => longNameOf(transferSyntax)).join(", ");
    return new Fault("noContext", `the peer takes ${className} only as ${names}, the file is ${syntaxName}`, {
      code,
      remedy:
        "decompress the file first (dcmdjpeg, dcmdrle, gdcmconv), or have the transfer syntax enabled at the peer",
    });
  }
  if (proposed.some(({ abstractSyntax }) => abstractSyntax === need.sopClassUid)) {
    return new Fault("noContext", `the peer refused every presentation context for ${className}`, {
      code,
      remedy: "have this SOP class enabled at the peer, or send to one that stores it",
    });
  }
  return new Fault("noContext", `${className} was not proposed, and the options given forbid proposing it`, {
    code,
  });
}
