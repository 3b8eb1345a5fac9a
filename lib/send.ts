/**
 * The street in one screen: settings -> plan -> instances -> data set stream -> PDUs -> outcome -> report -> exit code.
 * Each stage knows only the one before it, through plain data.
 */

import type { Duplex } from "./association/duplex.ts";
import { connectTcp, tcpDuplex } from "./association/transport.ts";
import { type Profile, readProfile } from "./cli/profile.ts";
import type { EditWish, Settings } from "./cli/settings.ts";
import type { Edit } from "./dataset/edits.ts";
import { parseSet, parseUnset } from "./dataset/parse_edit.ts";
import { builtInDictionary, type Dictionary } from "./dicom/dictionary.ts";
import { asFault, exitCodeOf, Fault } from "./errors.ts";
import { LOGGER, Logger } from "./log/log.ts";
import { openLog } from "./log/open_log.ts";
import type { WriteText } from "./log/standard_streams.ts";
import { dotsTo } from "./report/dots.ts";
import { type Event, type Observer, type RunEvent, SCHEMA_VERSION } from "./report/events.ts";
import { badInputEvent, fileEventOf } from "./report/file_event.ts";
import { jsonLines } from "./report/json_lines.ts";
import { observed } from "./report/observed.ts";
import { summaryLine, Tally } from "./report/summary.ts";
import { listenForStop } from "./signals.ts";
import { dictionaryOf } from "./source/dictionary_path.ts";
import { Inputs } from "./source/inputs.ts";
import type { Input, OpenInstance } from "./source/instance.ts";
import { Journal } from "./source/journal.ts";
import { instanceOpener, type OpenOptions } from "./source/open_instance.ts";
import { renameProcessed } from "./source/rename.ts";
import { Inventor } from "./transfer/invention.ts";
import { readWholeFile } from "./source/whole_file.ts";
import { openAssociation } from "./transfer/open.ts";
import { isGood } from "./transfer/outcome.ts";
import { associationWishOf, destinationOf, transferPlanOf } from "./transfer/plan.ts";
import { type EndedWork, Transfer } from "./transfer/transfer.ts";
import { userIdentityOf } from "./transfer/user_identity.ts";
import { VERSION } from "./version.ts";

/** Sends what the settings say; answers the exit code (0 only if every instance is stored). */
export async function send(settings: Settings, toStdout: WriteText): Promise<number> {
  const backend = await openLog(settings.log);
  const log = new Logger(backend);
  log.debug(`$storescu: v${VERSION} $\n`);
  try {
    return await sendAll(settings, log, toStdout);
  } catch (caught) {
    const fault = asFault(caught);
    if (fault.kind === "usage") throw fault;
    // DCMTK tells of its configuration files at level ERROR, of everything else that ends a run at FATAL.
    log.log(fault.kind === "configuration" && fault.code === undefined ? "error" : "fatal", fault.condition);
    if (fault.remedy !== undefined) log.fatal(`hint: ${fault.remedy}`);
    return exitCodeOf(fault);
  } finally {
    await backend.close();
  }
}

async function sendAll(settings: Settings, log: Logger, toStdout: WriteText): Promise<number> {
  const { network, input } = settings;
  const profile = profileOf(settings, log);
  using journal = journalOf(settings);
  const dictionary = dictionaryInUse(log);
  const options: OpenOptions = {
    mode: input.mode,
    newVr: network.newVr,
    deflateLevel: network.compressionLevel,
    repairUids: network.uidPadding,
    dictionary,
    edits: settings.edits.map((wish) => editOf(wish, dictionary)),
  };
  const inventor = network.invention && new Inventor(network.invention);
  const invent = inventor && (({ number }: Input) => inventor.inventFor(number));
  const openInstance = withJournal(
    instanceOpener(invent === undefined ? options : { ...options, invent }),
    journal,
  );
  const wish = associationWishOf(settings, profile, userIdentityOf(network, log));
  const connect = await connectorOf(settings, log);
  const inputs = new Inputs(settings, withJournal(instanceOpener(options), journal), log);
  const { needs, count, bad } = await inputs.check();
  const tally = new Tally();
  const observers = [tally, ...observersOf(settings, toStdout)];
  const note = (event: Event) => observers.forEach((observer) => observer.note(event));
  note(runEvent(settings, count));
  for (const input of bad) note(badInputEvent(input));
  const transfer = new Transfer(transferPlanOf(settings, profile, needs), {
    log,
    openInstance,
    open: observed((contexts) => openAssociation(connect, wish, contexts, log), note),
    record: (ended) => {
      remember(ended, journal, (fault) => {
        log.error(fault.message);
        transfer.stop();
      });
      if (input.rename && isDealtWith(ended, network.noHalt)) {
        renameProcessed(ended.work.path, isGood(ended.outcome), log);
      }
      inventor?.forget(ended.work.number);
      note(fileEventOf(ended));
    },
    retrying: (reason, afterSeconds) => note({ event: "retry", reason, afterSeconds }),
    dataSent: showsDots(settings, log) ? dotsTo(toStdout) : undefined,
  });
  using signals = listenForStop(
    (name) => {
      log.warn(`${name}: ending after the object that is under way; once more to abort`);
      transfer.stop();
    },
    (name) => {
      log.warn(`${name}: aborting`);
      transfer.abandon();
    },
  );
  const sent = await transfer.run(inputs.work());
  const exitCode = signals.exitCode ?? (bad.length > 0 ? 1 : sent);
  const summary = tally.event(exitCode, signals.name);
  note(summary);
  log.info(summaryLine(summary));
  return exitCode;
}

