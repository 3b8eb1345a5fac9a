/** Which real peers this machine has; tests that need another are ignored, and counted as such. */

import { join } from "node:path";

const root = join(import.meta.dirname ?? ".", "..", "..");

/** The executable under test; STORESCU_BIN names another one. */
export const STORESCU = Deno.env.get("STORESCU_BIN") ?? join(root, "dist", "storescu");

/** Where pydicom keeps its test files; PYDICOM_DATA names another place. */
export const PYDICOM_DATA = Deno.env.get("PYDICOM_DATA") ?? "/usr/lib/python3/dist-packages/pydicom/data";

/** Where on the PATH `command` is. */
export function find(command: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.map((folder) => join(folder, command)).find(isFile);
}

/** True when every one of `commands` is on the PATH. */
export function have(...commands: string[]): boolean {
  return commands.every((command) => find(command) !== undefined);
}

export function haveTestFiles(): boolean {
  return isFile(join(PYDICOM_DATA, "test_files", "CT_small.dcm"));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
