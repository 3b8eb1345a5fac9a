/**
 * From what was given to Settings: values, dependencies and conflicts, checked in DCMTK's order, so that of several
 * mistakes the same one is reported.
 */

import { Fault } from "../errors.ts";
import type { ReadVariable } from "./environment.ts";
import { evaluateTls } from "./evaluate_tls.ts";
import { describeParam, type Given, readInteger } from "./given.ts";
import { findOption, type OptionName } from "./options.ts";
import { proposalOf } from "./proposal.ts";
import type {
  DeliverySettings,
  EditWish,
  InputSettings,
  InventionWish,
  LogSettings,
  LogThreshold,
  NetworkSettings,
  ReportSettings,
  SecretSource,
  Settings,
  Task,
  UserIdentityWish,
} from "./settings.ts";

/**
 * The port operand, which is looked at before anything else.
 *
 * @throws {Fault} usage.
 */
export function evaluatePort(given: Given): number {
  const text = given.operands[1] ?? "";
  const port = readInteger(text, Number.NEGATIVE_INFINITY, 65535, true);
  if (typeof port === "number" && port > 0) return port;
  // DCMTK reads a negative port as a huge one, and says so.
  const wrong = port === "invalid" ? "" : port === 0 ? " (underflow)" : " (overflow)";
  throw new Fault("usage", `Invalid parameter value ${text}${wrong}`, {
    remedy: "the second operand is a TCP port, an integer from 1 to 65535",
  });
}

/**
 * How much is logged, and where.
 *
 * @throws {Fault} usage.
 */
export function evaluateLog(given: Given): LogSettings {
  const verbosity = given.winner("verbosity");
  for (const name of ["--log-level", "--log-config"] as const) {
    if (name === "--log-config") given.forbid(name, "--log-level");
    if (verbosity !== undefined && given.has(name)) {
      throw new Fault("usage", `${name} not allowed with --verbose, --debug or --quiet`);
    }
  }
  return {
    level: levelOf(given, verbosity),
    configFile: given.text("--log-config"),
    verbosePc: given.has("--verbose-pc"),
    arguments: given.has("--arguments") ? given.shown : undefined,
  };
}

function levelOf(given: Given, verbosity: OptionName | undefined): LogThreshold {
  if (verbosity === "--quiet") return "fatal";
  if (verbosity === "--verbose") return "info";
  if (verbosity === "--debug") return "debug";
  const typed = given.text("--log-level")?.toLowerCase() ?? "warn";
  if (isThreshold(typed)) return typed;
  throw new Fault("usage", "Invalid log level for --log-level option", {
    remedy: `it takes one of ${thresholds().join(", ")}`,
  });
}

function isThreshold(text: string): text is LogThreshold {
  return thresholds().includes(text);
}

function thresholds(): readonly string[] {
  return findOption("--log-level")?.params?.[0]?.choices ?? [];
}

/**
 * Everything else.
 *
 * @throws {Fault} usage.
 */
export function evaluate(given: Given, port: number, log: LogSettings, variable: ReadVariable): Settings {
  const audible = log.configFile !== undefined || ["info", "debug", "trace", "all"].includes(log.level);
  if (log.verbosePc && !audible) throw new Fault("usage", "--verbose-pc only allowed with verbose mode");
  const input = evaluateInput(given);
  const network = evaluateNetwork(given);
  const tls = evaluateTls(given, variable);
  const userIdentity = evaluateUserIdentity(given, variable);
  const peer = given.operands[0] ?? "";
  if (peer === "") {
    throw new Fault("usage", "Invalid parameter value ", {
      remedy: "the first operand is the peer's host name",
    });
  }
  return {
    peer,
    port,
    operands: given.operands.slice(2),
    task: taskOf(given),
    input,
    network: { ...network, userIdentity },
    tls,
    edits: evaluateEdits(given),
    delivery: evaluateDelivery(given),
    log,
    report: evaluateReport(given),
  };
}

function evaluateInput(given: Given): InputSettings {
  given.require("--scan-pattern", "--recurse");
  const format = given.winner("format");
  return {
    mode: format === "--read-file-only" ? "file" : format === "--read-dataset" ? "dataset" : "auto",
    scanDirectories: given.has("--scan-directories"),
    scanPattern: given.text("--scan-pattern"),
    recurse: given.has("--recurse"),
    rename: given.has("--rename"),
    filesFrom: given.text("--files-from"),
    dicomdirs: given.texts("--dicomdir"),
  };
}

