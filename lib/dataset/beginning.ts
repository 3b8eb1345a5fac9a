/**
 * What a file begins with: is it DICOM at all, where does its data set start, and how is that encoded, whatever the meta
 * header says or fails to say.
 */
import type { ByteWindow } from "../bytes/window.ts";
import { longNameOf, type TransferSyntax, transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";
import { Fault } from "../errors.ts";
import type { Encoding } from "./element.ts";
import { type FileMeta, readFileMeta } from "./part10.ts";
import { guessEncoding } from "./plausible.ts";
import { encodingOf, nativeSyntaxUidOf } from "./syntax_encoding.ts";

/** How a file is to be read: +f, +fo, -f. */
export type ReadMode = "auto" | "file" | "dataset";

/** Enough of the data set to judge its encoding. */
const GUESS_BYTES = 4096;

/** So many elements in a row do not make sense by chance. */
const CONVINCING_ELEMENTS = 3;

const LIKE_AN_ARCHIVE = /\.(zip|tar|gz|tgz|taz|7z|rar|t?bz2?|t?xz|zst)$/i;

/** The fault of a file that is not DICOM at all; a scan passes over it, where a damaged instance is a failure. */
export class NotDicom extends Fault {
  constructor(name: string, why: string, code: string) {
    super("input", `it is not a DICOM file: ${why}`, {
      file: name,
      code,
      remedy: LIKE_AN_ARCHIVE.test(name)
        ? "it is no archive that can be read, either (.zip, .tar, .tar.gz, .tgz, .gz): unpack it, or copy it again"
        : "leave it out; of a folder that is scanned (+sd) such files are left out by themselves",
    });
  }
}

/** A few plausible elements and then nonsense: that was not DICOM after all. */
export function asNotDicom(caught: unknown, name: string): unknown {
  if (!(caught instanceof Fault) || caught instanceof NotDicom) return caught;
  return new NotDicom(name, caught.messageBehind(name), caught.code ?? "0001:000a");
}

export interface Beginning {
  readonly meta: FileMeta;
  readonly encoding: Encoding;
  /** The whole data set is a raw deflate stream; `encoding` holds for what is inside. */
  readonly deflated: boolean;
  /** What the meta header declares, if PS3.6 knows it. */
  readonly declared: TransferSyntax | undefined;
  /** There is no doubt that this is DICOM, even if it turns out to be damaged. */
  readonly certain: boolean;
  readonly warnings: string[];
}

/**
 * Reads the beginning of the bytes that `window` has been opened on; there are `totalBytes` of them (Infinity: more than
 * the window can tell).
 * @throws NotDicom when nothing of it makes sense; Fault "input" when it is not what `mode` asks for, or cut off
 */
export function readBeginning(
  window: ByteWindow,
  name: string,
  mode: ReadMode,
  totalBytes: number,
): Beginning {
  if (totalBytes === 0) throw new NotDicom(name, "it is empty", "0001:0005");
  const meta = readFileMeta(window, name);
  checkMode(meta, name, mode);
  const { dataSetOffset } = meta;
  window.cover(dataSetOffset, GUESS_BYTES);
  const at = dataSetOffset - window.offset;
  const remaining = totalBytes - dataSetOffset;
  const declared = transferSyntaxOf(meta.transferSyntaxUid);
  const declaredEncoding = declared && encodingOf(declared);
  const guess = guessEncoding(window.view, at, window.lengthBytes, remaining, declaredEncoding);
  const begins = {
    meta,
    declared,
    certain: meta.hasPrefix || meta.present || guess.elements >= CONVINCING_ELEMENTS,
  };
  const warnings = [...meta.warnings];
  if (!meta.hasPrefix && !meta.present) {
    if (guess.elements === 0) {
      throw new NotDicom(name, "no preamble, no meta header, no plausible data set", "0001:000a");
    }
    if (mode === "auto" && guess.firstGroup > 0x0008) {
      throw new NotDicom(
        name,
        "no preamble, no meta header, and the data set does not begin in group 0008",
        "0001:000a",
      );
    }
    if (mode === "file") {
      throw new Fault("input", "it has no file meta information, only a data set", {
        file: name,
        code: "0001:001c",
        remedy: "leave out --read-file-only to send it nevertheless",
      });
    }
  }
  if (declared?.deflated) {
    if (guess.elements < CONVINCING_ELEMENTS) {
      return { ...begins, encoding: "explicitLittle", deflated: true, warnings };
    }
    warnings.push(`the data set of ${name} is not deflated, though its meta header says so`);
  }
  const encoding = guess.elements === 0 ? declaredEncoding ?? "explicitLittle" : guess.encoding;
  if (declaredEncoding !== undefined && declaredEncoding !== encoding) {
    const found = longNameOf(nativeSyntaxUidOf(encoding));
    const said = longNameOf(meta.transferSyntaxUid);
    warnings.push(`the data set of ${name} is encoded as ${found}, not as ${said} as its meta header says`);
  }
  return { ...begins, encoding, deflated: false, warnings };
}

function checkMode(meta: FileMeta, name: string, mode: ReadMode): void {
  if (mode !== "dataset" || !meta.present) return;
  throw new Fault("input", "it has file meta information, so it is not a bare data set", {
    file: name,
    code: "0001:000a",
    remedy: "leave out --read-dataset",
  });
}
