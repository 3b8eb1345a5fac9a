import { assertEquals } from "@std/assert";
import { swapUnits } from "../../lib/dataset/byte_order.ts";

/** What swapping means, written as plainly as possible. */
function swapped(bytes: readonly number[], start: number, end: number, unitBytes: number): number[] {
  const result = [...bytes];
  for (let unit = start; unit < end; unit += unitBytes) {
    for (let i = 0; i < unitBytes; i++) result[unit + i] = bytes[unit + unitBytes - 1 - i] ?? 0;
  }
  return result;
}

Deno.test("units are reversed in place at any alignment, and nothing else changes", () => {
  const plain = Array.from({ length: 83 }, (_, index) => index);
  for (const unitBytes of [1, 2, 4, 8]) {
    for (let offset = 0; offset < 8; offset++) {
      for (let start = 0; start < 9; start++) {
        for (let units = 0; units <= 5; units++) {
          const bytes = new Uint8Array(new ArrayBuffer(offset + 83), offset);
          bytes.set(plain);
          const end = start + units * unitBytes;
          swapUnits(bytes, start, end, unitBytes);
          assertEquals([...bytes], swapped(plain, start, end, unitBytes));
        }
      }
    }
  }
});