/** All but the user identity, which DCMTK checks last. */
function evaluateNetwork(given: Given): Omit<NetworkSettings, "userIdentity"> {
  const profile = evaluateProfile(given);
  given.require("--compression-level");
  const compressionLevel = given.integer("--compression-level");
  const connectTimeoutSeconds = given.integer("--timeout");
  const socketTimeoutSeconds = given.integer("--socket-timeout") ?? 60;
  const acseTimeoutSeconds = given.integer("--acse-timeout") ?? 30;
  const dimseTimeoutSeconds = given.integer("--dimse-timeout");
  const maxPduBytes = given.integer("--max-pdu") ?? 16384;
  const maxSendPduBytes = given.integer("--max-send-pdu");
  const repeat = given.integer("--repeat") ?? 1;
  const invention = evaluateInvention(given);
  const family = given.winner("family");
  return {
    addressFamily: family === "--ip-auto" ? "any" : family === "--ipv6" ? "ipv6" : "ipv4",
    callingAeTitle: aeTitleOf(given, "--aetitle") ?? "STORESCU",
    calledAeTitle: aeTitleOf(given, "--call") ?? "ANY-SCP",
    proposal: proposalOf(given.winner("proposal")),
    required: given.has("--required"),
    combine: given.has("--combine"),
    profile,
    newVr: !given.has("--disable-new-vr"),
    compressionLevel,
    positiveResponse: given.has("--pos-response"),
    connectTimeoutSeconds,
    socketTimeoutSeconds: socketTimeoutSeconds > 0 ? socketTimeoutSeconds : undefined,
    acseTimeoutSeconds,
    dimseTimeoutSeconds,
    maxPduBytes,
    maxSendPduBytes,
    maxOperationsInvoked: given.integer("--max-ops-invoked") ?? 1,
    repeat,
    abort: given.has("--abort"),
    noHalt: given.has("--no-halt"),
    uidPadding: given.has("--uid-padding"),
    invention,
  };
}

function evaluateProfile(given: Given): NetworkSettings["profile"] {
  const [file, name] = [given.text("--config-file", 0), given.text("--config-file", 1)];
  if (file === undefined || name === undefined) return undefined;
  // Like DCMTK, let the default pass: it says nothing that the profile could contradict.
  const proposal = given.winner("proposal");
  if (proposal !== undefined && proposal !== "--propose-uncompr") given.forbid("--config-file", proposal);
  given.forbid("--config-file", "--required");
  given.forbid("--config-file", "--combine");
  return { file, name };
}

function evaluateInvention(given: Given): InventionWish | undefined {
  const imagesPerSeries = given.integer("--invent-series");
  const seriesPerStudy = given.integer("--invent-study");
  const studiesPerPatient = given.integer("--invent-patient");
  const counted = imagesPerSeries ?? seriesPerStudy ?? studiesPerPatient;
  if (counted === undefined && !given.has("--invent-instance")) return undefined;
  return {
    imagesPerSeries: imagesPerSeries ?? 100,
    seriesPerStudy: seriesPerStudy ?? 50,
    studiesPerPatient: studiesPerPatient ?? 25,
  };
}

/** PS3.5 6.2, VR AE: the default repertoire without backslash and control characters, 16 characters, not all blank. */
function aeTitleOf(given: Given, name: OptionName): string | undefined {
  const title = given.text(name);
  if (title === undefined || (/^[ -[\]-~]{1,16}$/.test(title) && title.trim() !== "")) return title;
  const param = findOption(name)?.params?.[0];
  throw new Fault("usage", `Invalid value for option ${name} (${JSON.stringify(title).slice(1, -1)})`, {
    ...(param === undefined ? {} : { remedy: `an AE title is ${describeParam(param)}` }),
  });
}

function evaluateUserIdentity(given: Given, variable: ReadVariable): UserIdentityWish | undefined {
  given.require("--password", "--empty-password", "--password-file", "--pos-response");
  const user = given.text("--user");
  if (user !== undefined) {
    const password = passwordOf(given, variable);
    return { kind: "user", user, password };
  }
  for (const kind of ["kerberos", "saml", "jwt"] as const) {
    const file = given.text(`--${kind}`);
    if (file !== undefined) return { kind, file };
  }
  return undefined;
}

function passwordOf(given: Given, variable: ReadVariable): SecretSource | undefined {
  const name = "STORESCU_PASSWORD";
  const [text, path] = [given.text("--password"), given.text("--password-file")];
  if (text !== undefined) return { from: "argument", text };
  if (path !== undefined) return { from: "file", path, option: "--password-file" };
  if (given.has("--empty-password")) return { from: "argument", text: "" };
  return variable(name) === undefined ? undefined : { from: "environment", variable: name };
}

function taskOf(given: Given): Task {
  const task = given.winner("task");
  return task === "--probe" ? "probe" : task === "--echo" ? "echo" : task === "--dry-run" ? "dryRun" : "send";
}

function evaluateEdits(given: Given): EditWish[] {
  return given.options.flatMap(({ option, values }): EditWish[] => {
    const [text = ""] = values;
    if (option.long === "--unset") return [{ kind: "unset", tag: text }];
    if (option.long !== "--set") return [];
    const equals = text.indexOf("=");
    if (equals > 0) return [{ kind: "set", tag: text.slice(0, equals), value: text.slice(equals + 1) }];
    throw new Fault("usage", "Invalid value for option --set: there is no tag, or no = behind it", {
      remedy: "it takes TAG=VALUE, for example PatientID=4711",
    });
  });
}

function evaluateDelivery(given: Given): DeliverySettings {
  return {
    jobs: given.integer("--jobs") ?? 1,
    retries: given.integer("--retry") ?? 0,
    retryDelaySeconds: given.integer("--retry-delay") ?? 1,
    journal: given.text("--journal"),
  };
}

function evaluateReport(given: Given): ReportSettings {
  const progress = given.winner("progress");
  return {
    progress: progress === "--progress" ? "on" : progress === "--no-progress" ? "off" : "auto",
    json: given.has("--json"),
    file: given.text("--report"),
    metrics: given.text("--metrics"),
  };
}
