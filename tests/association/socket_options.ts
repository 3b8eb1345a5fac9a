/** What the kernel says of the options of a TCP connection of this process (Linux, IPv4). */

import { openLibc } from "../../lib/libc.ts";

const SYMBOLS = {
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const;

const IPPROTO_TCP = 6;
const OPTIONS = { noDelay: 1, quickAck: 12 } as const;

type Option = keyof typeof OPTIONS;

const library = Deno.build.os === "linux" ? openLibc(SYMBOLS) : undefined;

function symbols() {
  if (library === undefined) throw new Error("there is no C library to ask");
  return library.symbols;
}

/** @param port of this end */
function descriptorOf(port: number): number {
  const address = new Uint8Array(16);
  for (let descriptor = 3; descriptor < 1024; descriptor++) {
    const lengthBytes = Uint32Array.of(address.length);
    if (symbols().getsockname(descriptor, address, lengthBytes) !== 0) continue;
    if (new DataView(address.buffer).getUint16(2) === port) return descriptor;
  }
  throw new Error(`no connection from port ${port}`);
}

/** Of the connection whose end here has this address. */
export function isOn(option: Option, { port }: Deno.NetAddr): boolean {
  const value = new Uint32Array(1);
  const lengthBytes = Uint32Array.of(value.byteLength);
  const failed = symbols().getsockopt(descriptorOf(port), IPPROTO_TCP, OPTIONS[option], value, lengthBytes);
  if (failed !== 0) throw new Error(`the kernel does not tell ${option}`);
  return value[0] !== 0;
}

export function turnOff(option: Option, { port }: Deno.NetAddr): void {
  const value = new Uint32Array(1);
  const failed = symbols().setsockopt(
    descriptorOf(port),
    IPPROTO_TCP,
    OPTIONS[option],
    value,
    value.byteLength,
  );
  if (failed !== 0) throw new Error(`the kernel does not turn ${option} off`);
}
