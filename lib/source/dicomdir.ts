/** The files that a DICOMDIR refers to, as operands; those that are missing as faults. */

import { isDirectory, referencedFileIds } from "../dataset/directory.ts";
import { asFault, Fault } from "../errors.ts";
import { factsOf } from "./file_calls.ts";
import { openFile } from "./file.ts";
import { namedOperand, type Operand } from "./operands.ts";
import type { ReadPace } from "./read_pace.ts";

/** Whether the file is one. */
export function isDicomdirFile(path: string, pace: ReadPace): boolean {
  try {
    const file = openFile(path, pace);
    try {
      return file !== undefined && isDirectory(file, path);
    } finally {
      file?.close();
    }
  } catch {
    return false; // whoever opens it to send it will say why
  }
}

/** In the order of the directory records. What comes of a DICOMDIR that is broken in the middle ends with a fault. */
export function* referencedFiles(dicomdir: string, pace: ReadPace): Generator<Operand> {
  try {
    if (!isDicomdirFile(dicomdir, pace)) throw notOne(dicomdir, pace);
    const file = openFile(dicomdir, pace);
    if (file === undefined) return;
    const folders = new Folders();
    try {
      for (const components of referencedFileIds(file, dicomdir)) {
        yield operandOf(dicomdir, components, folders);
      }
    } finally {
      file.close();
    }
  } catch (caught) {
    yield { path: dicomdir, scanned: false, fault: asFault(caught) };
  }
}

function notOne(path: string, pace: ReadPace): Fault {
  if (factsOf(path)?.isDirectory) {
    return new Fault("input", "cannot read it: it is a directory", {
      file: path,
      remedy: `name the DICOMDIR in it: ${path.replace(/\/+$/, "")}/DICOMDIR`,
    });
  }
  const file = openFile(path, pace); // has its own words for what cannot be read
  if (file === undefined) {
    return new Fault("input", "cannot read it: it is not a regular file", {
      file: path,
      remedy: "a DICOMDIR is a file, beside those that it refers to: save it there first",
    });
  }
  file.close();
  return new Fault("input", "it is not a DICOMDIR", {
    file: path,
    remedy: "leave --dicomdir out to send the file itself",
  });
}

function operandOf(dicomdir: string, fileId: readonly string[], folders: Folders): Operand {
  const folder = dicomdir.replace(/[^/]*$/, "");
  const components = componentsOf(fileId);
  const asWritten = folder + (components.length === 0 ? fileId : components).join("/");
  if (components.length === 0 || components.some((component) => /^\.+$/.test(component))) {
    const fault = new Fault("input", `it is not inside the folder of ${dicomdir}, which refers to it`, {
      file: asWritten,
    });
    return { path: asWritten, scanned: false, fault };
  }
  const found = folders.find(folder, components);
  if (found !== undefined) return found;
  const fault = new Fault("input", `cannot access file, to which ${dicomdir} refers`, {
    file: asWritten,
    line: `cannot access file: ${asWritten}, to which ${dicomdir} refers`,
    remedy: "see that the medium was copied as a whole; with -nh the files that are there are sent",
  });
  return { path: asWritten, scanned: false, fault };
}

/** Some programs begin at the root, or with ".", or separate by slashes: all of it means the folder of the DICOMDIR. */
function componentsOf(fileId: readonly string[]): string[] {
  return fileId.flatMap((component) => component.split("/")).filter((name) => name !== "" && name !== ".");
}

/** As many folders are remembered with their names. */
const MOST_FOLDERS = 16;

/** Finds files whose names were changed when a medium was copied: lower case, a version number. */
class Folders {
  /** By path: simplified name -> name. */
  readonly #names = new Map<string, ReadonlyMap<string, string>>();

  find(folder: string, components: readonly string[]): Operand | undefined {
    const asWritten = fileAt(folder + components.join("/"));
    if (asWritten !== undefined) return asWritten;
    let path = folder;
    for (const [index, component] of components.entries()) {
      const name = this.#namesIn(path === "" ? "." : path).get(simplified(component));
      if (name === undefined) return undefined;
      path += index === components.length - 1 ? name : `${name}/`;
    }
    return fileAt(path);
  }

  #namesIn(folder: string): ReadonlyMap<string, string> {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const names = new Map(namesIn(folder).map((name) => [simplified(name), name]));
    const [oldest] = this.#names.keys();
    if (oldest !== undefined && this.#names.size >= MOST_FOLDERS) this.#names.delete(oldest);
    this.#names.set(folder, names);
    return names;
  }
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return [];
  }
}

/** "im000001.;1" and "IM000001" are the same on a CD (ISO 9660). */
function simplified(name: string): string {
  return name.toUpperCase().replace(/\.?(;\d+)?$/, "");
}

/** Undefined where there is nothing, or a folder. */
function fileAt(path: string): Operand | undefined {
  const facts = factsOf(path);
  return facts?.isDirectory === false ? namedOperand(path, facts) : undefined;
}
