/**
 * What the beginning of a file and the walk over its data set amount to: the survey. Here the claims of the meta header are
 * weighed against what was found.
 */
import { longNameOf, transferSyntaxOf } from "../dicom/transfer_syntaxes.ts";
import { MEDIA_STORAGE_DIRECTORY } from "../dicom/uids.ts";
import { Fault } from "../errors.ts";
import type { Beginning } from "./beginning.ts";
import type { StructureWalk } from "./structure.ts";
import type { Survey } from "./survey_result.ts";
import { encodingOf, nativeSyntaxUidOf } from "./syntax_encoding.ts";
import { TAG_SOP_INSTANCE_UID } from "./top_level.ts";
import { blanksRemoved, instanceUid, isUid, proposableUid, type UidValue } from "./uid_value.ts";

export function isDicomdir(beginning: Beginning): boolean {
  return beginning.meta.mediaStorageSopClassUid?.uid === MEDIA_STORAGE_DIRECTORY;
}

/**
 * `lengthBytes` of the data set as stored, undefined if its end has not been seen; `compression` is the transfer syntax
 * that its compressed pixel data look like, if that has been asked for.
 */
export function conclude(
  beginning: Beginning,
  walk: StructureWalk,
  name: string,
  lengthBytes: number | undefined,
  compression?: string,
): Survey {
  const { meta, encoding } = beginning;
  const { facts } = walk;
  const warnings = [...beginning.warnings, ...walk.warnings.texts];
  const transferSyntax = settleTransferSyntax(beginning, walk, name, warnings, compression);
  const directory = isDicomdir(beginning);
  const fromMeta = directory ? [] : warnings;
  const { mediaStorageSopClassUid, mediaStorageSopInstanceUid } = meta;
  const settle = (found: UidValue | undefined, read: ReadUid, element: string) =>
    settleUid(found, read, element, name, warnings);
  const borrow = (found: UidValue | undefined, read: ReadUid, what: string) => {
    const uid = settleUid(found, read, `Media Storage ${what}`, name, fromMeta);
    if (uid !== "") {
      fromMeta.push(`the data set of ${name} has no ${what}, the one of its meta header is used`);
    }
    return uid;
  };
  const sopClassUid = settle(facts.sopClassUid, proposableUid, "SOPClassUID (0008,0016)") ||
    borrow(mediaStorageSopClassUid, proposableUid, "SOP Class UID");
  const sopInstanceUid = settle(facts.sopInstanceUid, instanceUid, "SOPInstanceUID (0008,0018)") ||
    borrow(mediaStorageSopInstanceUid, instanceUid, "SOP Instance UID");
  if (sopClassUid === "" || sopInstanceUid === "") {
    throw new Fault("input", "No SOP Class or Instance UID", {
      file: name,
      line: `No SOP Class or Instance UID in file: ${name}`,
      code: "0006:0202",
    });
  }
  if (!directory) checkReach(beginning, walk, name, lengthBytes);
  if (lengthBytes !== undefined && facts.lacksPixelData) {
    warnings.push(`${name} describes an image, but has no pixel data: it may have been cut off`);
  }
  if (!isUid(sopInstanceUid)) {
    warnings.push(`${JSON.stringify(sopInstanceUid)} in ${name} is not a valid UID`);
  }
  const settled = transferSyntaxOf(transferSyntax);
  return {
    metaPresent: meta.present,
    transferSyntax,
    declaredTransferSyntax: meta.transferSyntaxUid || undefined,
    encoding,
    passesThrough: settled === undefined || encodingOf(settled) === encoding,
    mediaStorageSopClassUid: mediaStorageSopClassUid?.uid || undefined,
    mediaStorageSopInstanceUid: mediaStorageSopInstanceUid?.uid || undefined,
    sopClassUid,
    sopInstanceUid,
    dataSetOffset: meta.dataSetOffset,
    dataSetLengthBytes: lengthBytes,
    pixelRepresentation: facts.pixelRepresentation,
    hasPixelData: facts.hasPixelData,
    encapsulated: facts.encapsulated,
    fragmentsElsewhere: facts.fragmentsElsewhere,
    deceptive: walk.deceived,
    late: walk.late,
    oddLength: walk.oddLengths || !beginning.deflated && (lengthBytes ?? 0) % 2 !== 0,
    blanksInUids: (facts.sopClassUid?.blanksInside || facts.sopInstanceUid?.blanksInside) ?? false,
    isDicomdir: directory,
    warnings,
  };
}

