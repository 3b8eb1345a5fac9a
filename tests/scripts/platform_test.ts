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
