/** @throws Error that shows where `actual` first differs from `expected` */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what = "bytes"): void {
  const length = Math.max(actual.length, expected.length);
  for (let at = 0; at < length; at++) {
    if (actual[at] === expected[at]) continue;
    const around = (bytes: Uint8Array) => bytes.subarray(Math.max(0, at - 24), at + 24).toHex();
    const lengths = `${actual.length} and ${expected.length} bytes`;
    throw new Error(`${what} differ at ${at} (${lengths}):\n  ${around(actual)}\n  ${around(expected)}`);
  }
}
