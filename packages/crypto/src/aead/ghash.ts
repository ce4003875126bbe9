import { readWord } from './aes.js';

/** GHASH works on blocks of 16 bytes, SP 800-38D section 6.3. */
export const GHASH_BLOCK_LENGTH = 16;

/** Words of a table of the 16 multiples of H by four bits (Shoup's small table): 256 bytes for each key. */
const SMALL_TABLE_WORDS = 16 * 4;

/** Words of a table of the multiples of H by each byte at each of the 16 positions of a block: 64 KiB. */
export const LARGE_TABLE_WORDS: number = 16 * 256 * 4;

/** The block polynomial 1 + x + x^2 + x^7, bits reversed, SP 800-38D section 6.3. */
const REDUCTION = 0xe1000000 | 0;

/** One multiplication by x: bit 0 of a block is the most significant bit of its first byte. Changes `block`. */
function timesX(block: Int32Array): void {
  const [w0, w1, w2, w3] = block as unknown as [number, number, number, number];
  block[3] = (w3 >>> 1) | (w2 << 31);
  block[2] = (w2 >>> 1) | (w1 << 31);
  block[1] = (w1 >>> 1) | (w0 << 31);
  block[0] = (w0 >>> 1) ^ (-(w3 & 1) & REDUCTION);
}

let sharedReductions: Int32Array | undefined;

/** What the four bits shifted out of the low end come back as, at the high end. */
function reductions(): Int32Array {
  return (sharedReductions ??= Int32Array.from({ length: 16 }, (_, bits) => {
    const block = Int32Array.of(0, 0, 0, bits);
    for (let i = 0; i < 4; i++) timesX(block);
    return block[0] as number;
  }));
}

/** Fills `table[at]` with the multiples of `h` by every value of `bits` bits, and leaves h·x^bits in `h`. */
function fillMultiples(table: Int32Array, at: number, bits: number, h: Int32Array): void {
  const size = 1 << bits;
  table.fill(0, at, at + 4);
  for (let bit = size >> 1; bit > 0; bit >>= 1) {
    table.set(h, at + 4 * bit);
    timesX(h);
  }
  for (let bit = 2; bit < size; bit <<= 1) {
    for (let word = 4; word < 4 * bit; word++) {
      table[at + 4 * bit + word] = (table[at + 4 * bit + (word & 3)] as number) ^ (table[at + word] as number);
    }
  }
}

/** The small table of a hash subkey. */
export function smallTable(subkey: Uint8Array): Int32Array {
  const table = new Int32Array(SMALL_TABLE_WORDS);
  const h = subkeyWords(subkey);
  fillMultiples(table, 0, 4, h);
  h.fill(0);
  return table;
}

/** Fills the large table from the small one, which holds H itself at index 8 (the bit of x^0). */
export function fillLargeTable(large: Int32Array, small: Int32Array): void {
  const h = small.slice(4 * 8, 4 * 8 + 4);
  for (let position = 0; position < 16; position++) fillMultiples(large, position * 1024, 8, h);
  h.fill(0);
}

function subkeyWords(subkey: Uint8Array): Int32Array {
  return Int32Array.of(readWord(subkey, 0), readWord(subkey, 4), readWord(subkey, 8), readWord(subkey, 12));
}

/** GHASH over whole blocks `bytes[0, end)` with the small table. `state` holds the 16 bytes of Y. */
export function absorbSmall(table: Int32Array, state: Uint8Array, bytes: Uint8Array, end: number): void {
  const reduction = reductions();
  for (let offset = 0; offset < end; offset += GHASH_BLOCK_LENGTH) {
    let z0 = 0;
    let z1 = 0;
    let z2 = 0;
    let z3 = 0;
    // Horner's rule from the highest power of x, which is the last byte, in steps of four bits.
    for (let position = 15; position >= 0; position--) {
      const byte = (state[position] as number) ^ (bytes[offset + position] as number);
      let at = (byte & 0x0f) << 2;
      let out = z3 & 0x0f;
      z3 = ((z3 >>> 4) | (z2 << 28)) ^ (table[at + 3] as number);
      z2 = ((z2 >>> 4) | (z1 << 28)) ^ (table[at + 2] as number);
      z1 = ((z1 >>> 4) | (z0 << 28)) ^ (table[at + 1] as number);
      z0 = (z0 >>> 4) ^ (reduction[out] as number) ^ (table[at] as number);
      at = (byte >>> 4) << 2;
      out = z3 & 0x0f;
      z3 = ((z3 >>> 4) | (z2 << 28)) ^ (table[at + 3] as number);
      z2 = ((z2 >>> 4) | (z1 << 28)) ^ (table[at + 2] as number);
      z1 = ((z1 >>> 4) | (z0 << 28)) ^ (table[at + 1] as number);
      z0 = (z0 >>> 4) ^ (reduction[out] as number) ^ (table[at] as number);
    }
    storeState(state, z0, z1, z2, z3);
  }
}

/** GHASH over whole blocks `bytes[0, end)` with the large table: one look-up for each byte and no shifting. */
export function absorbLarge(table: Int32Array, state: Uint8Array, bytes: Uint8Array, end: number): void {
  let y0 = readWord(state, 0);
  let y1 = readWord(state, 4);
  let y2 = readWord(state, 8);
  let y3 = readWord(state, 12);
  for (let offset = 0; offset < end; offset += GHASH_BLOCK_LENGTH) {
    let z0 = 0;
    let z1 = 0;
    let z2 = 0;
    let z3 = 0;
    for (let quarter = 0; quarter < 4; quarter++) {
      const word = y0 ^ readWord(bytes, offset + 4 * quarter);
      const base = quarter << 12;
      const first = base | ((word >>> 24) << 2);
      const second = base | 0x400 | (((word >>> 16) & 0xff) << 2);
      const third = base | 0x800 | (((word >>> 8) & 0xff) << 2);
      const fourth = base | 0xc00 | ((word & 0xff) << 2);
      z0 ^= (table[first] as number) ^ (table[second] as number) ^ (table[third] as number) ^ (table[fourth] as number);
      z1 ^=
        (table[first + 1] as number) ^
        (table[second + 1] as number) ^
        (table[third + 1] as number) ^
        (table[fourth + 1] as number);
      z2 ^=
        (table[first + 2] as number) ^
        (table[second + 2] as number) ^
        (table[third + 2] as number) ^
        (table[fourth + 2] as number);
      z3 ^=
        (table[first + 3] as number) ^
        (table[second + 3] as number) ^
        (table[third + 3] as number) ^
        (table[fourth + 3] as number);
      // The next quarter's word of Y moves to the front.
      y0 = y1;
      y1 = y2;
      y2 = y3;
    }
    y0 = z0;
    y1 = z1;
    y2 = z2;
    y3 = z3;
  }
  storeState(state, y0, y1, y2, y3);
}

function storeState(state: Uint8Array, w0: number, w1: number, w2: number, w3: number): void {
  writeWord(state, 0, w0);
  writeWord(state, 4, w1);
  writeWord(state, 8, w2);
  writeWord(state, 12, w3);
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = word >>> 24;
  bytes[offset + 1] = word >>> 16;
  bytes[offset + 2] = word >>> 8;
  bytes[offset + 3] = word;
}
