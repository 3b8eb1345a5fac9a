/**
 * Zip files, read by their central directory (APPNOTE 4.3).
 *
 * How this works: yauzl walks the directory entry by entry and finds where the bytes of a member are; they are inflated as
 * they are asked for, and compared in length and CRC with what the directory says before the last of them is given out.
 */

import type { ByteSource } from "../../bytes/source.ts";
import { InflatedSource } from "../../dataset/inflating.ts";
import { Fault } from "../../errors.ts";
import type { InputFile } from "../file.ts";
import { importCommonJs } from "./common_js.ts";
import { damaged } from "./damaged.ts";
import { CheckedSource } from "./checked_source.ts";
import type { Archive, Member } from "./member.ts";
import type { ArchiveFile } from "./section.ts";
import type { Entry, ReaderBase, Yauzl, ZipFile } from "./yauzl.ts";

const STORED = 0;
const DEFLATED = 8;

/** Other ways to pack, by their numbers (APPNOTE 4.4.5). */
const METHODS: ReadonlyMap<number, string> = new Map([
  [1, "Shrink"],
  [6, "Implode"],
  [9, "Deflate64"],
  [12, "bzip2"],
  [14, "LZMA"],
  [93, "Zstandard"],
  [95, "XZ"],
  [98, "PPMd"],
]);

const UNPACK = "unpack the archive and send the files";

/** Upper half of the external attributes: the mode of a Unix file, when a Unix program has made the entry. */
const FILE_TYPE_MASK = 0o170000;
const SYMBOLIC_LINK = 0o120000;
const MADE_ON_UNIX = 3;

export function zip(archive: ArchiveFile): Archive {
  const { path, version } = archive;
  return {
    version,
    async *members() {
      const yauzl = await loadYauzl();
      const file = archive.open();
      try {
        if (await isAllEncrypted(yauzl, file)) throw encrypted(path);
        const directory = await openDirectory(yauzl, file);
        for (let left = directory.entryCount; left > 0; left--) {
          const entry = await nextEntry(directory);
          const name = yauzl.getFileNameLowLevel(
            entry.generalPurposeBitFlag,
            entry.fileNameRaw,
            entry.extraFields,
            true,
          );
          if (!isFolder(entry)) yield memberOf(entry, name, archive);
        }
      } catch (caught) {
        if (caught instanceof Fault) throw caught;
        throw damaged(path, caught instanceof Error ? caught.message : String(caught), caught);
      } finally {
        file.close();
      }
    },
    rest() {},
  };
}

/** There is at least one file, and none that can be read. Of others no more than the first entries are looked at. */
async function isAllEncrypted(yauzl: Yauzl, file: InputFile): Promise<boolean> {
  const directory = await openDirectory(yauzl, file);
  let found = false;
  for (let left = directory.entryCount; left > 0; left--) {
    const entry = await nextEntry(directory);
    if (isFolder(entry)) continue;
    if (!entry.isEncrypted()) return false;
    found = true;
  }
  return found;
}

const SLASH = 0x2F;

function isFolder({ fileNameRaw }: Entry): boolean {
  return fileNameRaw.at(-1) === SLASH;
}

function encrypted(path: string): Fault {
  return new Fault("input", "cannot read the archive: it is encrypted", {
    file: path,
    remedy: "unpack it with its password and send the files",
  });
}

function loadYauzl(): Promise<Yauzl> {
  return importCommonJs<Yauzl>(() => import("yauzl"));
}

function memberOf(entry: Entry, name: string, archive: ArchiveFile): Member {
  const { path } = archive;
  const { compressionMethod: method, externalFileAttributes, versionMadeBy } = entry;
  const offset = entry.relativeOffsetOfLocalHeader;
  const open = () => openMember(archive, entry, name);
  const member = { name, offset, sizeBytes: entry.uncompressedSize, open };
  const mode = versionMadeBy >>> 8 === MADE_ON_UNIX ? externalFileAttributes >>> 16 : 0;
  if ((mode & FILE_TYPE_MASK) === SYMBOLIC_LINK) return { ...member, skipped: "it is a symbolic link" };
  if (entry.isEncrypted()) return { ...member, fault: unreadable(path, name, "it is encrypted") };
  if (method === STORED || method === DEFLATED) return member;
  const how = METHODS.get(method) ?? `method ${method}`;
  return { ...member, fault: unreadable(path, name, `it is packed with ${how}, not with Deflate`) };
}

