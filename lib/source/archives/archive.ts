/**
 * Files that hold other files: .zip, .tar, .tar.gz, .tgz, .gz. Their members are sent without being unpacked to the disk.
 *
 * How this works: the name makes a file a candidate, its content decides. A zip file and a plain tar file are opened for
 * each member anew, at the place where the member stands; of a gzip file a few streams are kept that only go forward
 * (gzip.ts). A name inside an archive is never used as a path.
 */

import type { ReadPace } from "../read_pace.ts";
import { GzipStreams } from "./gzip.ts";
import type { Archive, Member, Memory } from "./member.ts";
import { ArchiveFile } from "./section.ts";
import { compressedTar, isTarHeader, plainTar, TAR_BLOCK_BYTES, TAR_RECORD_BYTES } from "./tar.ts";
import { zip } from "./zip.ts";

const ZIP_SIGNATURES = [0x504B0304, 0x504B0506, 0x504B0708];
const GZIP_SIGNATURE = 0x1F8B;
const DICOM_PREFIX_OFFSET = 128;
const DICOM_PREFIX = 0x4449434D;

/** Enough to see that an empty tar file is nothing longer. */
const HEAD_BYTES = TAR_RECORD_BYTES + 1;

/** The archive in a file; undefined when there is none. @throws Fault "input" */
export async function openArchive(
  path: string,
  pace: ReadPace,
  memory: Memory,
): Promise<Archive | undefined> {
  const file = new ArchiveFile(path, pace);
  const head = readHead(file);
  if (head.byteLength < 4) return undefined;
  if (head.byteLength >= 132 && head.getUint32(DICOM_PREFIX_OFFSET) === DICOM_PREFIX) return undefined;
  if (ZIP_SIGNATURES.includes(head.getUint32(0))) return zip(file);
  if (isTarHeader(head) || isEmptyTar(path, head)) return plainTar(file);
  if (head.getUint16(0) !== GZIP_SIGNATURE) return undefined;
  const streams = new GzipStreams(file);
  const begin = await streams.open(0);
  try {
    const inside = new Uint8Array(HEAD_BYTES);
    // No more than the header while that will do: what is behind it may be damaged.
    const filled = await begin.fill(inside.subarray(0, TAR_BLOCK_BYTES));
    if (isTarHeader(new DataView(inside.buffer, 0, filled))) return compressedTar(file, streams, memory);
    if (!mayBeEmptyTar(path)) return single(file, streams);
    const more = await begin.fill(inside.subarray(filled));
    return isEmptyTar(path, new DataView(inside.buffer, 0, filled + more))
      ? compressedTar(file, streams, memory)
      : single(file, streams);
  } finally {
    begin.close();
  }
}

function readHead(archive: ArchiveFile): DataView {
  const file = archive.open();
  try {
    const head = new Uint8Array(HEAD_BYTES);
    return new DataView(head.buffer, 0, file.readAt(0, head));
  } finally {
    file.close();
  }
}

function mayBeEmptyTar(path: string): boolean {
  return /\.(tar|tgz|taz|tar\.gz)$/i.test(path);
}

/** Nothing but end marks, and no more of them than a program pads its archives with. */
function isEmptyTar(path: string, head: DataView): boolean {
  if (!mayBeEmptyTar(path) || head.byteLength < TAR_BLOCK_BYTES) return false;
  if (head.byteLength > TAR_RECORD_BYTES) return false;
  return new Uint8Array(head.buffer, head.byteOffset, head.byteLength).every((byte) => byte === 0);
}

/** One file, compressed: its name is that of the whole without ".gz". */
function single({ path, version }: ArchiveFile, streams: GzipStreams): Archive {
  const name = path.replace(/^.*\//s, "").replace(/\.gz$/i, "");
  const member: Member = { name, offset: 0, sizeBytes: undefined, open: () => streams.open(0) };
  return {
    version,
    async *members() {
      yield await Promise.resolve(member);
    },
    rest: () => streams.rest(),
  };
}
