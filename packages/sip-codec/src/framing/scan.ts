/** Below this many bytes making the word view costs more than it saves. */
const WORTH_WORDS = 128;

/** Whether the first byte of a word is its lowest one. The quick way counts on it; elsewhere the byte loop does it all. */
const LITTLE_ENDIAN: boolean = /* @__PURE__ */ isLittleEndian();

function isLittleEndian(): boolean {
  return new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;
}

/**
 * The whole 32-bit words of the memory under an array, for `length` bytes of it; undefined where the byte loop is as good.
 * The view lives no longer than the call that made it.
 */
export function wordsUnder(memory: ArrayBufferLike, length: number): Int32Array | undefined {
  if (length < WORTH_WORDS || !LITTLE_ENDIAN) return undefined;
  return new Int32Array(memory, 0, memory.byteLength >> 2);
}

/**
 * The first offset in `start`..`end` of a byte under 0x20, or `end`. In a SIP head such a byte is a line end, a tab or
 * a control character that has to be looked at anyway, so that one pass finds line ends and stray CR and LF alike.
 *
 * Four bytes at a time: in `(w - 0x20202020) & ~w & 0x80808080` the lowest bit that is set belongs to the first byte of
 * `w` under 0x20 (a borrow misleads only above such a byte). The bytes of the first word in front of `start` are made
 * harmless by setting their bits; the last bytes, fewer than four, are left to the byte loop.
 */
export function findControl(bytes: Uint8Array, words: Int32Array | undefined, start: number, end: number): number {
  let i = start;
  if (words !== undefined) {
    const base = bytes.byteOffset;
    const wordsEnd = (end + base) >> 2;
    let k = (start + base) >> 2;
    let harmless = 0x007f7f7f >>> ((3 - ((start + base) & 3)) << 3);
    for (; k < wordsEnd; k++) {
      const w = (words[k] as number) | harmless;
      const hits = (w - 0x20202020) & ~w & 0x80808080;
      if (hits !== 0) return (k << 2) - base + ((31 - Math.clz32(hits & -hits)) >> 3);
      harmless = 0;
      i = ((k + 1) << 2) - base;
    }
  }
  while (i < end && (bytes[i] as number) >= 0x20) i++;
  return i;
}
