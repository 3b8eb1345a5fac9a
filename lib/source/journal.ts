/**
 * --journal: a file that remembers across runs which files the peer has acknowledged.
 *
 *     storescu-journal 1
 *     <peer> <size> <modified ms> <SOP Instance UID> <path>
 *
 * One line an instance, fields separated by tabs, UID and path as JSON texts so that whatever they hold fits a line and
 * makes no other one (earlier versions wrote the UID as it is; nothing is read from it). Each line is on the disk before the
 * next file is counted as done. A run that is killed leaves at most one torn line at the end, which the next run cuts
 * off. A file that has been changed since is sent again.
 */

import { dirname, resolve } from "node:path";
import { Fault, reasonOf } from "../errors.ts";
import { factsOf } from "./file_calls.ts";
import type { FileVersion } from "./open_file.ts";
import { readToEnd } from "./whole_file.ts";

const HEADING = "storescu-journal 1\n";
const NEWLINE = 0x0a;

/** Invariant: the file ends with a whole line, and this process holds the lock on it. */
export class Journal implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #peer: string;
  /** Lines without UID of what this peer had acknowledged before this run: --repeat sends again what is added by it. */
  readonly #done: ReadonlySet<string>;
  /** A line broke off: nothing may follow it. */
  #fault: Fault | undefined;

  private constructor(path: string, file: Deno.FsFile, peer: string, done: ReadonlySet<string>) {
    this.#path = path;
    this.#file = file;
    this.#peer = peer;
    this.#done = done;
  }

  /**
   * Opens or makes a journal.
   * @param peer who acknowledges, such as "ANY-SCP@host:104"
   * @throws Fault "configuration" when it cannot be read or written, is no journal, or another run has it
   */
  static open(path: string, peer: string): Journal {
    let file: Deno.FsFile | undefined;
    try {
      refuseSpecialFile(path);
      file = Deno.openSync(path, { read: true, write: true, create: true });
      if (!file.tryLockSync(true)) {
        throw new Fault("configuration", `journal ${path} is in use by another run`, {
          remedy: "wait for that run to end, or give this one a journal of its own",
        });
      }
      return new Journal(path, file, peer, readDone(path, file, peer));
    } catch (caught) {
      file?.close();
      if (caught instanceof Fault) throw caught;
      throw new Fault("configuration", `cannot use journal ${path}: ${reasonOf(caught)}`, {
        cause: caught,
        remedy: "give --journal a file in a folder that exists and may be written to",
      });
    }
  }

  /**
   * True when the peer had acknowledged this very file before this run, unchanged since.
   * @param inside which of the files that are in it, where that is an archive
   * @param version of the file; looked for where it is not known
   */
  has(path: string, inside: string = "", version: FileVersion | undefined = factsOf(path)): boolean {
    return version !== undefined && this.#done.has(keyOf(this.#peer, path, inside, version));
  }

  /**
   * Writes down that the peer has the file as it was when it was opened to be sent, whatever stands in its place by now;
   * when this returns, it is on the disk.
   * @throws Fault "configuration" when it cannot be written (disk full)
   */
  add(path: string, inside: string, version: FileVersion, sopInstanceUid: string): void {
    if (this.#fault !== undefined) throw this.#fault;
    const [peer, size, modified, name] = keyOf(this.#peer, path, inside, version).split("\t");
    try {
      const fields = [peer, size, modified, JSON.stringify(sopInstanceUid), name];
      const line = new TextEncoder().encode(fields.join("\t") + "\n");
      for (let at = 0; at < line.length;) at += this.#file.writeSync(line.subarray(at));
      this.#file.syncDataSync();
    } catch (caught) {
      const text = `cannot write journal ${this.#path}: ${reasonOf(caught)}`;
      throw this.#fault = new Fault("configuration", text, {
        cause: caught,
        remedy:
          `${path} is stored, but will be sent again by the next run: make room, or mend the journal's disk`,
      });
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** A FIFO or device remembers nothing. */
function refuseSpecialFile(path: string): void {
  const facts = factsOf(path);
  if (facts === undefined || facts.isFile || facts.isDirectory) return;
  throw new Fault("configuration", `cannot use journal ${path}: it is not a regular file`, {
    remedy: "give --journal the name of a new file",
  });
}

function keyOf(peer: string, path: string, inside: string, { sizeBytes, modifiedMs }: FileVersion): string {
  return [peer, sizeBytes, Math.trunc(modifiedMs), JSON.stringify(resolve(path) + inside)].join("\t");
}

/** Reads what is there, cuts a torn line off, and leaves the file ready for the next line. */
function readDone(path: string, file: Deno.FsFile, peer: string): Set<string> {
  const bytes = readToEnd(file, file.statSync().size, Infinity);
  const whole = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
  const text = new TextDecoder().decode(whole);
  if (text === "") {
    if (!HEADING.startsWith(new TextDecoder().decode(bytes))) throw noJournal(path);
    file.truncateSync(0);
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(HEADING));
    file.syncSync();
    syncFolderOf(path);
    return new Set();
  }
  if (!text.startsWith(HEADING)) throw noJournal(path);
  file.truncateSync(whole.length);
  file.seekSync(whole.length, Deno.SeekMode.Start);
  const done = new Set<string>();
  for (const line of text.slice(HEADING.length).split("\n")) {
    const [by, size, modified, uid, name] = line.split("\t");
    if (by === peer && uid !== undefined && name !== undefined) {
      done.add([by, size, modified, name].join("\t"));
    }
  }
  return done;
}

/** A new file is not safe before its name is, too. Where a folder cannot be opened the system has to see to that itself. */
function syncFolderOf(path: string): void {
  try {
    using folder = Deno.openSync(dirname(Deno.realPathSync(path)));
    folder.syncSync();
  } catch {
    // Windows, or a folder that may only be written to
  }
}

function noJournal(path: string): Fault {
  return new Fault("configuration", `${path} is not a journal of this program: it is left as it is`, {
    remedy: "give --journal the name of a new file",
  });
}
