/** Swapping byte order in place: values of 2, 4 or 8 octets, PS3.5 7.3. */

/** Views over the buffer that was swapped last, so that swapping piece after piece of one allocates nothing. */
let viewed: ArrayBufferLike | undefined;
let words: Uint32Array = new Uint32Array(0);

function wordsOf(buffer: ArrayBufferLike): Uint32Array {
  if (viewed !== buffer) {
    viewed = buffer;
    words = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
  }
  return words;
}

/** Swaps every unit of `unitBytes` octets in `bytes[start, end)`, whose length is a multiple of that. */
export function swapUnits(bytes: Uint8Array, start: number, end: number, unitBytes: number): void {
  if (unitBytes === 2) swapPairs(bytes, start, end);
  else if (unitBytes === 4) swapQuads(bytes, start, end);
  else if (unitBytes > 1) reverseUnits(bytes, start, end, unitBytes);
}

/** Two pairs at a time where they lie in one aligned word. */
function swapPairs(bytes: Uint8Array, start: number, end: number): void {
  const offset = bytes.byteOffset;
  if ((offset + start) % 2 !== 0) return reverseUnits(bytes, start, end, 2);
  const first = start + (offset + start) % 4;
  const last = end - (offset + end) % 4;
  if (last <= first) return reverseUnits(bytes, start, end, 2);
  reverseUnits(bytes, start, first, 2);
  const view = wordsOf(bytes.buffer);
  const lastWord = (offset + last) >>> 2;
  for (let i = (offset + first) >>> 2; i < lastWord; i++) {
    const word = view[i] ?? 0;
    view[i] = (word & 0x00FF00FF) << 8 | word >>> 8 & 0x00FF00FF;
  }
  reverseUnits(bytes, last, end, 2);
}

function swapQuads(bytes: Uint8Array, start: number, end: number): void {
  const offset = bytes.byteOffset;
  if ((offset + start) % 4 !== 0) return reverseUnits(bytes, start, end, 4);
  const view = wordsOf(bytes.buffer);
  const lastWord = (offset + end) >>> 2;
  for (let i = (offset + start) >>> 2; i < lastWord; i++) {
    const word = view[i] ?? 0;
    view[i] = word << 24 | (word & 0xFF00) << 8 | word >>> 8 & 0xFF00 | word >>> 24;
  }
}

function reverseUnits(bytes: Uint8Array, start: number, end: number, unitBytes: number): void {
  for (let unit = start; unit < end; unit += unitBytes) {
    for (let low = unit, high = unit + unitBytes - 1; low < high; low++, high--) {
      const byte = bytes[low] ?? 0;
      bytes[low] = bytes[high] ?? 0;
      bytes[high] = byte;
    }
  }
}
