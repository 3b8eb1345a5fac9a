/** The files that a run writes: what one option writes must not be what another one writes or reads. */

import { basename, dirname, join, resolve } from "node:path";
import type { Settings } from "../cli/settings.ts";
import { Fault } from "../errors.ts";

/** Links that lead from one to the next; more are a circle. */
const MOST_LINKS = 40;

/** Invariant: no two options that write have the same file, under whatever name, nor one that writes and one that reads. */
export class OutputFiles {
  /** Which option names a file; by the file's place. */
  readonly #options = new Map<string, string>();

  /** @throws Fault "usage" when two options name the same file */
  constructor(settings: Settings) {
    const { delivery, report, log } = settings;
    const outputs = named([
      ["--journal", delivery.journal],
      ["--report", report.file],
      ["--metrics", report.metrics],
    ]);
    if (outputs.length === 0 && log.configFile === undefined) return;
    for (const [option, path] of inputsOf(settings)) this.#note(option, path);
    for (const [option, path] of outputs) {
      this.refuseTaken(option, path);
      this.#note(option, path);
    }
  }

  /** @throws Fault "usage" when another option than `option`, which is about to write the file, names it as well */
  refuseTaken(option: string, path: string): void {
    const place = placeOf(path);
    const other = place === undefined ? undefined : this.#options.get(place);
    if (other === undefined) return;
    throw new Fault("usage", `${other} and ${option} name the same file: ${path}`, {
      remedy: "name two files: one would take the place of the other",
    });
  }

  #note(option: string, path: string): void {
    const place = placeOf(path);
    if (place !== undefined) this.#options.set(place, option);
  }
}

type NamedFile = readonly [option: string, path: string];

function named(files: readonly (readonly [string, string | undefined])[]): NamedFile[] {
  return files.flatMap(([option, path]): NamedFile[] => path === undefined ? [] : [[option, path]]);
}

/** What the run reads; files to be sent are told from ours by what is in them. */
function inputsOf({ input, network, tls, log }: Settings): NamedFile[] {
  const { userIdentity: user } = network;
  const keyPassword = typeof tls?.keyPassword === "object" ? tls.keyPassword : undefined;
  const password = user?.kind === "user" ? user.password : undefined;
  const all = (option: string, paths: readonly string[] = []): NamedFile[] =>
    paths.map((path) => [option, path]);
  return [
    ...named([
      ["--files-from", input.filesFrom],
      ["--config-file", network.profile?.file],
      ["--log-config", log.configFile],
      ["--password-file", password?.from === "file" ? password.path : undefined],
      [`--${user?.kind}`, user !== undefined && "file" in user ? user.file : undefined],
      ["--enable-tls", tls?.own?.keyFile],
      ["--enable-tls", tls?.own?.certificateFile],
      ["--key-password-file", keyPassword?.from === "file" ? keyPassword.path : undefined],
    ]),
    ...all("--dicomdir", input.dicomdirs),
    ...all("--add-cert-file", tls?.certificateFiles),
    ...all("--add-crl-file", tls?.crlFiles),
  ];
}

/** The same for every name of a file, there or not; undefined for devices and FIFOs, which keep nothing. */
function placeOf(path: string, links = 0): string | undefined {
  try {
    const { isFile, dev, ino } = Deno.statSync(path);
    if (!isFile) return undefined;
    return ino === null ? Deno.realPathSync(path) : `${dev}:${ino}`;
  } catch {
    // it is to be made
  }
  const folder = folderOf(path);
  const target = links < MOST_LINKS ? linkTarget(path) : undefined;
  return target === undefined ? join(folder, basename(path)) : placeOf(resolve(folder, target), links + 1);
}

function folderOf(path: string): string {
  const folder = dirname(resolve(path));
  try {
    return Deno.realPathSync(folder);
  } catch {
    return folder;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}
