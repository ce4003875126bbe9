import type { Limbs } from '../limbs.js';
import { P384_DOMAIN } from '../nist-domains.js';
import { createPrimeField, type PrimeField } from './prime-field.js';

// Not imported: engines fold a module's own constants only, which makes a sixth of a multiplication.
const PER_LIMB: number = 2 ** -24;
/** Adding and taking away 3·2^75 rounds a double to a multiple of 2^24. */
const ROUND: number = 3 * 2 ** 75;

/** The field of P-384, SP 800-186 section 3.2.1.4: p = 2^384 - 2^128 - 2^96 + 2^32 - 1. */
export const P384_FIELD: PrimeField = /* @__PURE__ */ createPrimeField({
  prime: P384_DOMAIN.prime,
  limbs: 17,
  multiply,
});

/**
 * Montgomery multiplication, one limb of `a` at a time. p is -1 modulo 2^32, so that the multiple of p that clears the lowest
 * limb is that limb itself; p's other terms go to limbs 1 (2^32 is 2^8·2^24), 4 (2^96), 5 (2^128 is 2^8·2^120) and 16 (2^384).
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
  const b11 = b[11] as number;
  const b12 = b[12] as number;
  const b13 = b[13] as number;
  const b14 = b[14] as number;
  const b15 = b[15] as number;
  const b16 = b[16] as number;
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
  let t10 = 0;
  let t11 = 0;
  let t12 = 0;
  let t13 = 0;
  let t14 = 0;
  let t15 = 0;
  for (let i = 0; i < 17; i++) {
    const x = a[i] as number;
    const lowest = t0 + x * b0;
    const carry = lowest + ROUND - ROUND;
    const m = lowest - carry;
    t0 = t1 + x * b1 + carry * PER_LIMB + m * 0x100;
    t1 = t2 + x * b2;
    t2 = t3 + x * b3;
    t3 = t4 + x * b4 - m;
    t4 = t5 + x * b5 - m * 0x100;
    t5 = t6 + x * b6;
    t6 = t7 + x * b7;
    t7 = t8 + x * b8;
    t8 = t9 + x * b9;
    t9 = t10 + x * b10;
    t10 = t11 + x * b11;
    t11 = t12 + x * b12;
    t12 = t13 + x * b13;
    t13 = t14 + x * b14;
    t14 = t15 + x * b15;
    t15 = x * b16 + m;
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
  const c10 = t10 + ROUND - ROUND;
  const c11 = t11 + ROUND - ROUND;
  const c12 = t12 + ROUND - ROUND;
  const c13 = t13 + ROUND - ROUND;
  const c14 = t14 + ROUND - ROUND;
  const c15 = t15 + ROUND - ROUND;
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
  t10 += c9 * PER_LIMB - c10;
  t11 += c10 * PER_LIMB - c11;
  t12 += c11 * PER_LIMB - c12;
  t13 += c12 * PER_LIMB - c13;
  t14 += c13 * PER_LIMB - c14;
  t15 += c14 * PER_LIMB - c15;
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
  const d10 = t10 + ROUND - ROUND;
  const d11 = t11 + ROUND - ROUND;
  const d12 = t12 + ROUND - ROUND;
  const d13 = t13 + ROUND - ROUND;
  const d14 = t14 + ROUND - ROUND;
  const d15 = t15 + ROUND - ROUND;
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
  out[10] = t10 - d10 + d9 * PER_LIMB;
  out[11] = t11 - d11 + d10 * PER_LIMB;
  out[12] = t12 - d12 + d11 * PER_LIMB;
  out[13] = t13 - d13 + d12 * PER_LIMB;
  out[14] = t14 - d14 + d13 * PER_LIMB;
  out[15] = t15 - d15 + d14 * PER_LIMB;
  out[16] = (c15 + d15) * PER_LIMB;
}
