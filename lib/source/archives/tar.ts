/**
 * Tar files, plain and inside gzip (POSIX 1003.1 pax, ustar, GNU).
 *
 * How this works: tar-stream understands the headers. It is given the headers as they are and nothing but zeros for the
 * members, so that a plain file need not be read to be listed: who wants a member reads it from where it stands.
 */

import type { Extract, Header } from "tar-stream";
import type { ByteSource } from "../../bytes/source.ts";
import { Fault } from "../../errors.ts";
import { importCommonJs } from "./common_js.ts";
import { damaged } from "./damaged.ts";
import type { GzipStreams } from "./gzip.ts";
import type { Archive, Member, Memory } from "./member.ts";
import { type ArchiveFile, FileSection } from "./section.ts";

export const TAR_BLOCK_BYTES = 512;

/** What tar programs write at a time, and pad the end of an archive to. */
export const TAR_RECORD_BYTES = 20 * TAR_BLOCK_BYTES;

const ZEROS = new Uint8Array(256 * 1024);

/** True when this looks like the first block of a tar file: the sum of its bytes is right. */
export function isTarHeader(block: DataView): boolean {
  if (block.byteLength < TAR_BLOCK_BYTES) return false;
  const [sumAt, sumBytes] = [148, 8];
  const digits = new TextDecoder("latin1").decode(
    new Uint8Array(block.buffer, block.byteOffset + sumAt, sumBytes),
  );
  let sum = sumBytes * 0x20;
  for (let at = 0; at < TAR_BLOCK_BYTES; at++) {
    if (at < sumAt || at >= sumAt + sumBytes) sum += block.getUint8(at);
  }
  return /^ *[0-7]+[ \0]/.test(digits) && parseInt(digits, 8) === sum;
}

/** A tar file that can be read at any place. */
export function plainTar(archive: ArchiveFile): Archive {
  const { path, version } = archive;
  return {
    version,
    async *members() {
      const file = archive.open();
      let position = 0;
      const bytes: Forward = {
        read(into) {
          const filled = file.readAt(position, into);
          position += filled;
          return filled;
        },
        skip(lengthBytes) {
          position += lengthBytes;
          return position <= file.lengthBytes;
        },
      };
      try {
        for await (const { header, offset } of headers(bytes, path)) {
          const open = () => new FileSection(archive.open(), offset, header.size);
          yield memberOf(header, offset, path, open);
        }
      } finally {
        file.close();
      }
    },
    rest() {},
  };
}

/** A tar file inside a gzip file. */
export function compressedTar({ path, version }: ArchiveFile, streams: GzipStreams, memory: Memory): Archive {
  let remembered: readonly Member[] | undefined;
  return {
    version,
    async *members() {
      if (remembered !== undefined) return yield* remembered;
      const seen: Member[] = [];
      let count = 0;
      const source = await streams.open(0);
      try {
        for await (const { header, offset } of headers(forward(source), path)) {
          const member = memberOf(header, offset, path, () => streams.open(offset, header.size));
          if (seen.length < memory.membersLeft) seen.push(member);
          count++;
          yield member;
        }
      } finally {
        source.close();
      }
      if (seen.length < count) return;
      remembered = seen;
      memory.membersLeft -= count;
    },
    rest: () => streams.rest(),
  };
}

function memberOf(header: Header, offset: number, path: string, open: Member["open"]): Member {
  const { name, size, linkname } = header;
  const member = { name, offset, sizeBytes: size, open };
  // What its declarations leave out: null for a kind that tar-stream does not know.
  const type: Header["type"] | null = header.type;
  switch (type) {
    case "file":
    case "contiguous-file":
      return isSparse(header) ? { ...member, fault: unknownKind(path, name, "a sparse file") } : member;
    case "link":
      return { ...member, skipped: `it is a hard link to ${linkname}` };
    case "symlink":
      return { ...member, skipped: `it is a symbolic link to ${linkname}` };
    case null:
      return { ...member, fault: unknownKind(path, name, "of a kind that is not known here") };
    default:
      return { ...member, skipped: `it is a ${type.replace("-", " ")}` };
  }
}

