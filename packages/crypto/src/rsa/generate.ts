import { CryptoError } from '../error.js';
import type { RandomBytes, RsaPrivateValues } from '../provider.js';
import { bitLength, bytesToInteger, integerToBytes, invertModulo, powSecret } from './integer.js';

/** F4, the exponent that everyone uses; FIPS 186-5 section 5.1 demands 2^16 < e < 2^256. */
const PUBLIC_EXPONENT = 65537n;
const MODULUS_BITS = 2048;

/** FIPS 186-5 appendix B.3, table B.1: 5 rounds suffice for 1024-bit primes at 2^-112. */
const MILLER_RABIN_ROUNDS = 5;

/** Sieving with the primes below this leaves one candidate in seven or so for the expensive test. */
const SIEVE_LIMIT = 2000;

/**
 * A fresh RSA key of 2048 bits, FIPS 186-5 appendix A.1.3: probable primes of 1024 bits, both above sqrt(2)·2^1023 so
 * that the product has its 2048 bits, and far enough apart.
 */
export function generatePrivateKey(random: RandomBytes): RsaPrivateValues {
  const primeBits = MODULUS_BITS / 2;
  const p = randomPrime(primeBits, random);
  let q = randomPrime(primeBits, random);
  // Step 5.4: |p - q| > 2^(nlen/2 - 100), or Fermat's method finds them.
  while (absolute(p - q) <= 2n ** BigInt(primeBits - 100)) q = randomPrime(primeBits, random);
  const n = p * q;
  // Carmichael's function, the smallest exponent that works for every base.
  const lambda = ((p - 1n) * (q - 1n)) / greatestCommonDivisor(p - 1n, q - 1n);
  const d = invertModulo(PUBLIC_EXPONENT, lambda);
  const qInverse = invertModulo(q, p);
  if (d === null || qInverse === null) throw new CryptoError('self-check-failed', 'rsa: the primes do not fit');
  const half = primeBits / 8;
  return {
    modulus: integerToBytes(n, MODULUS_BITS / 8),
    publicExponent: integerToBytes(PUBLIC_EXPONENT, 3),
    privateExponent: integerToBytes(d, MODULUS_BITS / 8),
    prime1: integerToBytes(p, half),
    prime2: integerToBytes(q, half),
    exponent1: integerToBytes(d % (p - 1n), half),
    exponent2: integerToBytes(d % (q - 1n), half),
    coefficient: integerToBytes(qInverse, half),
  };
}

/** FIPS 186-5 appendix A.1.3 step 4: random odd numbers until one is prime and p - 1 has no factor of e. */
function randomPrime(bits: number, random: RandomBytes): bigint {
  const sieve = smallPrimes();
  for (;;) {
    const bytes = random(bits / 8);
    // The two highest bits set put the prime above 1.5·2^(bits-1), well over the sqrt(2)·2^(bits-1) of the standard.
    bytes[0] = (bytes[0] as number) | 0xc0;
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | 0x01;
    const candidate = bytesToInteger(bytes);
    if ((candidate - 1n) % PUBLIC_EXPONENT === 0n) continue;
    if (sieve.some((prime) => candidate % prime === 0n)) continue;
    if (isProbablePrime(candidate, random)) return candidate;
  }
}

/** Miller–Rabin, FIPS 186-5 appendix B.3.1, with random bases. For an odd candidate above 3. */
export function isProbablePrime(candidate: bigint, random: RandomBytes): boolean {
  const bits = bitLength(candidate);
  let odd = candidate - 1n;
  let twos = 0;
  while (odd % 2n === 0n) {
    odd /= 2n;
    twos++;
  }
  for (let round = 0; round < MILLER_RABIN_ROUNDS; round++) {
    // Between 2 and candidate - 2. 64 bits more than needed make the bias of the reduction negligible.
    const base = 2n + (bytesToInteger(random(Math.ceil(bits / 8) + 8)) % (candidate - 3n));
    if (isCompositeWitness(base, candidate, odd, twos, bits)) return false;
  }
  return true;
}

function isCompositeWitness(base: bigint, candidate: bigint, odd: bigint, twos: number, bits: number): boolean {
  let power = powSecret(base, odd, candidate, bits);
  if (power === 1n || power === candidate - 1n) return false;
  for (let i = 1; i < twos; i++) {
    power = (power * power) % candidate;
    if (power === candidate - 1n) return false;
  }
  return true;
}

/** The odd primes below the sieve's limit, by Eratosthenes. */
function smallPrimes(): readonly bigint[] {
  const composite = new Uint8Array(SIEVE_LIMIT);
  const primes: bigint[] = [];
  for (let number = 3; number < SIEVE_LIMIT; number += 2) {
    if (composite[number] === 1) continue;
    primes.push(BigInt(number));
    for (let multiple = number * number; multiple < SIEVE_LIMIT; multiple += number) composite[multiple] = 1;
  }
  return primes;
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  return right === 0n ? left : greatestCommonDivisor(right, left % right);
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
