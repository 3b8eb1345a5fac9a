/**
 * Transfer syntaxes: what each says about the encoding of a data set, and its names.
 *
 * How this works: one row of text a transfer syntax, decoded as a whole at the first look-up. The two flags that cannot
 * be told from the kind of row are few enough to be listed by UID.
 */

/** PS3.5 Annex A; names as DCMTK and PS3.6 Annex A give them. */
export interface TransferSyntax {
  readonly uid: string;
  /** DCMTK's symbol, as used in configuration files and shown after "=" in parameter dumps. */
  readonly name: string;
  /** The text that messages use: "Little Endian Explicit". */
  readonly longName: string;
  /** PS3.6 Annex A keyword. */
  readonly keyword: string;
  /** VRs are written out (PS3.5 7.1.2). */
  readonly explicit: boolean;
  readonly bigEndian: boolean;
  /** The whole data set is a raw deflate stream (PS3.5 A.5). */
  readonly deflated: boolean;
  /** Pixel Data is not native: encapsulated in fragments (PS3.5 A.4), or referenced elsewhere (JPIP). */
  readonly encapsulated: boolean;
  /** Pixel Data, and they alone, are big endian: only in GE's own transfer syntax. */
  readonly bigEndianPixels: boolean;
}

export const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
export const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
export const EXPLICIT_BIG_ENDIAN = "1.2.840.10008.1.2.2";
export const DEFLATED_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99";
/** Implicit VR little endian with big endian pixel data. Not in the standard, but old archives are full of it. */
export const GE_PRIVATE = "1.2.840.113619.5.2";

