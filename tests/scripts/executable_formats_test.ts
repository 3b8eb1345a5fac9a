/** Made-up executables, just enough of each format for what is cut out of it. */

import { assertEquals, assertThrows } from "@std/assert";
import { cutDenort } from "../../scripts/executable_formats.ts";
import { joined, pattern } from "../peers/made_up_files.ts";

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("an ELF file ends behind its section headers", () => {
  const elf = pattern(400);
  const view = new DataView(elf.buffer);
  elf.set([0x7f, 0x45, 0x4c, 0x46]);
  view.setBigUint64(0x28, 272n, true);
  view.setUint16(0x3a, 64, true);
  view.setUint16(0x3c, 2, true);
  assertEquals(cutDenort(joined([elf, text("d3n0l4nd and a program")])), elf);
});

Deno.test("a Mach-O file for Intel ends before the last mark", () => {
  const machO = joined([Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe), pattern(100)]);
  const mark = joined([text("<~sui-data~>"), Uint8Array.of(0xef, 0xbe, 0xad, 0xde)]);
  assertEquals(cutDenort(joined([machO, mark, pattern(50)])), machO);
});

/** A Mach-O file with a segment __LINKEDIT at `linkedit`, and before it, if wanted, a segment __SUI of `suiBytes`. */
function machO(suiBytes: number): Uint8Array<ArrayBuffer> {
  const start = 0x200;
  const commands = suiBytes === 0 ? 2 : 3;
  const file = new Uint8Array(start + suiBytes + 64);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0xfeedfacf, true);
  view.setUint32(16, commands, true);
  view.setUint32(20, (suiBytes === 0 ? 0 : 72) + 72 + 24, true);
  let at = 32;
  const segment = (name: string, memory: number, offset: number, lengthBytes: number) => {
    view.setUint32(at, 0x19, true);
    view.setUint32(at + 4, 72, true);
    file.set(text(name), at + 8);
    view.setBigUint64(at + 24, BigInt(memory), true);
    view.setBigUint64(at + 32, BigInt(lengthBytes), true);
    view.setBigUint64(at + 40, BigInt(offset), true);
    view.setBigUint64(at + 48, BigInt(lengthBytes), true);
    at += 72;
  };
  if (suiBytes > 0) segment("__SUI", 0x10000, start, suiBytes);
  segment("__LINKEDIT", 0x10000 + suiBytes, start + suiBytes, 64);
  view.setUint32(at, 0x02, true); // LC_SYMTAB
  view.setUint32(at + 4, 24, true);
  view.setUint32(at + 8, start + suiBytes + 8, true);
  view.setUint32(at + 16, start + suiBytes + 32, true);
  file.fill(7, start, start + suiBytes);
  file.set(pattern(64), start + suiBytes);
  return file;
}

Deno.test("a Mach-O file for ARM loses its segment, and what lay behind it moves up", () => {
  assertEquals(cutDenort(machO(128)), machO(0));
});

Deno.test("what holds no program is refused", () => {
  assertThrows(() => cutDenort(machO(0)), Error, "without a compiled program");
  assertThrows(() => cutDenort(pattern(1000)), Error, "not an ELF, Mach-O or PE file");
});
