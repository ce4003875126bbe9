/**
 * AES, FIPS 197, as 32-bit table look-ups on typed arrays: the round function is merged into four tables of 1 KiB that
 * all keys share. Indices depend on secrets, so this is not constant time against an attacker who shares the cache, as
 * no table-driven AES is. The tables are constants of the module because engines then drop the bounds checks, which
 * doubles the speed.
 */
const SBOX: Uint8Array = /* @__PURE__ */ buildSbox();
/** SubBytes and MixColumns of a byte in rows 0 to 3 of a column. */
const ROW0: Int32Array = /* @__PURE__ */ buildRow(0);
const ROW1: Int32Array = /* @__PURE__ */ buildRow(8);
const ROW2: Int32Array = /* @__PURE__ */ buildRow(16);
const ROW3: Int32Array = /* @__PURE__ */ buildRow(24);

/** The S-box from inverses in GF(2^8), FIPS 197 section 5.1.1: 3 generates the field, and 3^-1 runs beside it. */
function buildSbox(): Uint8Array {
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
  return sbox;
}

function buildRow(shift: number): Int32Array {
  return Int32Array.from(SBOX, (value) => rotateRight(mixColumn(value), shift));
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
  const keyWords = key.length / 4;
  const words = new Int32Array(4 * (keyWords + 7));
  for (let i = 0; i < keyWords; i++) words[i] = readWord(key, 4 * i);
  const substitute = (word: number): number =>
    ((SBOX[word >>> 24] as number) << 24) |
    ((SBOX[(word >>> 16) & 0xff] as number) << 16) |
    ((SBOX[(word >>> 8) & 0xff] as number) << 8) |
    (SBOX[word & 0xff] as number);
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

/** The key stream block in use: one for the program, since nothing here is ever interrupted. Wiped after each use. */
const stream: Int32Array = /* @__PURE__ */ new Int32Array(4);

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
  const iv0 = readWord(iv, 0);
  const iv1 = readWord(iv, 4);
  const iv2 = readWord(iv, 8);
  const whole = length - (length % 16);
  let block = counter;
  let offset = 0;
  for (; offset < whole; offset += 16) {
    encryptBlock(roundKeys, iv0, iv1, iv2, block++);
    for (let i = 0; i < 4; i++) {
      const word = stream[i] as number;
      const at = offset + 4 * i;
      output[at] = (input[at] as number) ^ (word >>> 24);
      output[at + 1] = (input[at + 1] as number) ^ (word >>> 16);
      output[at + 2] = (input[at + 2] as number) ^ (word >>> 8);
      output[at + 3] = (input[at + 3] as number) ^ word;
    }
  }
  if (offset < length) {
    encryptBlock(roundKeys, iv0, iv1, iv2, block);
    for (let i = 0; offset < length; i++, offset++) {
      const byte = (stream[i >> 2] as number) >>> (24 - 8 * (i & 3));
      output[offset] = (input[offset] as number) ^ byte;
    }
  }
  stream.fill(0);
}

/**
 * CBC-MAC over the whole blocks of `bytes[0, end)`, SP 800-38C section 6.1 steps 2 and 3: `state` holds the last block's
 * cipher, as four big-endian words.
 */
export function absorbCbc(roundKeys: Int32Array, state: Int32Array, bytes: Uint8Array, end: number): void {
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  for (let offset = 0; offset < end; offset += 16) {
    encryptBlock(
      roundKeys,
      a ^ readWord(bytes, offset),
      b ^ readWord(bytes, offset + 4),
      c ^ readWord(bytes, offset + 8),
      d ^ readWord(bytes, offset + 12),
    );
    a = stream[0] as number;
    b = stream[1] as number;
    c = stream[2] as number;
    d = stream[3] as number;
  }
  state[0] = a;
  state[1] = b;
  state[2] = c;
  state[3] = d;
  stream.fill(0);
}

/** Cipher, FIPS 197 section 5.1: one block into `stream`. A function of its own because that keeps it in registers. */
function encryptBlock(roundKeys: Int32Array, w0: number, w1: number, w2: number, w3: number): void {
  const last = roundKeys.length - 4;
  let a = w0 ^ (roundKeys[0] as number);
  let b = w1 ^ (roundKeys[1] as number);
  let c = w2 ^ (roundKeys[2] as number);
  let d = w3 ^ (roundKeys[3] as number);
  let k = 4;
  for (; k < last; k += 4) {
    // SubBytes, ShiftRows, MixColumns and AddRoundKey, one column each.
    const e =
      (ROW0[a >>> 24] as number) ^
      (ROW1[(b >>> 16) & 0xff] as number) ^
      (ROW2[(c >>> 8) & 0xff] as number) ^
      (ROW3[d & 0xff] as number) ^
      (roundKeys[k] as number);
    const f =
      (ROW0[b >>> 24] as number) ^
      (ROW1[(c >>> 16) & 0xff] as number) ^
      (ROW2[(d >>> 8) & 0xff] as number) ^
      (ROW3[a & 0xff] as number) ^
      (roundKeys[k + 1] as number);
    const g =
      (ROW0[c >>> 24] as number) ^
      (ROW1[(d >>> 16) & 0xff] as number) ^
      (ROW2[(a >>> 8) & 0xff] as number) ^
      (ROW3[b & 0xff] as number) ^
      (roundKeys[k + 2] as number);
    const h =
      (ROW0[d >>> 24] as number) ^
      (ROW1[(a >>> 16) & 0xff] as number) ^
      (ROW2[(b >>> 8) & 0xff] as number) ^
      (ROW3[c & 0xff] as number) ^
      (roundKeys[k + 3] as number);
    a = e;
    b = f;
    c = g;
    d = h;
  }
  stream[0] = lastRound(a, b, c, d) ^ (roundKeys[k] as number);
  stream[1] = lastRound(b, c, d, a) ^ (roundKeys[k + 1] as number);
  stream[2] = lastRound(c, d, a, b) ^ (roundKeys[k + 2] as number);
  stream[3] = lastRound(d, a, b, c) ^ (roundKeys[k + 3] as number);
}

/** SubBytes and ShiftRows for one column: the last round has no MixColumns. */
function lastRound(a: number, b: number, c: number, d: number): number {
  return (
    ((SBOX[a >>> 24] as number) << 24) |
    ((SBOX[(b >>> 16) & 0xff] as number) << 16) |
    ((SBOX[(c >>> 8) & 0xff] as number) << 8) |
    (SBOX[d & 0xff] as number)
  );
}
