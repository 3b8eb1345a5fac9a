/** Elements of command sets as bytes, right or wrong. */

export function element(number: number, value: Iterable<number>, group = 0): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, ...value]);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, group, true);
  view.setUint16(2, number, true);
  view.setUint32(4, bytes.length - 8, true);
  return bytes;
}
