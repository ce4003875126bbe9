import { bitLength, bytesToInteger, integerToBytes, powPublic } from './integer.js';

/** RFC 9846 names no minimum; 2048 is that of the CA/Browser Forum's Baseline Requirements, section 6.1.5. */
const MIN_MODULUS_BITS = 2048;
/** Work grows with the square of the size, and the peer chooses it: the largest size in use. */
const MAX_MODULUS_BITS = 8192;
/** Exponents above 2^32 would let a peer buy much work with a small certificate; nobody uses them. */
const EXPONENT_LIMIT: bigint = 2n ** 33n;

/** An RSA public key whose sizes were checked. */
export interface RsaPublicKey {
  readonly n: bigint;
  readonly e: bigint;
  readonly modulusBits: number;
  /** Bytes of the modulus and of every signature. */
  readonly length: number;
  /** The two integers as the key gave them. */
  readonly bytes: { readonly modulus: Uint8Array; readonly exponent: Uint8Array };
}

/** The checked key, or the sentence that says what is wrong with it. */
export function readPublicKey(modulus: Uint8Array, exponent: Uint8Array): RsaPublicKey | string {
  // Sizes first: bytes are cheap, integers of a million digits are not.
  if (significantBytes(modulus) > MAX_MODULUS_BITS / 8) return `the modulus has more than ${MAX_MODULUS_BITS} bits`;
  if (significantBytes(exponent) > 5) return 'the exponent is not below 2^33';
  const n = bytesToInteger(modulus);
  const e = bytesToInteger(exponent);
  const modulusBits = bitLength(n);
  if (modulusBits < MIN_MODULUS_BITS) return `the modulus has ${modulusBits} bits, fewer than ${MIN_MODULUS_BITS}`;
  if (n % 2n === 0n) return 'the modulus is even';
  if (e < 3n || e >= EXPONENT_LIMIT) return 'the exponent is outside 3 to 2^33';
  if (e % 2n === 0n) return 'the exponent is even';
  return { n, e, modulusBits, length: Math.ceil(modulusBits / 8), bytes: { modulus, exponent } };
}

function significantBytes(bytes: Uint8Array): number {
  let zeros = 0;
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++;
  return bytes.length - zeros;
}

/**
 * RSAVP1, RFC 8017 section 5.2.2: the encoded message of a signature, as long as the modulus, or null for a signature
 * of another length or one that is not below the modulus.
 */
export function recoverEncodedMessage(key: RsaPublicKey, signature: Uint8Array): Uint8Array | null {
  if (signature.length !== key.length) return null;
  const s = bytesToInteger(signature);
  if (s >= key.n) return null;
  return integerToBytes(powPublic(s, key.e, key.n), key.length);
}
