/**
 * Takes the program out of an executable that `deno compile` made, so that what Deno itself brought remains: the
 * denort it was made from, or one that `deno compile` treats the same.
 *
 * Where the program sits differs: behind the end of an ELF file; in a last segment __SUI before __LINKEDIT in a
 * Mach-O file for ARM; behind a mark at the end of one for Intel; in a last section .pedata of a PE file.
 */

/** @throws Error when `executable` is of no known format or holds no program. */
export function cutDenort(executable: Uint8Array): Uint8Array {
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  if (view.getUint32(0, false) === 0x7f454c46) return executable.subarray(0, endOfElf(view));
  if (view.getUint32(0, true) === 0xfeedfacf) {
    const end = lastIndexOf(executable, MACH_O_MARK);
    return end === -1 ? withoutSegment(executable) : executable.subarray(0, end);
  }
  if (view.getUint16(0, true) === 0x5a4d) return withoutLastSection(executable);
  throw new Error("not an ELF, Mach-O or PE file");
}

/** The section headers are the last thing of an ELF file. */
function endOfElf(view: DataView): number {
  const sectionHeaders = Number(view.getBigUint64(0x28, true));
  return sectionHeaders + view.getUint16(0x3a, true) * view.getUint16(0x3c, true);
}

/** What stands before the program in a Mach-O file for Intel; `deno compile` sets all lengths anew. */
const MACH_O_MARK = Uint8Array.from([...new TextEncoder().encode("<~sui-data~>"), 0xef, 0xbe, 0xad, 0xde]);

/** Offsets into __LINKEDIT, by load command: where in the command they are. */
const LINKEDIT_OFFSETS: ReadonlyMap<number, readonly number[]> = new Map([
  [0x02, [8, 16]], // LC_SYMTAB
  [0x0b, [32, 40, 48, 56, 64, 72]], // LC_DYSYMTAB
  [0x1d, [8]], // LC_CODE_SIGNATURE
  [0x26, [8]], // LC_FUNCTION_STARTS
  [0x29, [8]], // LC_DATA_IN_CODE
  [0x2b, [8]], // LC_DYLIB_CODE_SIGN_DRS
  [0x2d, [8]], // LC_LINKER_OPTIMIZATION_HINT
  [0x8000001e, [8]], // LC_DYLD_EXPORTS_TRIE
  [0x80000034, [8]], // LC_DYLD_CHAINED_FIXUPS
  [0x80000022, [8, 16, 24, 32, 40]], // LC_DYLD_INFO_ONLY
]);
const LC_SEGMENT_64 = 0x19;

/** A Mach-O file without its segment __SUI: the load command goes, and what lay behind the segment moves up. */
function withoutSegment(executable: Uint8Array): Uint8Array {
  const headerBytes = 32;
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  const commandCount = view.getUint32(16, true);
  const commandsBytes = view.getUint32(20, true);
  const commands: {
    readonly type: number;
    readonly at: number;
    readonly lengthBytes: number;
    readonly name: string;
  }[] = [];
  for (let at = headerBytes; commands.length < commandCount;) {
    const type = view.getUint32(at, true);
    const lengthBytes = view.getUint32(at + 4, true);
    const name = type === LC_SEGMENT_64 ? text(executable.subarray(at + 8, at + 24)) : "";
    commands.push({ type, at, lengthBytes, name });
    at += lengthBytes;
  }
  const segment = commands.find((command) => command.name === "__SUI");
  if (segment === undefined) throw new Error("a Mach-O file without a compiled program");
  const memoryBytes = view.getBigUint64(segment.at + 32, true);
  const fileOffset = Number(view.getBigUint64(segment.at + 40, true));
  const fileBytes = Number(view.getBigUint64(segment.at + 48, true));

  const cut = new Uint8Array(executable.length - fileBytes);
  const out = new DataView(cut.buffer);
  cut.set(executable.subarray(0, headerBytes));
  out.setUint32(16, commandCount - 1, true);
  out.setUint32(20, commandsBytes - segment.lengthBytes, true);
  let to = headerBytes;
  for (const command of commands) {
    if (command === segment) continue;
    cut.set(executable.subarray(command.at, command.at + command.lengthBytes), to);
    if (command.name === "__LINKEDIT") {
      out.setBigUint64(to + 24, view.getBigUint64(command.at + 24, true) - memoryBytes, true);
      out.setBigUint64(to + 40, view.getBigUint64(command.at + 40, true) - BigInt(fileBytes), true);
    }
    for (const offset of LINKEDIT_OFFSETS.get(command.type) ?? []) {
      const value = view.getUint32(command.at + offset, true);
      if (value >= fileOffset) out.setUint32(to + offset, value - fileBytes, true);
    }
    to += command.lengthBytes;
  }
  // The gap behind the load commands grows by the one that went; everything else keeps its place.
  const content = headerBytes + commandsBytes;
  cut.set(executable.subarray(content, fileOffset), content);
  cut.set(executable.subarray(fileOffset + fileBytes), fileOffset);
  return cut;
}

/** A PE file without its last section .pedata, and without the resource directory that pointed there. */
function withoutLastSection(executable: Uint8Array): Uint8Array {
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  const header = view.getUint32(0x3c, true) + 4;
  const optionalHeader = header + 20;
  const sectionCount = view.getUint16(header + 2, true);
  const section = optionalHeader + view.getUint16(header + 16, true) + 40 * (sectionCount - 1);
  if (text(executable.subarray(section, section + 8)) !== ".pedata") {
    throw new Error("a PE file without a compiled program");
  }
  const cut = executable.slice(0, view.getUint32(section + 20, true));
  const out = new DataView(cut.buffer);
  out.setUint16(header + 2, sectionCount - 1, true);
  // SizeOfInitializedData, SizeOfImage, and data directory 2, the resources.
  out.setUint32(
    optionalHeader + 8,
    view.getUint32(optionalHeader + 8, true) - view.getUint32(section + 16, true),
    true,
  );
  out.setUint32(optionalHeader + 56, view.getUint32(section + 12, true), true);
  out.setBigUint64(optionalHeader + 112 + 8 * 2, 0n, true);
  cut.fill(0, section, section + 40);
  return cut;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end));
}

function lastIndexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const first = wanted[0] ?? 0;
  for (let at = bytes.lastIndexOf(first); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(first, at - 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
