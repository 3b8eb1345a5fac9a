/** What is used of yauzl 3.4, which has no declarations of its own. */

export interface Entry {
  readonly versionMadeBy: number;
  readonly generalPurposeBitFlag: number;
  readonly compressionMethod: number;
  readonly crc32: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly externalFileAttributes: number;
  readonly relativeOffsetOfLocalHeader: number;
  readonly fileNameRaw: Uint8Array;
  readonly extraFields: readonly unknown[];
  isEncrypted(): boolean;
}

type Done<Value> = (error: Error | null, value?: Value) => void;

/** "entry" or "error" comes once for every call of readEntry. */
export interface ZipFile {
  readonly entryCount: number;
  readEntry(): void;
  once(event: "entry", listener: (entry: Entry) => void): void;
  once(event: "error", listener: (error: Error) => void): void;
  off(event: "entry", listener: (entry: Entry) => void): void;
  off(event: "error", listener: (error: Error) => void): void;
}

export interface Reader {
  read(buffer: Uint8Array, offset: number, length: number, position: number, done: Done<number>): void;
}

export type ReaderBase = new () => Reader;

export interface Yauzl {
  readonly RandomAccessReader: ReaderBase;
  fromRandomAccessReader(
    reader: Reader,
    totalBytes: number,
    options: {
      readonly lazyEntries: true;
      readonly decodeStrings: false;
      readonly validateEntrySizes: false;
      readonly autoClose: false;
    },
    done: Done<ZipFile>,
  ): void;
  /** By flags and extra fields: UTF-8 or code page 437. */
  getFileNameLowLevel(
    generalPurposeBitFlag: number,
    fileNameRaw: Uint8Array,
    extraFields: readonly unknown[],
    strictFileNames: boolean,
  ): string;
}