/** A data set that ends before its SOP UIDs should come has been cut off; the meta header must not make up for that. */
function checkReach(
  beginning: Beginning,
  walk: StructureWalk,
  name: string,
  lengthBytes: number | undefined,
) {
  const { facts, lastTag } = walk;
  if (facts.sopInstanceUid !== undefined || lastTag > TAG_SOP_INSTANCE_UID || lengthBytes === undefined) {
    return;
  }
  const { dataSetOffset } = beginning.meta;
  const what = lengthBytes === 0 ? "it has no data set" : "its data set ends before the SOP Instance UID";
  throw new Fault("input", `cannot read it: ${what} (offset ${dataSetOffset + lengthBytes})`, {
    file: name,
    code: "0006:0202",
    remedy: "the file is truncated: copy or export it again",
  });
}

/** True when only the pixel data themselves can tell how they are compressed. */
export function mustLookAtFrame(beginning: Beginning, walk: StructureWalk): boolean {
  const { declared, meta } = beginning;
  return walk.facts.encapsulated && !declared?.encapsulated &&
    (declared !== undefined || meta.transferSyntaxUid === "");
}

type ReadUid = (found: UidValue, element: string, name: string) => string;

/** The UID, "" if there is none. */
function settleUid(
  found: UidValue | undefined,
  read: ReadUid,
  element: string,
  name: string,
  warnings: string[],
): string {
  if (found === undefined) return "";
  const uid = read(found, element, name);
  if (found.blanks && uid !== "") warnings.push(blanksRemoved(element));
  return uid;
}

function settleTransferSyntax(
  beginning: Beginning,
  walk: StructureWalk,
  name: string,
  warnings: string[],
  compression: string | undefined,
): string {
  const { meta, declared, encoding } = beginning;
  const { facts } = walk;
  const uid = meta.transferSyntaxUid;
  const native = nativeSyntaxUidOf(encoding);
  if (declared === undefined && uid !== "") {
    // Its pixel data may be anything, also where they look native: no other name would be true.
    warnings.push(`${name} has the unknown transfer syntax ${uid}`);
    return uid;
  }
  if (facts.encapsulated) {
    if (declared?.encapsulated) return uid;
    if (compression !== undefined) {
      const not = uid === "" ? ", which nothing says" : `, not ${longNameOf(uid)} as its meta header says`;
      warnings.push(`the pixel data of ${name} are ${longNameOf(compression)}${not}`);
      return compression;
    }
    const says = uid === "" ? "nothing says how" : `the meta header says ${longNameOf(uid)}`;
    throw new Fault("input", `cannot tell its transfer syntax: its pixel data are compressed, but ${says}`, {
      file: name,
      code: "0006:020e",
      remedy: "give it a meta header with the right (0002,0010) Transfer Syntax UID",
    });
  }
  if (!meta.present) return native;
  if (declared === undefined) {
    warnings.push(
      `${name} has no transfer syntax in its meta header, its data set is read as ${longNameOf(native)}`,
    );
    return native;
  }
  if (declared.encapsulated && facts.pixelDataBytes > 0) {
    if (!facts.nativeSizeFits) {
      const why = `they have a length, which ${longNameOf(uid)} does not allow`;
      throw new Fault("input", `cannot read its (7FE0,0010) Pixel Data: ${why}`, {
        file: name,
        code: "0001:0035",
      });
    }
    warnings.push(`the pixel data of ${name} are native, not ${longNameOf(uid)} as its meta header says`);
    return native;
  }
  if (declared.deflated) return beginning.deflated ? uid : native;
  return declared.bigEndianPixels || encodingOf(declared) === encoding ? uid : native;
}