/** What follows 1.2.840.10008.1.2, or a whole UID | DCMTK's symbol | long name | keyword. */
const ROWS = `\
|LittleEndianImplicit|Little Endian Implicit|ImplicitVRLittleEndian
.1|LittleEndianExplicit|Little Endian Explicit|ExplicitVRLittleEndian
.2|BigEndianExplicit|Big Endian Explicit|ExplicitVRBigEndian
.1.98|EncapsulatedUncompressedLittleEndianExplicit|Encapsulated Uncompressed Explicit VR Little Endian|EncapsulatedUncompressedExplicitVRLittleEndian
.4.50|JPEGBaseline|JPEG Baseline|JPEGBaseline8Bit
.4.51|JPEGExtended:Process2+4|JPEG Extended, Process 2+4|JPEGExtended12Bit
.4.52|JPEGExtended:Process3+5|JPEG Extended, Process 3+5|JPEGExtended35
.4.53|JPEGSpectralSelection:Non-hierarchical:Process6+8|JPEG Spectral Selection, Non-hierarchical, Process 6+8|JPEGSpectralSelectionNonHierarchical68
.4.54|JPEGSpectralSelection:Non-hierarchical:Process7+9|JPEG Spectral Selection, Non-hierarchical, Process 7+9|JPEGSpectralSelectionNonHierarchical79
.4.55|JPEGFullProgression:Non-hierarchical:Process10+12|JPEG Full Progression, Non-hierarchical, Process 10+12|JPEGFullProgressionNonHierarchical1012
.4.56|JPEGFullProgression:Non-hierarchical:Process11+13|JPEG Full Progression, Non-hierarchical, Process 11+13|JPEGFullProgressionNonHierarchical1113
.4.57|JPEGLossless:Non-hierarchical:Process14|JPEG Lossless, Non-hierarchical, Process 14|JPEGLossless
.4.58|JPEGLossless:Non-hierarchical:Process15|JPEG Lossless, Non-hierarchical, Process 15|JPEGLosslessNonHierarchical15
.4.59|JPEGExtended:Hierarchical:Process16+18|JPEG Extended, Hierarchical, Process 16+18|JPEGExtendedHierarchical1618
.4.60|JPEGExtended:Hierarchical:Process17+19|JPEG Extended, Hierarchical, Process 17+19|JPEGExtendedHierarchical1719
.4.61|JPEGSpectralSelection:Hierarchical:Process20+22|JPEG Spectral Selection, Hierarchical, Process 20+22|JPEGSpectralSelectionHierarchical2022
.4.62|JPEGSpectralSelection:Hierarchical:Process21+23|JPEG Spectral Selection, Hierarchical, Process 21+23|JPEGSpectralSelectionHierarchical2123
.4.63|JPEGFullProgression:Hierarchical:Process24+26|JPEG Full Progression, Hierarchical, Process 24+26|JPEGFullProgressionHierarchical2426
.4.64|JPEGFullProgression:Hierarchical:Process25+27|JPEG Full Progression, Hierarchical, Process 25+27|JPEGFullProgressionHierarchical2527
.4.65|JPEGLossless:Hierarchical:Process28|JPEG Lossless, Hierarchical, Process 28|JPEGLosslessHierarchical28
.4.66|JPEGLossless:Hierarchical:Process29|JPEG Lossless, Hierarchical, Process 29|JPEGLosslessHierarchical29
.4.70|JPEGLossless:Non-hierarchical-1stOrderPrediction|JPEG Lossless, Non-hierarchical, 1st Order Prediction|JPEGLosslessSV1
.5|RLELossless|RLE Lossless|RLELossless
.1.99|DeflatedLittleEndianExplicit|Deflated Explicit VR Little Endian|DeflatedExplicitVRLittleEndian
.8.1|DeflatedImageFrameCompression|Deflated Image Frame Compression|DeflatedImageFrameCompression
.4.80|JPEGLSLossless|JPEG-LS Lossless|JPEGLSLossless
.4.81|JPEGLSLossy|JPEG-LS Lossy (Near-lossless)|JPEGLSNearLossless
.4.90|JPEG2000LosslessOnly|JPEG 2000 (Lossless only)|JPEG2000Lossless
.4.91|JPEG2000|JPEG 2000 (Lossless or Lossy)|JPEG2000
.4.92|JPEG2000MulticomponentLosslessOnly|JPEG 2000 Part 2 Multicomponent Image Compression (Lossless only)|JPEG2000MCLossless
.4.93|JPEG2000Multicomponent|JPEG 2000 Part 2 Multicomponent Image Compression (Lossless or Lossy)|JPEG2000MC
.4.94|JPIPReferenced|JPIP Referenced|JPIPReferenced
.4.95|JPIPReferencedDeflate|JPIP Referenced Deflate|JPIPReferencedDeflate
.4.100|MPEG2MainProfile@MainLevel|MPEG2 Main Profile @ Main Level|MPEG2MPML
.4.100.1|FragmentableMPEG2MainProfile/MainLevel|Fragmentable MPEG2 Main Profile / Main Level|MPEG2MPMLF
.4.101|MPEG2MainProfile@HighLevel|MPEG2 Main Profile @ High Level|MPEG2MPHL
.4.101.1|FragmentableMPEG2MainProfile/HighLevel|Fragmentable MPEG2 Main Profile / High Level|MPEG2MPHLF
.4.102|MPEG4HighProfile/Level4.1|MPEG-4 AVC/H.264 High Profile / Level 4.1|MPEG4HP41
.4.102.1|FragmentableMPEG4HighProfile/Level4.1|Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.1|MPEG4HP41F
.4.103|MPEG4BDcompatibleHighProfile/Level4.1|MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1|MPEG4HP41BD
.4.103.1|FragmentableMPEG4BDcompatibleHighProfile/Level4.1|Fragmentable MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1|MPEG4HP41BDF
.4.104|MPEG4HighProfile/Level4.2For2DVideo|MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video|MPEG4HP422D
.4.104.1|FragmentableMPEG4HighProfile/Level4.2For2DVideo|Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 2D Video|MPEG4HP422DF
.4.105|MPEG4HighProfile/Level4.2For3DVideo|MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video|MPEG4HP423D
.4.105.1|FragmentableMPEG4HighProfile/Level4.2For3DVideo|Fragmentable MPEG-4 AVC/H.264 High Profile / Level 4.2 For 3D Video|MPEG4HP423DF
.4.106|MPEG4StereoHighProfile/Level4.2|MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2|MPEG4HP42STEREO
.4.106.1|FragmentableMPEG4StereoHighProfile/Level4.2|Fragmentable MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2|MPEG4HP42STEREOF
.4.107|HEVCMainProfile/Level5.1|HEVC/H.265 Main Profile / Level 5.1|HEVCMP51
.4.108|HEVCMain10Profile/Level5.1|HEVC/H.265 Main 10 Profile / Level 5.1|HEVCM10P51
.4.110|JPEGXLLossless|JPEG XL Lossless|JPEGXLLossless
.4.111|JPEGXLJPEGRecompression|JPEG XL JPEG Recompression|JPEGXLJPEGRecompression
.4.112|JPEGXL|JPEG XL|JPEGXL
.4.201|HighThroughputJPEG2000ImageCompressionLosslessOnly|High-Throughput JPEG 2000 Image Compression (Lossless Only)|HTJ2KLossless
.4.202|HighThroughputJPEG2000withRPCLOptionsImageCompressionLosslessOnly|High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only)|HTJ2KLosslessRPCL
.4.203|HighThroughputJPEG2000ImageCompression|High-Throughput JPEG 2000 Image Compression|HTJ2K
.4.204|JPIPHTJ2KReferenced|JPIP HTJ2K Referenced|JPIPHTJ2KReferenced
.4.205|JPIPHTJ2KReferencedDeflate|JPIP HTJ2K Referenced Deflate|JPIPHTJ2KReferencedDeflate
${GE_PRIVATE}|PrivateGELittleEndianImplicitWithBigEndianPixelData|Private GE Little Endian Implicit with big endian pixel data|PrivateGELittleEndianImplicitWithBigEndianPixelData`;

