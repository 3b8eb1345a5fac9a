/** For which machine an executable is, and whether all of it is there, by its own headers. */

const ELF_MAGIC = 0x7f454c46;
const ELF_MACHINES: ReadonlyMap<number, string> = new Map([
  [0x3e, "x86_64-unknown-linux-gnu"],
  [0xb7, "aarch64-unknown-linux-gnu"],
]);

const MACH_O_MAGIC = 0xfeedfacf;
const MACH_O_EXECUTE = 2;
const MACH_O_CPUS: ReadonlyMap<number, string> = new Map([
  [0x01000007, "x86_64-apple-darwin"],
  [0x0100000c, "aarch64-apple-darwin"],
]);

const DOS_MAGIC = 0x5a4d;
const PE_MAGIC = 0x00004550;
const PE_MACHINES: ReadonlyMap<number, string> = new Map([[0x8664, "x86_64-pc-windows-msvc"]]);

/** A target of `deno compile`, or a text that says what is wrong with the file. */
export function platformOf(executable: Uint8Array): string {
  const view = new DataView(executable.buffer, executable.byteOffset, executable.byteLength);
  if (executable.length < 0x40) return "no machine: it is too short";
  if (view.getUint32(0) === ELF_MAGIC) {
    const is64BitLittleEndian = view.getUint8(4) === 2 && view.getUint8(5) === 1;
    const machine = ELF_MACHINES.get(view.getUint16(0x12, true));
    return is64BitLittleEndian && machine !== undefined ? machine : "another machine, in ELF";
  }
  if (view.getUint32(0, true) === MACH_O_MAGIC) {
    const cpu = MACH_O_CPUS.get(view.getUint32(4, true));
    return view.getUint32(12, true) === MACH_O_EXECUTE && cpu !== undefined
      ? cpu
      : "another machine, in Mach-O";
  }
  if (view.getUint16(0, true) === DOS_MAGIC) {
    const at = view.getUint32(0x3c, true);
    const isPe = at + 6 <= executable.length && view.getUint32(at, true) === PE_MAGIC;
    const machine = isPe ? PE_MACHINES.get(view.getUint16(at + 4, true)) : undefined;
    return machine ?? "another machine, in PE";
  }
  return "no machine: it is not an ELF, Mach-O or PE file";
}

/** A part of the file that is loaded when it runs. */
interface Part {
  readonly offset: number;
  readonly lengthBytes: number;
}

/** What is missing of an executable: the parts that its headers name lie inside it, and there are some. */
export function missingOf(executable: Uint8Array): string | undefined {
  try {
    const parts = partsOf(new DataView(executable.buffer, executable.byteOffset, executable.byteLength));
    const beyond = parts.filter(({ offset, lengthBytes }) => offset + lengthBytes > executable.length);
    if (beyond.length > 0) return `${beyond.length} of ${parts.length} parts are cut off`;
    return parts.length > 0 ? undefined : "it has no parts";
  } catch (error) {
    return `its headers are cut off (${error instanceof Error ? error.message : error})`;
  }
}

function partsOf(view: DataView): Part[] {
  if (view.getUint32(0) === ELF_MAGIC) return elfSegments(view);
  return view.getUint32(0, true) === MACH_O_MAGIC ? machOSegments(view) : peSections(view);
}

function elfSegments(view: DataView): Part[] {
  const [start, size, count] = [
    Number(view.getBigUint64(0x20, true)),
    view.getUint16(0x36, true),
    view.getUint16(0x38, true),
  ];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      offset: Number(view.getBigUint64(at + 8, true)),
      lengthBytes: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

const LC_SEGMENT_64 = 0x19;

function machOSegments(view: DataView): Part[] {
  const parts: Part[] = [];
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    if (view.getUint32(at, true) === LC_SEGMENT_64) {
      parts.push({
        offset: Number(view.getBigUint64(at + 40, true)),
        lengthBytes: Number(view.getBigUint64(at + 48, true)),
      });
    }
    at += Math.max(8, view.getUint32(at + 4, true));
  }
  return parts;
}

function peSections(view: DataView): Part[] {
  const header = view.getUint32(0x3c, true);
  const start = header + 24 + view.getUint16(header + 20, true);
  return Array.from({ length: view.getUint16(header + 6, true) }, (_, index) => {
    const at = start + index * 40;
    return { offset: view.getUint32(at + 20, true), lengthBytes: view.getUint32(at + 16, true) };
  });
}
