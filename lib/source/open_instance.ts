/**
 * From a path to an instance: opened, surveyed to its end, ready to be streamed.
 *
 * How this room works: `operands.ts` and `scan.ts` turn what the user named into paths, `inputs.ts` checks them and hands
 * them out as work, `file.ts` reads one, and this file makes an Instance of it. Damage is a Fault; a scanned file that is
 * no DICOM at all is a NoInstance.
 */

import type { ByteSource } from "../bytes/source.ts";
import { NotDicom, type ReadMode } from "../dataset/beginning.ts";
import { surveyStream } from "../dataset/pass_through.ts";
import { type Survey, survey } from "../dataset/survey.ts";
import { longNameOf } from "../dicom/transfer_syntaxes.ts";
import { Fault } from "../errors.ts";
import { type InputFile, openFile } from "./file.ts";
import { openPipe } from "./pipe.ts";
import type { Instance, OpenInstance } from "./instance.ts";
import { ReadPace } from "./read_pace.ts";

/** @param mode +f, +fo or -f */
export function instanceOpener(mode: ReadMode): OpenInstance {
  const pace = new ReadPace();
  return (path, scanned) => {
    const file = openFile(path, pace);
    if (file !== undefined) return identify(file, scanned, mode);
    return scanned ? { skipped: "it is not a regular file" } : openStream(path, mode);
  };
}

function identify(file: InputFile, scanned: boolean, mode: ReadMode): ReturnType<OpenInstance> {
  try {
    const found = survey(file, file.path, mode);
    return found instanceof Promise ? found.then(instance, refuse) : instance(found);
  } catch (caught) {
    return refuse(caught);
  }

  function instance(found: Survey) {
    if (found.isDicomdir && scanned) {
      file.close();
      return { skipped: "it is a DICOMDIR" };
    }
    const bytes = () => file.passThrough(found.dataSetOffset, found.dataSetLengthBytes ?? 0);
    return instanceOf(file.path, found, bytes, () => file.close());
  }

  function refuse(caught: unknown) {
    file.close();
    if (scanned && caught instanceof NotDicom) return { skipped: "it is not a DICOM file" };
    throw caught;
  }
}

/** What can only be read from front to back, once. */
async function openStream(path: string, mode: ReadMode): Promise<Instance> {
  const { survey: found, dataSet } = await surveyStream(await openPipe(path), path, mode);
  return instanceOf(path, found, () => dataSet, () => dataSet.close());
}

/** A surveyed data set as an instance. */
export function instanceOf(
  name: string,
  found: Survey,
  bytes: () => ByteSource,
  close: () => void,
): Instance {
  const { sopClassUid, sopInstanceUid, transferSyntax, dataSetLengthBytes: lengthBytes, warnings } = found;
  return {
    sopClassUid,
    sopInstanceUid,
    transferSyntax,
    lengthBytes,
    warnings,
    dataSet: (wanted) => {
      if (wanted === transferSyntax && found.passesThrough && !found.oddLength) return bytes();
      throw new Fault(
        "input",
        `cannot convert ${name} from ${longNameOf(transferSyntax)} to ${longNameOf(wanted)}: not built yet`,
        { code: "0006:020e" },
      );
    },
    close,
  };
}
