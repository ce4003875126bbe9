import { integerFromLimbs, LIMB_BITS, limbsFromInteger, type Limbs } from '../limbs.js';

/**
 * Arithmetic modulo a prime p for values that everybody may know: public keys and signatures. Elements are limbs in
 * Montgomery form: x·R modulo p, where R is 2^24 for each limb and leaves a byte or more above p. A product is within p of
 * zero; a point's coordinates are within sixteen times that.
 */
export interface PrimeField {
  readonly prime: bigint;
  /** Limbs of an element. */
  readonly limbs: number;
  /** `out` becomes a·b/R modulo p, carried. `out` may be an operand. */
  readonly multiply: (out: Limbs, a: Limbs, b: Limbs) => void;
  readonly zero: () => Limbs;
  /** An element from an integer below p. */
  readonly fromInteger: (value: bigint) => Limbs;
  /** The integer below p that an element stands for. */
  readonly toInteger: (element: Limbs) => bigint;
  /** Whether a carried element stands for 0. */
  readonly isZero: (element: Limbs) => boolean;
}

/** Elements nearer to zero than so many times p. */
const NEAR = 64;

/** A field whose prime is -1 modulo 2^24. */
export function createPrimeField({
  prime,
  limbs,
  multiply,
}: Pick<PrimeField, 'prime' | 'limbs' | 'multiply'>): PrimeField {
  const bits = BigInt(limbs * LIMB_BITS);
  let perR: bigint | undefined;
  return {
    prime,
    limbs,
    multiply,
    zero: () => new Float64Array(limbs),
    fromInteger: (value) => limbsFromInteger((value << bits) % prime, limbs),
    toInteger: (element) => {
      perR ??= inverse((1n << bits) % prime, prime);
      const value = (integerFromLimbs(element) * perR) % prime;
      return value < 0n ? value + prime : value;
    },
    isZero: (element) => {
      // The lowest limb of a multiple j·p is -j, so that nearly always one look is enough.
      const lowest = element[0] as number;
      return lowest > -NEAR && lowest < NEAR && integerFromLimbs(element) % prime === 0n;
    },
  };
}

/** The inverse of a number from 1 to m-1 modulo the prime m, by Euclid's algorithm. */
export function inverse(value: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, value, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return s0 < 0n ? s0 + m : s0;
}
