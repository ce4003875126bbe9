/**
 * AES, FIPS 197, as 32-bit table look-ups on typed arrays: the round function is merged into four tables of 1 KiB that
 * all keys share. Indices depend on secrets, so this is not constant time against an attacker who shares the cache, as
 * no table-driven AES is.
 */
interface Tables {
  readonly sbox: Uint8Array;
  /** SubBytes and MixColumns of a byte in rows 0 to 3 of a column. */
  readonly row0: Int32Array;
  readonly row1: Int32Array;
  readonly row2: Int32Array;
  readonly row3: Int32Array;
}

let sharedTables: Tables | undefined;

function tables(): Tables {
  return (sharedTables ??= buildTables());
}

/** The S-box from inverses in GF(2^8), FIPS 197 section 5.1.1: 3 generates the field, and 3^-1 runs beside it. */
function buildTables(): Tables {
  const sbox = new Uint8Array(256);
  let power = 1;
  let inverse = 1;
  do {
    power = power ^ double(power);
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if ((inverse & 0x80) !== 0) inverse ^= 0x09;
    // The affine map: b ^ (b <<< 1) ^ (b <<< 2) ^ (b <<< 3) ^ (b <<< 4) ^ 0x63.
    const spread = inverse * 0x101;
    sbox[power] = (inverse ^ (spread >> 7) ^ (spread >> 6) ^ (spread >> 5) ^ (spread >> 4) ^ 0x63) & 0xff;
  } while (power !== 1);
  sbox[0] = 0x63;
  const rows = [0, 8, 16, 24].map((shift) => Int32Array.from(sbox, (value) => rotateRight(mixColumn(value), shift)));
  const [row0, row1, row2, row3] = rows as [Int32Array, Int32Array, Int32Array, Int32Array];
  return { sbox, row0, row1, row2, row3 };
}

/** Multiplication by x in GF(2^8), FIPS 197 section 4.2. */
function double(value: number): number {
  return ((value << 1) ^ ((value & 0x80) === 0 ? 0 : 0x11b)) & 0xff;
}

/** What MixColumns makes of a byte in row 0: (2, 1, 1, 3) times it. */
function mixColumn(value: number): number {
  return (double(value) << 24) | (value << 16) | (value << 8) | (double(value) ^ value);
}

function rotateRight(word: number, bits: number): number {
  return bits === 0 ? word : (word >>> bits) | (word << (32 - bits));
}

/** KeyExpansion, FIPS 197 section 5.2: four words for each round and four more. The key has 16 or 32 bytes. */
export function expandAesKey(key: Uint8Array): Int32Array {
  const { sbox } = tables();
  const keyWords = key.length / 4;
  const words = new Int32Array(4 * (keyWords + 7));
  for (let i = 0; i < keyWords; i++) words[i] = readWord(key, 4 * i);
  const substitute = (word: number): number =>
    ((sbox[word >>> 24] as number) << 24) |
    ((sbox[(word >>> 16) & 0xff] as number) << 16) |
    ((sbox[(word >>> 8) & 0xff] as number) << 8) |
    (sbox[word & 0xff] as number);
  let roundConstant = 1;
  for (let i = keyWords; i < words.length; i++) {
    let word = words[i - 1] as number;
    if (i % keyWords === 0) {
      word = substitute(rotateRight(word, 24)) ^ (roundConstant << 24);
      roundConstant = double(roundConstant);
    } else if (keyWords > 6 && i % keyWords === 4) {
      word = substitute(word);
    }
    words[i] = (words[i - keyWords] as number) ^ word;
  }
  return words;
}

/** Big-endian. */
export function readWord(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)
  );
}

/**
 * Counter mode with the 32-bit counter of GCM (SP 800-38D section 6.5): xors the key stream for `iv`, from `counter`
 * on, onto `input[0, length)` and writes to `output`, which may be the same array.
 */
export function xorCounterMode(
  roundKeys: Int32Array,
  iv: Uint8Array,
  counter: number,
  input: Uint8Array,
  output: Uint8Array,
  length: number,
): void {
  const { sbox, row0, row1, row2, row3 } = tables();
  const last = roundKeys.length - 4;
  const start0 = readWord(iv, 0) ^ (roundKeys[0] as number);
  const start1 = readWord(iv, 4) ^ (roundKeys[1] as number);
  const start2 = readWord(iv, 8) ^ (roundKeys[2] as number);
  const key3 = roundKeys[3] as number;
  for (let offset = 0, block = counter; offset < length; offset += 16, block++) {
    let a = start0;
    let b = start1;
    let c = start2;
    let d = block ^ key3;
    for (let k = 4; k < last; k += 4) {
      // One column each of SubBytes, ShiftRows, MixColumns and AddRoundKey, FIPS 197 section 5.1.
      const e =
        (row0[a >>> 24] as number) ^
        (row1[(b >>> 16) & 0xff] as number) ^
        (row2[(c >>> 8) & 0xff] as number) ^
        (row3[d & 0xff] as number) ^
        (roundKeys[k] as number);
      const f =
        (row0[b >>> 24] as number) ^
        (row1[(c >>> 16) & 0xff] as number) ^
        (row2[(d >>> 8) & 0xff] as number) ^
        (row3[a & 0xff] as number) ^
        (roundKeys[k + 1] as number);
      const g =
        (row0[c >>> 24] as number) ^
        (row1[(d >>> 16) & 0xff] as number) ^
        (row2[(a >>> 8) & 0xff] as number) ^
        (row3[b & 0xff] as number) ^
        (roundKeys[k + 2] as number);
      const h =
        (row0[d >>> 24] as number) ^
        (row1[(a >>> 16) & 0xff] as number) ^
        (row2[(b >>> 8) & 0xff] as number) ^
        (row3[c & 0xff] as number) ^
        (roundKeys[k + 3] as number);
      a = e;
      b = f;
      c = g;
      d = h;
    }
    // The last round has no MixColumns.
    const stream0 = lastRound(sbox, a, b, c, d) ^ (roundKeys[last] as number);
    const stream1 = lastRound(sbox, b, c, d, a) ^ (roundKeys[last + 1] as number);
    const stream2 = lastRound(sbox, c, d, a, b) ^ (roundKeys[last + 2] as number);
    const stream3 = lastRound(sbox, d, a, b, c) ^ (roundKeys[last + 3] as number);
    if (offset + 16 <= length) {
      xorWord(input, output, offset, stream0);
      xorWord(input, output, offset + 4, stream1);
      xorWord(input, output, offset + 8, stream2);
      xorWord(input, output, offset + 12, stream3);
    } else {
      const stream = [stream0, stream1, stream2, stream3];
      for (let i = 0; offset + i < length; i++) {
        const byte = (stream[i >> 2] as number) >>> (24 - 8 * (i & 3));
        output[offset + i] = (input[offset + i] as number) ^ byte;
      }
    }
  }
}

function lastRound(sbox: Uint8Array, a: number, b: number, c: number, d: number): number {
  return (
    ((sbox[a >>> 24] as number) << 24) |
    ((sbox[(b >>> 16) & 0xff] as number) << 16) |
    ((sbox[(c >>> 8) & 0xff] as number) << 8) |
    (sbox[d & 0xff] as number)
  );
}

function xorWord(input: Uint8Array, output: Uint8Array, offset: number, word: number): void {
  output[offset] = (input[offset] as number) ^ (word >>> 24);
  output[offset + 1] = (input[offset + 1] as number) ^ (word >>> 16);
  output[offset + 2] = (input[offset + 2] as number) ^ (word >>> 8);
  output[offset + 3] = (input[offset + 3] as number) ^ word;
}
