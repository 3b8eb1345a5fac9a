import type { Encoding } from "./element.ts";
import type { LateElements } from "./late_elements.ts";

/** What is known of an instance before it is sent. */
export interface Survey {
  /** The file has File Meta Information (PS3.10 7.1). */
  readonly metaPresent: boolean;
  /** The transfer syntax that the data set really is in. */
  readonly transferSyntax: string;
  /** (0002,0010) as it stands in the file, if it does. */
  readonly declaredTransferSyntax: string | undefined;
  /** How its headers are encoded (once inflated). */
  readonly encoding: Encoding;
  /**
   * False when the headers are not encoded as `transferSyntax` asks, such as compressed pixel data in an implicit VR
   * data set: the data set must be written anew to be sent at all.
   */
  readonly passesThrough: boolean;
  readonly mediaStorageSopClassUid: string | undefined;
  readonly mediaStorageSopInstanceUid: string | undefined;
  /** Of the top level of the data set; of the meta header where that has none. Never empty. */
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Where the data set starts in the file. */
  readonly dataSetOffset: number;
  /** How long it is, as stored; undefined for a stream whose end has not been seen. */
  readonly dataSetLengthBytes: number | undefined;
  /** (0028,0103), 0 where it is missing: whether values that may be US or SS are signed, also before it comes. */
  readonly pixelRepresentation: number;
  readonly hasPixelData: boolean;
  /** Pixel Data are there as fragments (PS3.5 A.4). */
  readonly encapsulated: boolean;
  /** Something else than the Pixel Data of the data set is there as fragments, such as an icon. */
  readonly fragmentsElsewhere: boolean;
  /** A value of an implicit VR data set began like a sequence and was none: what might be one by chance is not. */
  readonly deceptive: boolean;
  /** The elements that are not in tag order; undefined if all are. Of a stream whose end has not been seen not all. */
  readonly late: LateElements | undefined;
  /** Some value has an odd number of bytes, which PS3.5 7.1 forbids. Of a stream whose end has not been seen perhaps another. */
  readonly oddLength: boolean;
  /** The SOP Class or Instance UID has blanks between its characters, which are taken out for it to be one. */
  readonly blanksInUids: boolean;
  /** A Media Storage Directory, which is not meant to be sent; its structure has not been looked at. */
  readonly isDicomdir: boolean;
  /** One line each, without level and without newline. */
  readonly warnings: readonly string[];
}
