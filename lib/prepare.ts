/** What is read and checked before the first association, once: profile, dictionary, edits, keys and certificates. */

import type { Duplex } from "./association/duplex.ts";
import type { TlsDetails } from "./association/tls/engine.ts";
import { readNoDelay } from "./association/socket_variables.ts";
import { tcpDuplex } from "./association/tcp_duplex.ts";
import { connectTcp } from "./association/transport.ts";
import type { Profile } from "./cli/profile.ts";
import type { EditWish, Settings } from "./cli/settings.ts";
import type { Edit } from "./dataset/edits.ts";
import type { Dictionary } from "./dicom/dictionary.ts";
import { asFault, Fault } from "./errors.ts";
import { LOGGER, type Logger } from "./log/log.ts";
import { factsOf } from "./source/file_calls.ts";
import type { Journal } from "./source/journal.ts";
import type { OpenOptions } from "./source/open_instance.ts";
import { STANDARD_INPUT } from "./source/pipe.ts";
import { reasonAndAdviceAbout } from "./source/reading_faults.ts";
import { readWholeFileLater } from "./source/whole_file.ts";
import { destinationOf } from "./transfer/plan.ts";

/** How files are read and what is done to them. @throws Fault "usage", "configuration" */
export async function openOptionsOf(
  { input, network, edits }: Settings,
  log: Logger,
): Promise<OpenOptions> {
  const dictionary = await ownDictionary(log);
  return {
    mode: input.mode,
    newVr: network.newVr,
    deflateLevel: network.compressionLevel,
    repairUids: network.uidPadding,
    dictionary,
    edits: edits.length === 0 ? [] : await editsOf(edits, dictionary),
  };
}

/** With the user's own files; undefined when there are none, so that nothing is loaded that may not be needed. */
async function ownDictionary(log: Logger): Promise<Dictionary | undefined> {
  const searchPath = Deno.env.get("DCMDICTPATH");
  if (!searchPath) return undefined;
  const { dictionaryOf } = await import("./source/dictionary_path.ts");
  return dictionaryOf(searchPath, log.named(LOGGER.data));
}

async function editsOf(wishes: readonly EditWish[], own: Dictionary | undefined): Promise<Edit[]> {
  const { parseSet, parseUnset } = await import("./dataset/parse_edit.ts");
  const { builtInDictionary } = await import("./dicom/dictionary.ts");
  const dictionary = own ?? builtInDictionary();
  return wishes.map((wish) =>
    wish.kind === "set" ? parseSet(`${wish.tag}=${wish.value}`, dictionary) : parseUnset(wish.tag, dictionary)
  );
}

/** The profile of --config-file. @throws Fault "configuration" */
export async function profileOf({ network }: Settings, log: Logger): Promise<Profile | undefined> {
  if (network.profile === undefined) return undefined;
  const { file, name } = network.profile;
  const { readProfile } = await import("./cli/profile.ts");
  try {
    return readProfile(await readText(file), file, name, (warning) => log.warn(warning));
  } catch (caught) {
    const fault = asFault(caught);
    if (fault.code !== undefined) throw fault;
    throw new Fault("configuration", `reading config file: ${fault.message}`, { remedy: fault.remedy });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readWholeFileLater(file));
  } catch (caught) {
    throw new Fault("configuration", `unable to open configuration file: ${file}`, {
      cause: caught,
      remedy: reasonAndAdviceAbout(file, caught),
    });
  }
}

/** The file of --journal. @throws Fault "configuration" */
export async function journalOf(
  { delivery, network, peer, port }: Settings,
): Promise<Journal | undefined> {
  if (delivery.journal === undefined) return undefined;
  const { Journal } = await import("./source/journal.ts");
  return Journal.open(delivery.journal, `${network.calledAeTitle}@${peer}:${port}`);
}

/** The same for a task that stores nothing: no journal is begun. */
export async function formerJournalOf(settings: Settings): Promise<Journal | undefined> {
  const { journal } = settings.delivery;
  return journal !== undefined && factsOf(journal) !== undefined ? await journalOf(settings) : undefined;
}

/** Who wants to know how a connection is made. */
export interface ConnectionWatch {
  connected(address: string, milliseconds: number): void;
  secured(engine: string, details: TlsDetails, milliseconds: number): void | Promise<void>;
}

/** Makes transport connections; keys and certificates are read and checked here. @throws Fault "configuration" */
export async function connectorOf(
  settings: Settings,
  log: Logger,
  watch?: ConnectionWatch,
): Promise<() => Promise<Duplex>> {
  const { peer, network } = settings;
  const noDelay = readNoDelay((name) => Deno.env.get(name), log.named(LOGGER.net));
  const destination = destinationOf(settings, noDelay);
  const connect = async () => {
    const startedMs = performance.now();
    const connection = await connectTcp(destination);
    watch?.connected(connection.remoteAddr.hostname, performance.now() - startedMs);
    return connection;
  };
  if (settings.tls === undefined) return async () => tcpDuplex(await connect());
  for (const name of settings.tls.withoutEffect) {
    log.debug(`${name} is accepted for old command lines and has no effect in a client of today`);
  }
  const { prepareTls } = await import("./association/tls.ts");
  const tls = await prepareTls(settings.tls, log.named(LOGGER.tls), {
    standardInput: readsStandardInput(settings) ? "taken" : "free",
  });
  return async () => {
    const connection = await connect();
    const startedMs = performance.now();
    const duplex = await tls.start(connection, { peer, timeoutSeconds: network.acseTimeoutSeconds });
    await watch?.secured(tls.engine, duplex.details, performance.now() - startedMs);
    return duplex;
  };
}

/** A file or a list is to come from there. */
function readsStandardInput({ operands, input }: Settings): boolean {
  const paths = ["-", STANDARD_INPUT];
  return operands.some((path) => paths.includes(path)) || paths.includes(input.filesFrom ?? "");
}
