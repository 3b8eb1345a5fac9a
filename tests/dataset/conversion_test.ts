import { assert, assertEquals } from "@std/assert";
import { conversion } from "../../lib/dataset/conversion.ts";

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const BIG = "1.2.840.10008.1.2.2";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const JPEG = "1.2.840.10008.1.2.4.50";
/** Of GE: implicit VR little endian with big endian pixel data. */
const GE = "1.2.840.113619.5.2";
const RLE = "1.2.840.10008.1.2.5";

const NATIVE = { hasPixelData: true, encapsulated: false };
const COMPRESSED = { hasPixelData: true, encapsulated: true };
const REPORT = { hasPixelData: false, encapsulated: false };

Deno.test("a data set goes out as it is in its own transfer syntax, whatever that is", () => {
  for (const uid of [IMPLICIT, EXPLICIT, BIG, DEFLATED, JPEG, "1.2.3.4"]) {
    assertEquals(conversion(uid, uid, NATIVE), "none");
    assertEquals(conversion(uid, uid, COMPRESSED), "none");
    assertEquals(conversion(uid, uid, { ...COMPRESSED, passesThrough: false }), "possible");
  }
});

Deno.test("the uncompressed transfer syntaxes can be converted into each other", () => {
  const native = [IMPLICIT, EXPLICIT, BIG, DEFLATED, GE];
  for (const from of native) {
    for (const to of native) if (from !== to) assertEquals(conversion(from, to, NATIVE), "possible");
  }
});

Deno.test("what has no pixel data can be written in any known transfer syntax", () => {
  assertEquals(conversion(EXPLICIT, JPEG, REPORT), "possible");
  assertEquals(conversion(JPEG, IMPLICIT, REPORT), "possible");
});

Deno.test("an impossible conversion is refused in words that name both sides and a way out", () => {
  const refusals: readonly (readonly [string, string, typeof NATIVE, string])[] = [
    [
      RLE,
      EXPLICIT,
      COMPRESSED,
      "'RLE Lossless' transfer syntax to 'Little Endian Explicit': its pixel data are compressed",
    ],
    [
      EXPLICIT,
      JPEG,
      NATIVE,
      "'Little Endian Explicit' transfer syntax to 'JPEG Baseline': this program does not compress",
    ],
    [JPEG, RLE, COMPRESSED, "'JPEG Baseline' transfer syntax to 'RLE Lossless': "],
    ["1.2.3", EXPLICIT, NATIVE, "'1.2.3' transfer syntax to 'Little Endian Explicit': 1.2.3 is not a known"],
    ["1.2.3", IMPLICIT, REPORT, "'1.2.3' transfer syntax to 'Little Endian Implicit': 1.2.3 is not a known"],
    [EXPLICIT, "1.2.3", REPORT, "'1.2.3': 1.2.3 is not a known"],
  ];
  for (const [from, to, facts, says] of refusals) {
    const outcome = conversion(from, to, facts);
    const refused = typeof outcome === "object" ? outcome.refused : outcome;
    assert(refused.includes(says), refused);
    assert(/; propose /.test(refused), refused);
  }
});