function unknownKind(path: string, name: string, kind: string): Fault {
  return new Fault("input", `cannot read it: it is ${kind}`, {
    file: `${path}!${name}`,
    remedy: "unpack the archive and send the files",
  });
}

/** What stands in the archive are the parts that are not holes, one after the other. */
function isSparse({ pax }: Header): boolean {
  return typeof pax === "object" && Object.keys(pax ?? {}).some((key) => key.startsWith("GNU.sparse."));
}

/** What is read from front to back. */
interface Forward {
  /** Fills `into` unless the end comes first; answers how many bytes came. */
  read(into: Uint8Array): number | Promise<number>;
  /** Passes over bytes; false when there are not as many. */
  skip(lengthBytes: number): boolean | Promise<boolean>;
}

function forward(source: ByteSource): Forward {
  const ignored = new Uint8Array(64 * 1024);
  return {
    read: (into) => source.fill(into),
    async skip(lengthBytes) {
      for (let left = lengthBytes; left > 0;) {
        if (source.ended) return false;
        left -= await source.fill(left < ignored.length ? ignored.subarray(0, left) : ignored);
      }
      return true;
    },
  };
}

/** Waits after every write until it has been looked at; takes tar files older than POSIX. */
const PARSER_OPTIONS = { highWaterMark: 1, allowUnknownFormat: true };

/** The header of every member that is not a folder, and where its content begins. */
async function* headers(
  bytes: Forward,
  path: string,
): AsyncGenerator<{ readonly header: Header; readonly offset: number }> {
  const { extract } = await importCommonJs(() => import("tar-stream"));
  const parser = extract(PARSER_OPTIONS);
  const feed = feeder(parser);
  const found: Header[] = [];
  parser.on("entry", (header, content, next) => {
    found.push(header);
    content.on("end", () => next());
    content.resume();
  });
  let position = 0;
  let endMarks = 0;
  for (;;) {
    const block = new Uint8Array(TAR_BLOCK_BYTES);
    const filled = await bytes.read(block);
    if (filled === 0) break;
    if (filled < TAR_BLOCK_BYTES) {
      throw damaged(path, `it ends in the middle of a header, at offset ${position}`);
    }
    position += TAR_BLOCK_BYTES;
    endMarks = block.every((byte) => byte === 0) ? endMarks + 1 : 0;
    try {
      await feed(block);
    } catch (caught) {
      const why = caught instanceof Error ? caught.message : String(caught);
      throw damaged(path, `at offset ${position - TAR_BLOCK_BYTES}: ${why}`, caught);
    }
    const header = found.pop();
    if (header === undefined) continue;
    const isFolder = header.type === "directory";
    const paddedBytes = isFolder ? 0 : Math.ceil(header.size / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
    const offset = position;
    position += paddedBytes;
    // Before it is handed out, so that what is cut off is not taken for a member.
    if (!await bytes.skip(paddedBytes)) throw damaged(path, `it ends inside ${header.name}`);
    for (let left = paddedBytes; left > 0; left -= ZEROS.length) {
      await feed(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
    }
    if (!isFolder) yield { header, offset };
  }
  if (endMarks === 0) throw damaged(path, "its end mark is missing: it has been cut off");
}

/** Gives bytes to the parser and waits until they have been looked at. */
function feeder(parser: Extract): (bytes: Uint8Array) => Promise<void> {
  let settle: PromiseWithResolvers<void> | undefined;
  parser.on("drain", () => settle?.resolve());
  parser.on("error", (error) => settle?.reject(error));
  return async (bytes) => {
    settle = Promise.withResolvers();
    if (parser.write(bytes)) settle.resolve();
    await settle.promise;
  };
}
