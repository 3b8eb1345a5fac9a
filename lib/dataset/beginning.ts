/**
 * What a file begins with: is it DICOM at all, where does its data set start, and how is that encoded, whatever the meta
 * header says or fails to say.
 */
import type { ByteWindow } from "../bytes/window.ts";
import { longNameOf, type TransferSyntax, transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";
import { Fault } from "../errors.ts";
import type { Encoding } from "./element.ts";
import { NotDicom } from "./not_dicom.ts";
import { type FileMeta, PREAMBLE_BYTES, readFileMeta } from "./part10.ts";
import { guessEncoding } from "./plausible.ts";
import { encodingOf, nativeSyntaxUidOf } from "./syntax_encoding.ts";

/** How a file is to be read: +f, +fo, -f. */
export type ReadMode = "auto" | "file" | "dataset";

/** Enough of the data set to judge its encoding. */
const GUESS_BYTES = 4096;

/** So many elements in a row do not make sense by chance. */
const CONVINCING_ELEMENTS = 3;

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
  if (totalBytes === 0) throw new NotDicom(name, "it is empty", "0001:0005", true);
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
      if (isBlank(window)) throw new NotDicom(name, "it begins with zeros only", "0001:000a", true);
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

/** As far as it can be seen here, or as far as a preamble goes that somebody has cut off. */
function isBlank({ view, lengthBytes }: ByteWindow): boolean {
  const end = lengthBytes < PREAMBLE_BYTES + 4 ? Math.min(lengthBytes, PREAMBLE_BYTES) : lengthBytes;
  for (let at = 0; at < end; at++) {
    if (view.getUint8(at) !== 0) return false;
  }
  return true;
}

function checkMode(meta: FileMeta, name: string, mode: ReadMode): void {
  if (mode !== "dataset" || !meta.present) return;
  throw new Fault("input", "it has file meta information, so it is not a bare data set", {
    file: name,
    code: "0001:000a",
    remedy: "leave out --read-dataset",
  });
}
