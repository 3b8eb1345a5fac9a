/** Archives made up by the tests' own writers: whole ones, and ones with every kind of damage. */

import { crc32, deflateRawSync } from "node:zlib";
import { joined } from "./made_up_files.ts";

export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** 0: stored, 8: deflated (default); with others the content stays as it is. */
  readonly method?: number;
  /** General purpose bit flags; bit 0: encrypted, bit 11: the name is UTF-8 (default). */
  readonly flags?: number;
  /** What the directory says, where that is not the truth. */
  readonly claimedCrc?: number;
  readonly claimedBytes?: number;
  /** Mode of the file on Unix. */
  readonly mode?: number;
}

/** APPNOTE 4.3. */
export function zipFile(members: readonly ZipMember[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const { name, content, method = 8, flags = 0x800, mode = 0o100644 } = member;
    const packed = method === 8 ? deflateRawSync(content) : content;
    const nameBytes = new TextEncoder().encode(name);
    const sums = numbers(
      [4, member.claimedCrc ?? crc32(content)],
      [4, packed.length],
      [4, member.claimedBytes ?? content.length],
      [2, nameBytes.length],
      [2, 0],
    );
    const local = joined([
      numbers([4, 0x04034b50], [2, 20], [2, flags], [2, method], [4, 0]),
      sums,
      nameBytes,
      packed,
    ]);
    parts.push(local);
    directory.push(
      numbers([4, 0x02014b50], [2, 3 << 8 | 20], [2, 20], [2, flags], [2, method], [4, 0]),
      sums,
      numbers([2, 0], [2, 0], [2, 0], [4, mode * 65536], [4, offset]),
      nameBytes,
    );
    offset += local.length;
  }
  const list = joined(directory);
  const count = members.length;
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, list.length],
    [4, offset],
    [2, 0],
  );
  return joined([...parts, list, end]);
}

/** Little endian. */
function numbers(...fields: readonly (readonly [lengthBytes: 2 | 4, value: number])[]): Uint8Array {
  return joined(fields.map(([lengthBytes, value]) => {
    const bytes = new Uint8Array(lengthBytes);
    const view = new DataView(bytes.buffer);
    if (lengthBytes === 2) view.setUint16(0, value, true);
    else view.setUint32(0, value, true);
    return bytes;
  }));
}

export interface TarMember {
  readonly name: string;
  readonly content?: Uint8Array;
  /** POSIX: "0" a file (default), "1" a hard link, "2" a symbolic link, "5" a folder, "L" a long name ... */
  readonly type?: string;
  readonly linkname?: string;
  /** Says so, whatever the content is. */
  readonly claimedBytes?: number;
  /** "ustar" by default; "" for what came before POSIX. */
  readonly magic?: string;
}

const BLOCK_BYTES = 512;

/** POSIX 1003.1 pax, ustar interchange format. Without `endMarks` it is cut off between two members. */
export function tarFile(members: readonly TarMember[], endMarks = 2): Uint8Array<ArrayBuffer> {
  const parts = members.flatMap(
    ({ name, content = new Uint8Array(), type = "0", linkname = "", ...more }) => {
      const block = new Uint8Array(BLOCK_BYTES);
      const put = (at: number, text: string) => block.set(new TextEncoder().encode(text), at);
      put(0, name);
      put(100, "0000644\0" + "0000000\0" + "0000000\0");
      put(124, `${(more.claimedBytes ?? content.length).toString(8).padStart(11, "0")}\0`);
      put(136, "00000000000\0");
      put(148, "        ");
      put(156, type);
      put(157, linkname);
      if (more.magic !== "") put(257, "ustar\0" + "00");
      put(148, `${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0")}\0 `);
      const padding = new Uint8Array((BLOCK_BYTES - content.length % BLOCK_BYTES) % BLOCK_BYTES);
      return [block, content, padding];
    },
  );
  return joined([...parts, new Uint8Array(endMarks * BLOCK_BYTES)]);
}
