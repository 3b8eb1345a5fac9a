/** Bytes in memory as a source. */

import type { ByteSource } from "./source.ts";

export function memorySource(bytes: Uint8Array): ByteSource {
  let at = 0;
  return {
    fill(into) {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return part.length;
    },
    get ended() {
      return at === bytes.length;
    },
    close() {},
  };
}
