import { assertEquals, assertMatch } from "@std/assert";
import { missingOf, platformOf } from "../../scripts/platform.ts";

/** A file that is zero but for these bytes. */
function file(...parts: readonly (readonly [at: number, ...bytes: number[]])[]): Uint8Array {
  const bytes = new Uint8Array(0x100);
  for (const [at, ...part] of parts) bytes.set(part, at);
  return bytes;
}

const elf = (...machine: number[]) => file([0, 0x7f, 0x45, 0x4c, 0x46, 2, 1], [0x12, ...machine]);
const machO = (cpu: number, kind: number) => file([0, 0xcf, 0xfa, 0xed, 0xfe], [4, cpu, 0, 0, 1], [12, kind]);
const pe = (...machine: number[]) =>
  file([0, 0x4d, 0x5a], [0x3c, 0x80], [0x80, 0x50, 0x45, 0, 0, ...machine]);

Deno.test("the machine of an executable stands in its header", () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [elf(0x3e), "x86_64-unknown-linux-gnu"],
    [elf(0xb7), "aarch64-unknown-linux-gnu"],
    [elf(0x28), "another machine, in ELF"],
    [file([0, 0x7f, 0x45, 0x4c, 0x46, 1, 1], [0x12, 0x3e]), "another machine, in ELF"],
    [machO(7, 2), "x86_64-apple-darwin"],
    [machO(12, 2), "aarch64-apple-darwin"],
    [machO(12, 6), "another machine, in Mach-O"],
    [pe(0x64, 0x86), "x86_64-pc-windows-msvc"],
    [pe(0x64, 0xaa), "another machine, in PE"],
    [file([0, 0x4d, 0x5a], [0x3c, 0xff, 0xff]), "another machine, in PE"],
    [file(), "no machine: it is not an ELF, Mach-O or PE file"],
    [new Uint8Array(3), "no machine: it is too short"],
  ];
  for (const [bytes, platform] of cases) assertEquals(platformOf(bytes), platform);
});

Deno.test("an executable that is cut off is not whole", async () => {
  const own = await Deno.readFile(Deno.execPath());
  assertEquals([platformOf(own), missingOf(own)], [Deno.build.target, undefined]);
  assertMatch(missingOf(own.subarray(0, own.length / 2)) ?? "", /parts are cut off$/);
  assertMatch(missingOf(own.subarray(0, 0x40)) ?? "", /^its headers are cut off/);
  assertEquals(missingOf(elf(0x3e)), "it has no parts");
});

/** A number at a place of a file, little endian, of four bytes. */
function put(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer).setUint32(at, value, true);
}

Deno.test("parts of Mach-O and PE files that lie behind the end are missed", () => {
  const mach = machO(12, 2);
  put(mach, 16, 2); // load commands: something else, then a segment
  put(mach, 32, 0x1b);
  put(mach, 36, 24);
  put(mach, 56, 0x19);
  put(mach, 60, 72);
  put(mach, 56 + 40, 0xc0); // file offset
  put(mach, 56 + 48, 0x40); // length
  assertEquals(missingOf(mach), undefined);
  assertEquals(missingOf(mach.subarray(0, 0xff)), "1 of 1 parts are cut off");
  const windows = pe(0x64, 0x86);
  put(windows, 0x86, 1); // sections; optional header: none
  put(windows, 0x98 + 16, 0x20); // length
  put(windows, 0x98 + 20, 0xe0); // file offset
  assertEquals(missingOf(windows), undefined);
  assertEquals(missingOf(windows.subarray(0, 0xff)), "1 of 1 parts are cut off");
});