function unreadable(path: string, name: string, why: string): Fault {
  return new Fault("input", `cannot read it: ${why}`, { file: `${path}!${name}`, remedy: UNPACK });
}

async function openMember(archive: ArchiveFile, entry: Entry, name: string): Promise<ByteSource> {
  const { crc32 } = await import("node:zlib");
  const { path } = archive;
  const file = archive.open();
  try {
    const { compressionMethod, compressedSize, uncompressedSize } = entry;
    const start = contentStart(file, entry);
    if (start + compressedSize > file.lengthBytes) throw new Error("it goes past the end of the archive");
    const packed = file.passThrough(start, compressedSize);
    const memberPath = `${path}!${name}`;
    const content = compressionMethod === STORED
      ? packed
      : new InflatedSource(packed, memberPath, "zipMember", uncompressedSize);
    return new CheckedSource(content, memberPath, uncompressedSize, entry.crc32, crc32);
  } catch (caught) {
    file.close();
    if (caught instanceof Fault) throw caught;
    throw unreadable(path, name, caught instanceof Error ? caught.message : String(caught));
  }
}

/** What the local header takes before the name (APPNOTE 4.3.7). */
const LOCAL_HEADER_BYTES = 30;
const LOCAL_HEADER_SIGNATURE = 0x504B0304;

/** The local header says where the content begins; it is longer or shorter than what the directory says of it. */
function contentStart(file: InputFile, { relativeOffsetOfLocalHeader: offset }: Entry): number {
  const header = new Uint8Array(LOCAL_HEADER_BYTES);
  const view = new DataView(header.buffer);
  if (file.readAt(offset, header) < LOCAL_HEADER_BYTES || view.getUint32(0) !== LOCAL_HEADER_SIGNATURE) {
    throw new Error("it is not where the archive's directory says");
  }
  const [nameBytes, extraBytes] = [view.getUint16(26, true), view.getUint16(28, true)];
  return offset + LOCAL_HEADER_BYTES + nameBytes + extraBytes;
}

function openDirectory(yauzl: Yauzl, file: InputFile): Promise<ZipFile> {
  // Names are nothing but names here, and lengths are checked as the bytes pass: neither is a reason to stop.
  const options = {
    lazyEntries: true,
    decodeStrings: false,
    validateEntrySizes: false,
    autoClose: false,
  } as const;
  return new Promise((resolve, reject) =>
    yauzl.fromRandomAccessReader(
      readerOf(yauzl.RandomAccessReader, file),
      file.lengthBytes,
      options,
      (error, zipFile) =>
        zipFile === undefined ? reject(error ?? new Error("no directory")) : resolve(zipFile),
    )
  );
}

/** What yauzl reads with. */
function readerOf(Base: ReaderBase, file: InputFile): InstanceType<ReaderBase> {
  return new class extends Base {
    override read(
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number,
      done: (error: Error | null, lengthBytes?: number) => void,
    ): void {
      try {
        const filled = file.readAt(position, buffer.subarray(offset, offset + length));
        queueMicrotask(() => done(null, filled));
      } catch (caught) {
        queueMicrotask(() => done(caught instanceof Error ? caught : new Error(String(caught))));
      }
    }
  }();
}

function nextEntry(directory: ZipFile): Promise<Entry> {
  return new Promise((resolve, reject) => {
    const found = (entry: Entry) => {
      directory.off("error", failed);
      resolve(entry);
    };
    const failed = (error: Error) => {
      directory.off("entry", found);
      reject(error);
    };
    directory.once("entry", found);
    directory.once("error", failed);
    directory.readEntry();
  });
}
