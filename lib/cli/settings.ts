/**
 * What one run is asked to do: typed, complete and never changed again.
 *
 * How this room works: argv -> parse.ts (grammar) -> evaluate.ts (values, dependencies, conflicts, in DCMTK's order)
 * -> Settings. options.ts is the one table behind all of them, and behind help, README, man page and completions.
 */

import type { OptionName } from "./options.ts";

/** Everything the run needs. Undefined means "no limit", "not wanted" or "use the default". */
export interface Settings {
  /** Host name or address as typed. */
  readonly peer: string;
  /** TCP port, 1..65535. */
  readonly port: number;
  /** dcmfile-in..., as typed, in order. */
  readonly operands: readonly string[];
  /** What to do with them. */
  readonly task: Task;
  readonly input: InputSettings;
  readonly network: NetworkSettings;
  /** Undefined: plain TCP. */
  readonly tls: TlsWishes | undefined;
  /** --set and --unset in the order given. */
  readonly edits: readonly EditWish[];
  readonly delivery: DeliverySettings;
  readonly log: LogSettings;
  readonly report: ReportSettings;
}

/** send: the main job; probe: negotiate only; echo: C-ECHO only; dryRun: no network at all. */
export type Task = "send" | "probe" | "echo" | "dryRun";

/** Where the files come from and how they are read. */
export interface InputSettings {
  /** +f auto: Part 10 or bare data set; +fo file: meta header required; -f dataset: never a meta header. */
  readonly mode: "auto" | "file" | "dataset";
  readonly scanDirectories: boolean;
  /** fnmatch pattern on the base name of files found by scanning. */
  readonly scanPattern: string | undefined;
  readonly recurse: boolean;
  /** Append .done or .bad to processed files. */
  readonly rename: boolean;
  /** A list of paths, one per line or NUL-separated; "-" is standard input. */
  readonly filesFrom: string | undefined;
  /** DICOMDIRs whose referenced files are sent. */
  readonly dicomdirs: readonly string[];
}

/** How the association is asked for and kept. */
export interface NetworkSettings {
  readonly addressFamily: "ipv4" | "ipv6" | "any";
  /** 1 to 16 characters of the default repertoire, not all blank. */
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly proposal: ProposalWish;
  /** -R: only what the files need. */
  readonly required: boolean;
  /** +C: one presentation context per SOP class with all transfer syntaxes. */
  readonly combine: boolean;
  /** -xf: association negotiation profile; then proposal, required and combine are not used. */
  readonly profile: { readonly file: string; readonly name: string } | undefined;
  /** +u true, -u false: write VRs made after 1993 as OB. */
  readonly newVr: boolean;
  /** +cl, 0..9; undefined: zlib's own choice, 6. */
  readonly compressionLevel: number | undefined;
  readonly userIdentity: UserIdentityWish | undefined;
  /** -rsp: a user identity response is required. */
  readonly positiveResponse: boolean;
  /** -to; undefined: the system's own limit. */
  readonly connectTimeoutSeconds: number | undefined;
  /** -ts, no byte moved either way; undefined: no limit (given as 0 or -1). Default 60. */
  readonly socketTimeoutSeconds: number | undefined;
  /** -ta. */
  readonly acseTimeoutSeconds: number;
  /** -td; undefined: no limit. */
  readonly dimseTimeoutSeconds: number | undefined;
  /** -pdu as typed, 4096..131072; maximum length received that we announce. */
  readonly maxPduBytes: number;
  /** --max-send-pdu, 4096..131072; undefined: the peer's limit only. */
  readonly maxSendPduBytes: number | undefined;
  /** Operations invoked at the same time (53H); 1: item not sent; 0: no limit asked for. */
  readonly maxOperationsInvoked: number;
  /** Times each file is sent, in a row. */
  readonly repeat: number;
  /** End with A-ABORT instead of A-RELEASE. */
  readonly abort: boolean;
  /** Go on with the next file after a failure. */
  readonly noHalt: boolean;
  readonly uidPadding: boolean;
  readonly invention: InventionWish | undefined;
}

