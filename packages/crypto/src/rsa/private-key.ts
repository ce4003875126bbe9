import { CryptoError } from '../error.js';
import type { RandomBytes, RsaPrivateValues } from '../provider.js';
import { bytesToInteger, integerToBytes, invertModulo, powPublic, powSecret } from './integer.js';
import { readPublicKey, type RsaPublicKey } from './public-key.js';

/** An RSA private key whose parts were checked against each other. */
export interface RsaSigningKey extends RsaPublicKey {
  readonly p: bigint;
  readonly q: bigint;
  /** d mod (p - 1). */
  readonly dP: bigint;
  /** d mod (q - 1). */
  readonly dQ: bigint;
  /** The inverse of q modulo p. */
  readonly qInverse: bigint;
}

/**
 * Reads RSAPrivateKey, RFC 8017 section 3.2 and appendix A.1.2. Every value is checked against the others: a key that
 * was damaged, or in which someone replaced one CRT value, would give its factors away with the first signature.
 * @throws CryptoError `invalid-key`
 */
export function importPrivateKey(values: RsaPrivateValues): RsaSigningKey {
  const publicKey = readPublicKey(values.modulus, values.publicExponent);
  if (typeof publicKey === 'string') throw invalid(publicKey);
  const { n, e, length } = publicKey;
  const [d, p, q, dP, dQ, qInverse] = [
    values.privateExponent,
    values.prime1,
    values.prime2,
    values.exponent1,
    values.exponent2,
    values.coefficient,
  ].map((bytes) => {
    // No part is longer than the modulus; a leading zero byte is allowed, as DER has it.
    if (bytes.length > length + 1) throw invalid('a part is longer than the modulus');
    return bytesToInteger(bytes);
  }) as [bigint, bigint, bigint, bigint, bigint, bigint];
  if (p <= 1n || q <= 1n || p * q !== n) throw invalid('the modulus is not the product of two primes');
  if (d <= 1n || d >= n) throw invalid('the private exponent is outside 1 to n');
  // Together these two say that d·e = 1 modulo lcm(p - 1, q - 1), RFC 8017 section 3.2.
  if ((d * e) % (p - 1n) !== 1n || (d * e) % (q - 1n) !== 1n) throw invalid('the exponents do not belong together');
  if (dP !== d % (p - 1n)) throw invalid('exponent1 is not d mod (p - 1)');
  if (dQ !== d % (q - 1n)) throw invalid('exponent2 is not d mod (q - 1)');
  // This refuses p = q as well: q would have no inverse.
  if (qInverse <= 0n || qInverse >= p || (qInverse * q) % p !== 1n) throw invalid('the coefficient is not 1/q mod p');
  return { ...publicKey, p, q, dP, dQ, qInverse };
}

function invalid(problem: string): CryptoError {
  return new CryptoError('invalid-key', `rsa: ${problem}`);
}

/**
 * RSASP1, RFC 8017 section 5.2.1 method 2, of an encoded message as long as the modulus.
 *
 * The base is blinded with a fresh random factor, since BigInt takes a time that depends on its values. The result is
 * checked with the public exponent before it leaves: one wrong half of the CRT, by a fault or an attack, would reveal
 * a prime as gcd(s^e - m, n).
 * @throws CryptoError `self-check-failed`; nothing of the signature is released
 */
export function signEncodedMessage(key: RsaSigningKey, encoded: Uint8Array, random: RandomBytes): Uint8Array {
  const { n, e, p, q, dP, dQ, qInverse } = key;
  const message = bytesToInteger(encoded);
  const { factor, inverse } = blindingFactor(key, random);
  const blinded = (message * powPublic(factor, e, n)) % n;
  const halfBits = 4 * key.length + 4;
  const s1 = powSecret(blinded % p, dP, p, halfBits);
  const s2 = powSecret(blinded % q, dQ, q, halfBits);
  // Garner: h = (s1 - s2)·qInv mod p, kept positive.
  const h = ((((s1 - s2) % p) + p) * qInverse) % p;
  const signature = ((s2 + q * h) * inverse) % n;
  if (powPublic(signature, e, n) !== message) {
    throw new CryptoError('self-check-failed', 'rsa: the signature does not verify with the public exponent');
  }
  return integerToBytes(signature, key.length);
}

/** A fresh unit r modulo n with its inverse. Almost every number is one: the loop is there for the proof. */
function blindingFactor(key: RsaSigningKey, random: RandomBytes): { factor: bigint; inverse: bigint } {
  for (;;) {
    const factor = bytesToInteger(random(key.length)) % key.n;
    const inverse = factor > 1n ? invertModulo(factor, key.n) : null;
    if (inverse !== null) return { factor, inverse };
  }
}
