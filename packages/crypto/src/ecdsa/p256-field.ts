import type { Limbs } from '../limbs.js';
import { P256_DOMAIN } from '../nist-domains.js';
import { createPrimeField, type PrimeField } from './prime-field.js';

// Not imported: engines fold a module's own constants only, which makes a sixth of a multiplication.
const PER_LIMB: number = 2 ** -24;
/** Adding and taking away 3·2^75 rounds a double to a multiple of 2^24. */
const ROUND: number = 3 * 2 ** 75;

/** The field of P-256, SP 800-186 section 3.2.1.3: p = 2^256 - 2^224 + 2^192 + 2^96 - 1. */
export const P256_FIELD: PrimeField = /* @__PURE__ */ createPrimeField({
  prime: P256_DOMAIN.prime,
  limbs: 11,
  multiply,
});

/**
 * Montgomery multiplication, one limb of `a` at a time. p is -1 modulo 2^96, so that the multiple of p that clears the lowest
 * limb is that limb itself; p's other terms go to limbs 4 (2^96), 8 (2^192), 9 and 10 (2^256 - 2^224, which is
 * 2^16·2^240 - 2^8·2^216).
 */
function multiply(out: Limbs, a: Limbs, b: Limbs): void {
  const b0 = b[0] as number;
  const b1 = b[1] as number;
  const b2 = b[2] as number;
  const b3 = b[3] as number;
  const b4 = b[4] as number;
  const b5 = b[5] as number;
  const b6 = b[6] as number;
  const b7 = b[7] as number;
  const b8 = b[8] as number;
  const b9 = b[9] as number;
  const b10 = b[10] as number;
  let t0 = 0;
  let t1 = 0;
  let t2 = 0;
  let t3 = 0;
  let t4 = 0;
  let t5 = 0;
  let t6 = 0;
  let t7 = 0;
  let t8 = 0;
  let t9 = 0;
  for (let i = 0; i < 11; i++) {
    const x = a[i] as number;
    const lowest = t0 + x * b0;
    const carry = lowest + ROUND - ROUND;
    const m = lowest - carry;
    t0 = t1 + x * b1 + carry * PER_LIMB;
    t1 = t2 + x * b2;
    t2 = t3 + x * b3;
    t3 = t4 + x * b4 + m;
    t4 = t5 + x * b5;
    t5 = t6 + x * b6;
    t6 = t7 + x * b7;
    t7 = t8 + x * b8 + m;
    t8 = t9 + x * b9 - m * 0x100;
    t9 = x * b10 + m * 0x10000;
  }
  // Each limb's carry goes to its neighbour, all at the same time, and what that leaves once more.
  const c0 = t0 + ROUND - ROUND;
  const c1 = t1 + ROUND - ROUND;
  const c2 = t2 + ROUND - ROUND;
  const c3 = t3 + ROUND - ROUND;
  const c4 = t4 + ROUND - ROUND;
  const c5 = t5 + ROUND - ROUND;
  const c6 = t6 + ROUND - ROUND;
  const c7 = t7 + ROUND - ROUND;
  const c8 = t8 + ROUND - ROUND;
  const c9 = t9 + ROUND - ROUND;
  t0 -= c0;
  t1 += c0 * PER_LIMB - c1;
  t2 += c1 * PER_LIMB - c2;
  t3 += c2 * PER_LIMB - c3;
  t4 += c3 * PER_LIMB - c4;
  t5 += c4 * PER_LIMB - c5;
  t6 += c5 * PER_LIMB - c6;
  t7 += c6 * PER_LIMB - c7;
  t8 += c7 * PER_LIMB - c8;
  t9 += c8 * PER_LIMB - c9;
  const d0 = t0 + ROUND - ROUND;
  const d1 = t1 + ROUND - ROUND;
  const d2 = t2 + ROUND - ROUND;
  const d3 = t3 + ROUND - ROUND;
  const d4 = t4 + ROUND - ROUND;
  const d5 = t5 + ROUND - ROUND;
  const d6 = t6 + ROUND - ROUND;
  const d7 = t7 + ROUND - ROUND;
  const d8 = t8 + ROUND - ROUND;
  const d9 = t9 + ROUND - ROUND;
  out[0] = t0 - d0;
  out[1] = t1 - d1 + d0 * PER_LIMB;
  out[2] = t2 - d2 + d1 * PER_LIMB;
  out[3] = t3 - d3 + d2 * PER_LIMB;
  out[4] = t4 - d4 + d3 * PER_LIMB;
  out[5] = t5 - d5 + d4 * PER_LIMB;
  out[6] = t6 - d6 + d5 * PER_LIMB;
  out[7] = t7 - d7 + d6 * PER_LIMB;
  out[8] = t8 - d8 + d7 * PER_LIMB;
  out[9] = t9 - d9 + d8 * PER_LIMB;
  out[10] = (c9 + d9) * PER_LIMB;
}