/** The transfer syntaxes of the proposed presentation contexts. */
export interface ProposalWish {
  /** Long name of the option that asked for it, for messages. */
  readonly option: string;
  /** UID of the preferred transfer syntax. */
  readonly preferred: string;
  /** UIDs of the others, in order; empty when `exclusive`. */
  readonly fallback: readonly string[];
  /** True for options that propose one transfer syntax only (-xi, -xm, -xh, -x4 ...). */
  readonly exclusive: boolean;
}

/** Where a password comes from; the text itself must never reach a log. */
export type SecretSource =
  | { readonly from: "argument"; readonly text: string }
  | { readonly from: "file"; readonly path: string; readonly option: OptionName }
  | { readonly from: "environment"; readonly variable: string };

/** User identity negotiation, PS3.7 D.3.3.7. */
export type UserIdentityWish =
  | { readonly kind: "user"; readonly user: string; readonly password: SecretSource | undefined }
  | { readonly kind: "kerberos" | "saml" | "jwt"; readonly file: string };

/** +II +IR +IS +IP: make up identifying attributes. */
export interface InventionWish {
  readonly imagesPerSeries: number;
  readonly seriesPerStudy: number;
  readonly studiesPerPatient: number;
}

/** How hard to try, and over how many associations. */
export interface DeliverySettings {
  /** Associations at the same time, 1..64. */
  readonly jobs: number;
  readonly retries: number;
  readonly retryDelaySeconds: number;
  /** File of acknowledged instances. */
  readonly journal: string | undefined;
}

/** One --set TAG=VALUE or --unset TAG, as typed. */
export type EditWish =
  | { readonly kind: "set"; readonly tag: string; readonly value: string }
  | { readonly kind: "unset"; readonly tag: string };

/** Same words as the log room's thresholds. */
export type LogThreshold = "off" | "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "all";

export interface LogSettings {
  /** -q, -v, -d, -ll; "warn" when none is given. */
  readonly level: LogThreshold;
  /** -lc: replaces `level`. */
  readonly configFile: string | undefined;
  /** +v: negotiation at info level. */
  readonly verbosePc: boolean;
  /** --arguments: the expanded command line, secrets replaced; options by their long names. */
  readonly arguments: readonly string[] | undefined;
}

/** What is told, apart from the log. */
export interface ReportSettings {
  /** "auto": only on a terminal. */
  readonly progress: "auto" | "on" | "off";
  /** Events as NDJSON on stdout. */
  readonly json: boolean;
  /** End report: JSON, or CSV or JUnit XML by extension. */
  readonly file: string | undefined;
  /** Prometheus text file. */
  readonly metrics: string | undefined;
}

/** TLS options as typed; files are read and checked by the association room. */
export interface TlsWishes {
  /** +tls; undefined: +tla, no client certificate. */
  readonly own: { readonly keyFile: string; readonly certificateFile: string } | undefined;
  /** How the key is opened: ask on the terminal (default), an empty password, or one from somewhere. */
  readonly keyPassword: "ask" | "empty" | SecretSource;
  /** Format of all key, certificate and CRL files. */
  readonly format: "pem" | "der";
  readonly certificateFiles: readonly string[];
  readonly certificateDirectories: readonly string[];
  readonly crlFiles: readonly string[];
  readonly crlCheck: "none" | "leaf" | "all";
  /** Long name of the profile option without "--profile-". */
  readonly profile: TlsProfileName;
  /** IANA names, in order. */
  readonly ciphers: readonly string[];
  /** --request-sni; undefined: none. */
  readonly serverNameIndication: string | undefined;
  /** --no-sni was given: none is sent, whatever else is asked for. */
  readonly withoutServerName: boolean;
  readonly peerCertificate: "require" | "verify" | "ignore";
  readonly verifyHostname: boolean;
  /** Accepted for old command lines; without effect in a client of today: long names of those given. */
  readonly withoutEffect: readonly string[];
}

export type TlsProfileName =
  | "8996"
  | "8996-mod"
  | "bcp195-nd"
  | "bcp195"
  | "bcp195-ex"
  | "aes"
  | "basic"
  | "null";
