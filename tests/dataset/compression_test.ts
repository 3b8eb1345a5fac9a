import { assertEquals } from "@std/assert";
import { compressionOf } from "../../lib/dataset/compression.ts";

const PREFIX = "1.2.840.10008.1.2";
const RLE = "02000000 40000000 80000000" + "00000000".repeat(13);

const FRAMES: readonly (readonly [what: string, hex: string, transferSyntax: string | undefined])[] = [
  ["JPEG Baseline", "ffd8 ffe0 0004 0000 ffdb 0003 00 ffc0", `${PREFIX}.4.50`],
  ["JPEG Extended, fill bytes", "ffd8 ffff ffff ffc1", `${PREFIX}.4.51`],
  ["JPEG Lossless, first order", "ffd8 ffc3 0002 ffda 0008 01 0100 01 0000", `${PREFIX}.4.70`],
  [
    "JPEG Lossless, another predictor",
    "ffd8 ffc3 0002 ffda 000c 03 0100 0200 0300 06 0000",
    `${PREFIX}.4.57`,
  ],
  ["JPEG-LS", "ffd8 fff7 0002 ffda 0008 01 0100 00 0000", `${PREFIX}.4.80`],
  ["JPEG-LS, near-lossless", "ffd8 fff7 0002 ffda 0008 01 0100 02 0000", `${PREFIX}.4.81`],
  ["JPEG 2000", "ff4f ff51 0004 0000 ff52 000c", `${PREFIX}.4.91`],
  ["JPEG 2000 without a coding style", "ff4f ff51 0004 0000 ff90", undefined],
  ["High-Throughput JPEG 2000", "ff4f ff51 0002 ff50 0002 ff52 000c", `${PREFIX}.4.203`],
  ["RLE", RLE, `${PREFIX}.5`],
  ["RLE with an offset that goes back", RLE.replace("80000000", "30000000"), undefined],
  ["a progressive JPEG", "ffd8 ffc2 0002 ffda 0008 01 0100 00 0000", undefined],
  ["a JPEG that is cut off", "ffd8 ffe0 0004", undefined],
  ["a JPEG whose segments lead nowhere", "ffd8 ffe0 ffff", undefined],
  ["MPEG", "000001b3 14 00 f0", undefined],
  ["nothing", "", undefined],
];

for (const [what, hex, transferSyntax] of FRAMES) {
  Deno.test(`a frame shows how it is compressed: ${what}`, () => {
    assertEquals(compressionOf(Uint8Array.fromHex(hex.replaceAll(" ", ""))), transferSyntax);
  });
}
