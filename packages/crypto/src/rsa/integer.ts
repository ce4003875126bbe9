/** Integers of RFC 8017 as BigInt. BigInt arithmetic takes a time that depends on its values: see `private-key.ts`. */

const DIGITS = '0123456789abcdef';

/** OS2IP, RFC 8017 section 4.2: big-endian, leading zeros allowed. */
export function bytesToInteger(bytes: Uint8Array): bigint {
  let hex = '';
  for (const byte of bytes) hex += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 0x0f);
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/** I2OSP, RFC 8017 section 4.1; the value is known to fit. */
export function integerToBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(2 * length, '0');
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    bytes[i] = (DIGITS.indexOf(hex.charAt(2 * i)) << 4) | DIGITS.indexOf(hex.charAt(2 * i + 1));
  }
  return bytes;
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** base^exponent mod modulus for an exponent that everyone knows: one squaring for each bit. */
export function powPublic(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** Bits of a window of `powSecret`. */
const WINDOW_BITS = 4;

/**
 * base^exponent mod modulus for a secret exponent of at most `exponentBits` bits: fixed windows, a multiplication in
 * each whatever its bits, so that the sequence of operations is the same for every exponent of that length. How long
 * each operation takes still depends on its operands, which is why callers blind the base.
 */
export function powSecret(base: bigint, exponent: bigint, modulus: bigint, exponentBits: number): bigint {
  const powers = [1n];
  for (let i = 1; i < 1 << WINDOW_BITS; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
  const windows = Math.ceil(exponentBits / WINDOW_BITS);
  const digits = exponent.toString(16).padStart(windows, '0');
  let result = 1n;
  for (let i = 0; i < digits.length; i++) {
    for (let bit = 0; bit < WINDOW_BITS; bit++) result = (result * result) % modulus;
    result = (result * (powers[DIGITS.indexOf(digits.charAt(i))] as bigint)) % modulus;
  }
  return result;
}

/** The inverse of `value` modulo `modulus`, or null where there is none (extended Euclid). */
export function invertModulo(value: bigint, modulus: bigint): bigint | null {
  let [previous, current] = [modulus, value % modulus];
  let [previousFactor, factor] = [0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  if (previous !== 1n) return null;
  return previousFactor < 0n ? previousFactor + modulus : previousFactor;
}
