/** Below this many bytes making the word view costs more than it saves. */
const WORTH_WORDS = 128;

/** 0x20 in each byte, and the top bit of each byte. */
const SPACES = 0x20202020;
const TOP_BITS = 0x80808080 | 0;

/**
 * The whole 32-bit words under an array, from word 0 of its buffer; undefined where the byte loop is as good.
 * The view lives no longer than the call that made it.
 */
export function wordsUnder(bytes: Uint8Array): Int32Array | undefined {
  if (bytes.length < WORTH_WORDS) return undefined;
  return new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
}

/**
 * The first offset in `start`..`end` of a byte under 0x20, or `end`. In a SIP head such a byte is a line end, a tab or
 * a control character that has to be looked at anyway, so that one pass finds line ends and stray CR and LF alike.
 *
 * Four bytes at a time: `(w - 0x20202020) & ~w & 0x80808080` is not zero exactly when a byte of `w` is under 0x20
 * (a borrow can only mislead above a byte that is under 0x20 itself). Which byte it was is found byte by byte, so the
 * order of bytes in a word does not matter and no endianness has to be probed.
 */
export function findControl(bytes: Uint8Array, words: Int32Array | undefined, start: number, end: number): number {
  let i = start;
  if (words !== undefined) {
    const base = bytes.byteOffset;
    while (i < end && ((i + base) & 3) !== 0) {
      if ((bytes[i] as number) < 0x20) return i;
      i++;
    }
    let word = (i + base) >> 2;
    const lastWord = (end + base) >> 2;
    while (word < lastWord) {
      const w = words[word] as number;
      if (((w - SPACES) & ~w & TOP_BITS) !== 0) break;
      word++;
    }
    if (word << 2 > i + base) i = (word << 2) - base;
  }
  while (i < end && (bytes[i] as number) >= 0x20) i++;
  return i;
}
