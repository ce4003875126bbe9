/**
 * A long integer as limbs of 24 bits, least significant first, held as doubles. A limb is signed: within 2^23 of zero after a
 * carry, so that a sum of many products of two limbs stays below 2^53, where doubles are exact.
 *
 * Each field has a multiplication of its own, with a variable for each limb: the reduction is another for each prime, and as
 * loops over arrays they take three times as long. The carries at their ends look alike and are written out for the same reason.
 */
export type Limbs = Float64Array;

export const LIMB_BITS = 24;
const PER_LIMB: number = 2 ** -24;
/** Adding and taking away 3·2^75 rounds a double to a multiple of 2^24: the distance of two doubles up there. */
const ROUND: number = 3 * 2 ** 75;

/** `out` becomes a·`timesA` + b·`timesB`, carried; the last limb takes what it gets. Factors up to a hundred. */
export function combine(out: Limbs, a: Limbs, timesA: number, b: Limbs, timesB: number): void {
  const last = a.length - 1;
  let carry = 0;
  for (let i = 0; i < last; i++) {
    const value = (a[i] as number) * timesA + (b[i] as number) * timesB;
    const high = value + ROUND - ROUND;
    // A carry of a carry is left where it is: it is a few units, beside 2^23.
    out[i] = value - high + carry;
    carry = high * PER_LIMB;
  }
  out[last] = (a[last] as number) * timesA + (b[last] as number) * timesB + carry;
}

/** An integer that the last limb has room for. Not for secrets: what BigInts take in time depends on the value. */
export function limbsFromInteger(value: bigint, count: number): Limbs {
  const limbs = new Float64Array(count);
  let rest = value;
  for (let i = 0; i < count; i++) {
    const limb = i === count - 1 ? rest : BigInt.asIntN(LIMB_BITS, rest);
    limbs[i] = Number(limb);
    rest = (rest - limb) >> BigInt(LIMB_BITS);
  }
  return limbs;
}

/** The integer, which may be negative. Not for secrets. */
export function integerFromLimbs(limbs: Limbs): bigint {
  let value = 0n;
  for (let i = limbs.length - 1; i >= 0; i--) value = (value << BigInt(LIMB_BITS)) + BigInt(limbs[i] as number);
  return value;
}
