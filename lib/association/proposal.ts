/**
 * Which presentation contexts are proposed, and which accepted one an instance travels on. Pure data in and out.
 *
 * DCMTK's rule for one SOP class: a context with the preferred transfer syntax and one with the other uncompressed
 * ones, or both in one context when they are combined. Ours on top (design D3): what a file needs and no context of its
 * class offers is proposed as well, its own transfer syntax first.
 */

import { defaultSopClasses } from "../dicom/sop_classes.ts";
import {
  DEFLATED_LITTLE_ENDIAN,
  EXPLICIT_BIG_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  IMPLICIT_LITTLE_ENDIAN,
  transferSyntaxOf,
} from "../dicom/transfer_syntaxes.ts";
import type { AnsweredContext, ProposedContext } from "../pdu/types.ts";
import { CONTEXT_RESULT } from "../pdu/types.ts";
import type { Need } from "../source/instance.ts";

/** Presentation context IDs are odd and fit one octet (PS3.8 9.3.2.2). */
export const MOST_CONTEXTS = 128;

/** The transfer syntaxes wished for every SOP class. */
export interface SyntaxWish {
  readonly preferred: string;
  /** Others, in order; empty when only the preferred one is allowed. */
  readonly fallback: readonly string[];
  /** No other transfer syntax may be proposed, whatever the files hold. */
  readonly exclusive: boolean;
  /** One context per SOP class instead of one for the preferred and one for the other transfer syntaxes. */
  readonly combine: boolean;
}

/** A presentation context before it has an ID. */
export interface ContextWish {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

function contextsOf(abstractSyntax: string, { preferred, fallback, combine }: SyntaxWish): ContextWish[] {
  if (combine) return [{ abstractSyntax, transferSyntaxes: [preferred, ...fallback] }];
  const first = { abstractSyntax, transferSyntaxes: [preferred] };
  return fallback.length === 0 ? [first] : [first, { abstractSyntax, transferSyntaxes: fallback }];
}

/** DCMTK's 64 classes; 128 contexts unless combined or exclusive. */
export function defaultContexts(wish: SyntaxWish): ContextWish[] {
  return defaultSopClasses().flatMap((uid) => contextsOf(uid, wish));
}

/** What these needs take, split so that each part fits one association; all contexts of a class stay together. */
export function neededContexts(needs: Iterable<Need>, wish: SyntaxWish): ContextWish[][] {
  const syntaxesByClass = new Map<string, string[]>();
  for (const { sopClassUid, transferSyntax } of needs) {
    const syntaxes = syntaxesByClass.get(sopClassUid) ?? [];
    if (!syntaxes.includes(transferSyntax)) syntaxes.push(transferSyntax);
    syntaxesByClass.set(sopClassUid, syntaxes);
  }
  const associations: ContextWish[][] = [];
  let current: ContextWish[] | undefined;
  for (const [sopClassUid, syntaxes] of syntaxesByClass) {
    // More than 128 transfer syntaxes for one class: there are not as many.
    const contexts = contextsForClass(sopClassUid, syntaxes, wish).slice(0, MOST_CONTEXTS);
    if (current === undefined || current.length + contexts.length > MOST_CONTEXTS) {
      current = [];
      associations.push(current);
    }
    current.push(...contexts);
  }
  return associations;
}

/** Their own transfer syntaxes first, as far as the wish does not cover them; each in a context of its own. */
function contextsForClass(
  abstractSyntax: string,
  syntaxes: readonly string[],
  wish: SyntaxWish,
): ContextWish[] {
  const wished = contextsOf(abstractSyntax, wish);
  if (wish.exclusive) return wished;
  const covered = new Set(wished.flatMap((context) => context.transferSyntaxes));
  const own = syntaxes.filter((uid) => !covered.has(uid));
  return [...own.map((uid) => ({ abstractSyntax, transferSyntaxes: [uid] })), ...wished];
}

/** IDs 1, 3, 5, ... */
export function numbered(wishes: readonly ContextWish[]): ProposedContext[] {
  return wishes.map((wish, index) => ({ id: 2 * index + 1, ...wish }));
}

/** A context the peer accepted. */
export interface AcceptedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
}

/**
 * The usable contexts in the order of the peer's answer. Answers that make no sense (an ID never proposed or answered
 * before, a transfer syntax never proposed) are not used, and told.
 */
export function acceptedContexts(
  proposed: readonly ProposedContext[],
  answered: readonly AnsweredContext[],
  warn: (text: string) => void,
): AcceptedContext[] {
  const open = new Map(proposed.map((context) => [context.id, context]));
  const accepted: AcceptedContext[] = [];
  const unasked = new Set<number>();
  for (const { id, result, transferSyntax } of answered) {
    const context = open.get(id);
    open.delete(id);
    if (context === undefined) {
      unasked.add(id);
    } else if (result === CONTEXT_RESULT.acceptance) {
      if (context.transferSyntaxes.includes(transferSyntax)) {
        accepted.push({ id, abstractSyntax: context.abstractSyntax, transferSyntax });
      } else {
        const uid = LOOKS_LIKE_UID.test(transferSyntax) ? ` ${transferSyntax}` : "";
        warn(
          `ignoring presentation context ${id}: accepted with a transfer syntax${uid} that was not proposed`,
        );
      }
    }
  }
  if (unasked.size > 0) {
    const ids = [...unasked].join(", ");
    warn(`ignoring the peer's answer for presentation context ${ids}: not proposed, or already answered`);
  }
  return accepted;
}

/** Anything else a peer sends is not fit to be printed. */
const LOOKS_LIKE_UID = /^[0-9.]{1,64}$/;

/**
 * The context for an instance among the accepted ones, as DCMTK chooses: its own transfer syntax, else an explicit
 * uncompressed one, else implicit, else any; but never one that the data set does not fit.
 * @param fits whether the data set can be sent in a transfer syntax
 * @param deflate prefer Deflated for uncompressed data sets (-xd)
 */
export function chooseContext(
  accepted: readonly AcceptedContext[],
  { sopClassUid, transferSyntax }: Need,
  fits: (transferSyntax: string) => boolean,
  deflate = false,
): AcceptedContext | undefined {
  const isCompressed = transferSyntaxOf(transferSyntax)?.encapsulated ?? true;
  const own = deflate && !isCompressed ? DEFLATED_LITTLE_ENDIAN : transferSyntax;
  let explicit: AcceptedContext | undefined;
  let implicit: AcceptedContext | undefined;
  let any: AcceptedContext | undefined;
  for (const context of accepted) {
    if (context.abstractSyntax !== sopClassUid || !fits(context.transferSyntax)) continue;
    const uid = context.transferSyntax;
    if (uid === own) return context;
    if (uid === EXPLICIT_LITTLE_ENDIAN || uid === EXPLICIT_BIG_ENDIAN) explicit ??= context;
    else if (uid === IMPLICIT_LITTLE_ENDIAN) implicit ??= context;
    else any ??= context;
  }
  return explicit ?? implicit ?? any;
}

/** Whether this instance's transfer syntax was proposed for its class: if so, proposing more cannot help it. */
export function wasProposed(
  proposed: readonly ContextWish[],
  { sopClassUid, transferSyntax }: Need,
): boolean {
  return proposed.some((context) =>
    context.abstractSyntax === sopClassUid && context.transferSyntaxes.includes(transferSyntax)
  );
}