/** Their pixel data is native, so that a data set can be converted from any of them to any other. */
const NATIVE = [
  IMPLICIT_LITTLE_ENDIAN,
  EXPLICIT_LITTLE_ENDIAN,
  EXPLICIT_BIG_ENDIAN,
  DEFLATED_LITTLE_ENDIAN,
  GE_PRIVATE,
];
const IMPLICIT = [IMPLICIT_LITTLE_ENDIAN, GE_PRIVATE];
/** Those whose data set is deflated as a whole: Deflated Explicit VR Little Endian and the two JPIP Deflate ones. */
const DEFLATED = [DEFLATED_LITTLE_ENDIAN, "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"];

let table: ReadonlyMap<string, TransferSyntax> | undefined;

function decode(): ReadonlyMap<string, TransferSyntax> {
  const decoded = new Map<string, TransferSyntax>();
  for (const row of ROWS.split("\n")) {
    const [suffix = "", name = "", longName = "", keyword = ""] = row.split("|");
    const uid = suffix === GE_PRIVATE ? GE_PRIVATE : IMPLICIT_LITTLE_ENDIAN + suffix;
    decoded.set(uid, {
      uid,
      name,
      longName,
      keyword,
      explicit: !IMPLICIT.includes(uid),
      bigEndian: uid === EXPLICIT_BIG_ENDIAN,
      deflated: DEFLATED.includes(uid),
      encapsulated: !NATIVE.includes(uid),
      bigEndianPixels: uid === GE_PRIVATE,
    });
  }
  return decoded;
}

/** All known transfer syntaxes by UID. */
export function transferSyntaxes(): ReadonlyMap<string, TransferSyntax> {
  return table ??= decode();
}

/** The transfer syntax of that UID, or undefined for one that is not known. */
export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  return transferSyntaxes().get(uid);
}

/** The text for messages: the long name, or for an unknown one the UID itself. */
export function longNameOf(uid: string): string {
  return transferSyntaxOf(uid)?.longName ?? uid;
}