function runEvent({ peer, port, network }: Settings, files: number): RunEvent {
  const { callingAeTitle, calledAeTitle } = network;
  const startedAt = new Date().toISOString();
  return {
    event: "run",
    schema: SCHEMA_VERSION,
    version: VERSION,
    startedAt,
    peer,
    port,
    callingAeTitle,
    calledAeTitle,
    files,
  };
}

function observersOf({ report }: Settings, toStdout: WriteText): Observer[] {
  return report.json ? [jsonLines(toStdout)] : [];
}

function dictionaryInUse(log: Logger): Dictionary {
  const searchPath = Deno.env.get("DCMDICTPATH");
  return searchPath ? dictionaryOf(searchPath, log.named(LOGGER.data)) : builtInDictionary();
}

function editOf(wish: EditWish, dictionary: Dictionary): Edit {
  return wish.kind === "set"
    ? parseSet(`${wish.tag}=${wish.value}`, dictionary)
    : parseUnset(wish.tag, dictionary);
}

function profileOf({ network }: Settings, log: Logger): Profile | undefined {
  if (network.profile === undefined) return undefined;
  const { file, name } = network.profile;
  try {
    return readProfile(readText(file), file, name, (warning) => log.warn(warning));
  } catch (caught) {
    const fault = asFault(caught);
    if (fault.code !== undefined) throw fault;
    throw new Fault("configuration", `reading config file: ${fault.message}`, { remedy: fault.remedy });
  }
}

function readText(file: string): string {
  try {
    return new TextDecoder().decode(readWholeFile(file));
  } catch (caught) {
    throw new Fault("configuration", `unable to open configuration file: ${file}`, { cause: caught });
  }
}

/** Makes transport connections; keys and certificates are read and checked here, once. */
async function connectorOf(settings: Settings, log: Logger): Promise<() => Promise<Duplex>> {
  const { peer, network } = settings;
  const destination = destinationOf(settings, Deno.env.get("TCP_NODELAY") !== "0");
  if (settings.tls === undefined) return async () => tcpDuplex(await connectTcp(destination));
  const { prepareTls } = await import("./association/tls.ts");
  const tls = await prepareTls(settings.tls, log.named(LOGGER.tls));
  return async () => {
    const signal = AbortSignal.timeout(network.acseTimeoutSeconds * 1000);
    return await tls.start(await connectTcp(destination), { peer, signal });
  };
}

function journalOf({ delivery, network, peer, port }: Settings): Journal | undefined {
  if (delivery.journal === undefined) return undefined;
  return Journal.open(delivery.journal, `${network.calledAeTitle}@${peer}:${port}`);
}

function withJournal(open: OpenInstance, journal: Journal | undefined): OpenInstance {
  if (journal === undefined) return open;
  return (input) => journal.has(input.path) ? { skipped: "already stored, says the journal" } : open(input);
}

/** A journal that cannot be kept ends the run: going on would only make doubles later. */
function remember(
  { work, outcome, sopInstanceUid }: EndedWork,
  journal: Journal | undefined,
  failed: (fault: Fault) => void,
): void {
  if (outcome.kind !== "stored" && outcome.kind !== "storedWithWarning") return;
  try {
    journal?.add(work.path, sopInstanceUid ?? "");
  } catch (caught) {
    failed(asFault(caught));
  }
}

/** Its turn came, and it will not come again (--repeat). */
function isDealtWith({ work, outcome }: EndedWork, noHalt: boolean): boolean {
  if (outcome.kind === "skipped" || outcome.kind === "notSent" && outcome.fault === undefined) return false;
  return work.isLastRound || !isGood(outcome) && !noHalt;
}

/** Dots belong to one message at a time, and to the level INFO only: DEBUG shows more than that. */
function showsDots({ delivery, network, report }: Settings, log: Logger): boolean {
  return log.named(LOGGER.progress).threshold === "info" && delivery.jobs === 1 &&
    network.maxOperationsInvoked === 1 && !report.json;
}
