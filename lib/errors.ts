/**
 * What can stop the street, as one closed union ordered by who is at fault, and the exit code of each.
 *
 * What a peer may legitimately answer (a refused instance, a warning status) is a value, see lib/transfer/outcome.ts;
 * only what ends the run or one association is thrown.
 */

/** Who is at fault, and when. */
export type FaultKind =
  /** The command line breaks its own grammar. */
  | "usage"
  /** A file or folder named by the user cannot be read or is not what it should be. */
  | "input"
  /** A configuration, key, certificate or dictionary file is unusable. */
  | "configuration"
  /** No transport connection to the peer. */
  | "connect"
  /** The TLS handshake failed or the peer's certificate is not trusted. */
  | "tls"
  /** The peer answered A-ASSOCIATE-RJ, or did not confirm the user identity. */
  | "rejected"
  /** The peer accepted the association but none of the presentation contexts. */
  | "noContext"
  /** The peer sent a malformed or unexpected PDU or message. */
  | "protocol"
  /** The association was aborted, closed or timed out. */
  | "lost"
  /** A mistake of this program. */
  | "bug";

/** Extra facts of a fault; all optional. */
export interface FaultDetails {
  /** The file it is about: its name begins the message, and stands nowhere else in it. */
  readonly file?: string | undefined;
  /** DCMTK's line about that file, which scripts look for: it is the message where nothing names the file beforehand. */
  readonly line?: string | undefined;
  /** DCMTK's condition code, "MMMM:CCCC", where scripts look for one. */
  readonly code?: string | undefined;
  /** What the user could do about it, one sentence. */
  readonly remedy?: string | undefined;
  /** True when trying again later may help (refused port, transient rejection, lost association). */
  readonly transient?: boolean | undefined;
  readonly cause?: unknown;
}

/** The one error class of this program. `message` says on what file, if any, what was attempted, and why it failed. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly kind: FaultKind;
  /** Only where it was given. */
  readonly line: string | undefined;
  readonly code: string | undefined;
  readonly remedy: string | undefined;
  readonly transient: boolean;
  readonly #file: string | undefined;
  readonly #what: string;

  /** @param what the message, but for the name of the file */
  constructor(kind: FaultKind, what: string, details: FaultDetails = {}) {
    const { file, line = file === undefined ? what : `${file}: ${what}`, cause } = details;
    super(line, cause === undefined ? undefined : { cause });
    this.#file = file;
    this.#what = what;
    this.kind = kind;
    this.line = details.line;
    this.code = details.code;
    this.remedy = details.remedy;
    this.transient = details.transient ?? false;
  }

  /** The same with something more that the user could do. */
  withMoreAdvice(advice: string): Fault {
    const { kind, line, code, transient, cause } = this;
    const remedy = this.remedy === undefined ? advice : `${this.remedy}; ${advice}`;
    return new Fault(kind, this.#what, { file: this.#file, line, code, remedy, transient, cause });
  }

  /** What to say where `file` has been named already. What is wrong with another file begins with that one's name. */
  messageBehind(file: string): string {
    return file === this.#file ? this.#what : this.message;
  }

  /** The condition as DCMTK prints it: "0006:0317 text". */
  get condition(): string {
    return this.#withCode(this.message);
  }

  /** The same where `file` has been named already. */
  conditionBehind(file: string): string {
    return this.#withCode(this.messageBehind(file));
  }

  #withCode(message: string): string {
    return this.code === undefined ? message : `${this.code} ${message}`;
  }

  /** The same line by line: DCMTK tells of a rejection in three. */
  get conditionLines(): readonly string[] {
    // Anything else may name a file, and a line break in that is none of ours.
    return this.kind === "rejected" ? this.condition.split("\n") : [this.condition];
  }
}

/** The exit code of a fault: 10 when an accepted association was lost, else 1. */
export function exitCodeOf(fault: Fault): number {
  return fault.kind === "lost" || fault.kind === "protocol" ? 10 : 1;
}

/** Anything caught, as a Fault: one stays itself, everything else is a mistake of ours and says so. */
export function asFault(caught: unknown): Fault {
  if (caught instanceof Fault) return caught;
  const text = caught instanceof Error ? caught.message : String(caught);
  return new Fault("bug", `internal error: ${text}`, { cause: caught });
}

/** This machine's own limit is reached: that says nothing about the file or the peer that could not be opened. */
export function isTooManyOpenFiles(caught: unknown): boolean {
  if (caught instanceof Fault) return isTooManyOpenFiles(caught.cause);
  return caught instanceof Error && "code" in caught &&
    (caught.code === "EMFILE" || caught.code === "ENFILE");
}

export const MORE_OPEN_FILES = "raise the limit of open files (ulimit -n), or use fewer --jobs";

/** Of files and folders that cannot be opened, by the runtime's name or the system's code: why, and what to do about it. */
const SYSTEM_ERRORS: ReadonlyMap<string, readonly [reason: string, advice: string]> = new Map([
  ["NotFound", ["no such file or folder", "check its name"]],
  ["PermissionDenied", ["permission denied", "let this user read it, and enter the folders it is in"]],
  ["NotCapable", [
    "the runtime opens no files of /dev, /proc and /sys",
    "copy it to another folder, or give it on standard input: /dev/stdin",
  ]],
  ["FilesystemLoop", ["too many symbolic links lead to each other", "mend or remove them"]],
  ["IsADirectory", ["it is a directory", "name a file"]],
  ["NotADirectory", ["a part of the path is not a folder", "check its name"]],
  ["ENAMETOOLONG", ["the name is longer than the system allows", "check its name"]],
]);

function systemErrorOf(caught: unknown): readonly [reason: string, advice: string] | undefined {
  if (!(caught instanceof Error)) return undefined;
  const code = "code" in caught ? String(caught.code) : "";
  return SYSTEM_ERRORS.get(caught.name) ?? SYSTEM_ERRORS.get(code);
}

/** Why a file or folder cannot be opened, in words, without its name. */
export function reasonOf(caught: unknown): string {
  return systemErrorOf(caught)?.[0] ?? systemText(caught);
}

/** What to do about that, if anything is known. */
export function adviceOn(caught: unknown): string | undefined {
  return isTooManyOpenFiles(caught) ? MORE_OPEN_FILES : systemErrorOf(caught)?.[1];
}

/** Both, for the hint where the message is to be one that scripts look for. */
export function reasonAndAdvice(caught: unknown): string {
  const advice = adviceOn(caught);
  return advice === undefined ? reasonOf(caught) : `${reasonOf(caught)}: ${advice}`;
}

/** The operating system's own words for an error: the runtime adds its number, "(os error 2)", and what it did to what. */
export function systemText(caught: unknown): string {
  const text = caught instanceof Error ? caught.message : String(caught);
  return text.replace(/ \(os error \d+\).*$/, "");
}
