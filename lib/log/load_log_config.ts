/** Finds the file of --log-config. */

import type { ReadFile } from "../cli/environment.ts";
import { Fault, reasonAndAdvice } from "../errors.ts";
import type { LogBackend } from "./log.ts";
import { stderrWriter, stdoutWriter, type WriteText } from "./standard_streams.ts";

/**
 * The backend that a --log-config file describes, for this process.
 * @throws Fault "usage" with DCMTK's text for a file that is not there, cannot be read or sets nothing up;
 * what `refuseTaken` throws when it is asked about a file that is to be written.
 */
export async function loadLogConfig(
  fileName: string,
  readFile: ReadFile,
  toStderr: WriteText = stderrWriter(),
  toStdout: WriteText = stdoutWriter(),
  refuseTaken: (path: string) => void = () => {},
): Promise<LogBackend> {
  const text = readText(fileName, readFile);
  // Only here, so that a run without --log-config pays for none of it.
  const [{ readLogConfig }, { systemEnvironment }] = await Promise.all([
    import("./log4cplus.ts"),
    import("./environment.ts"),
  ]);
  return await readLogConfig(text, fileName, systemEnvironment(toStderr, toStdout, refuseTaken));
}

function readText(fileName: string, readFile: ReadFile): string {
  try {
    return new TextDecoder().decode(readFile(fileName));
  } catch (error) {
    const { IsADirectory, NotFound } = Deno.errors;
    const missing = error instanceof IsADirectory || error instanceof NotFound;
    throw new Fault("usage", `Specified --log-config file ${missing ? "does not exist" : "cannot be read"}`, {
      remedy: `${fileName}: ${reasonAndAdvice(error)}`,
      cause: error,
    });
  }
}
