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
    if (k < wordsEnd) {
      let w = (words[k] as number) | (0x007f7f7f >>> ((3 - ((start + base) & 3)) << 3));
      let hits = (w - 0x20202020) & ~w & 0x80808080;
      if (hits === 0) {
        k++;
        // Two at a time, and more roughly: bytes over 0x9f are hits too, so that non-ASCII text goes the exact way.
        while (
          k < wordsEnd - 1 &&
          ((((words[k] as number) - 0x20202020) | ((words[k + 1] as number) - 0x20202020)) & 0x80808080) === 0
        ) {
          k += 2;
        }
        for (; k < wordsEnd; k++) {
          w = words[k] as number;
          hits = (w - 0x20202020) & ~w & 0x80808080;
          if (hits !== 0) break;
        }
      }
      if (hits !== 0) return (k << 2) - base + ((31 - Math.clz32(hits & -hits)) >> 3);
      i = (k << 2) - base;
    }
  }
  while (i < end && (bytes[i] as number) >= 0x20) i++;
  return i;
}
