/**
 * Arithmetic modulo 2^255 - 19 (RFC 7748 section 4.1) for secret values: the same operations in the same order whatever they
 * are, on doubles that hold integers exactly. Elements are limbs (24 bits each, signed) of no particular one of the numbers
 * that are equal modulo p.
 *
 * In the comments an element's *weight* is how many times 2^23 its limbs may be. A product has weight 1 (a carry of a carry
 * adds a few hundredths, far from any limit), a sum the weight of both. Two weights that are multiplied may come to 11, since
 * eleven products of two limbs have to stay below 2^53.
 */
import type { Limbs } from '../limbs.js';

// Not imported: engines fold a module's own constants only, which makes a sixth of a multiplication.
const PER_LIMB: number = 2 ** -24;
/** Adding and taking away 3·2^75 rounds a double to a multiple of 2^24. */
const ROUND: number = 3 * 2 ** 75;

const LIMBS = 11;
/** 2^264 modulo p: what the limb above the last one is worth in the first. */
const FOLD = 9728;

/** Bytes of an element as RFC 7748 section 5 encodes it. */
export const ELEMENT_LENGTH = 32;

/** Bits of the last limb that are below 2^255. */
const LAST_LIMB_BITS = 15;
const LIMB_MASK = 0xffffff;

export function zero(): Limbs {
  return new Float64Array(LIMBS);
}

/** decodeUCoordinate, RFC 7748 section 5: the highest bit is ignored, and numbers from p on are taken. Weight 2. */
export function elementFromBytes(bytes: Uint8Array): Limbs {
  const limbs = zero();
  for (let i = 0; i < LIMBS; i++) {
    const third = i === LIMBS - 1 ? 0 : (bytes[3 * i + 2] as number);
    limbs[i] = (bytes[3 * i] as number) | ((bytes[3 * i + 1] as number) << 8) | (third << 16);
  }
  limbs[LIMBS - 1] = (limbs[LIMBS - 1] as number) & ((1 << LAST_LIMB_BITS) - 1);
  return limbs;
}

/** encodeUCoordinate, RFC 7748 section 5: of the number below p, without a branch. The element, of any weight, is used up. */
export function elementToBytes(limbs: Limbs): Uint8Array<ArrayBuffer> {
  // Three times: what is below zero, or was carried from the top, may reach the top again, but not a third time.
  for (let pass = 0; pass < 3; pass++) addToFirst(limbs, FOLD * carryAll(limbs));
  // Twice, since adding 19 for each 2^255 may reach bit 255 again; then it is below 2^255.
  for (let pass = 0; pass < 2; pass++) {
    addToFirst(limbs, 19 * takeHighBits(limbs));
    carryAll(limbs);
  }
  // From p = 2^255 - 19 on, adding 19 gives bit 255.
  const candidate = limbs.slice();
  addToFirst(candidate, 19);
  carryAll(candidate);
  addToFirst(limbs, 19 * takeHighBits(candidate));
  carryAll(limbs);
  takeHighBits(limbs);
  const bytes = new Uint8Array(ELEMENT_LENGTH);
  for (let i = 0; i < ELEMENT_LENGTH; i++) bytes[i] = (limbs[Math.trunc(i / 3)] as number) >> (8 * (i % 3));
  candidate.fill(0);
  limbs.fill(0);
  return bytes;
}

/** Brings each limb into 0 to 2^24 - 1; returns what goes out at the top. */
function carryAll(limbs: Limbs): number {
  let carry = 0;
  for (let i = 0; i < LIMBS; i++) {
    const value = (limbs[i] as number) + carry;
    limbs[i] = value & LIMB_MASK;
    carry = value >> 24;
  }
  return carry;
}

function addToFirst(limbs: Limbs, value: number): void {
  limbs[0] = (limbs[0] as number) + value;
}

/** Takes the bits from 255 on away and returns them. */
function takeHighBits(limbs: Limbs): number {
  const last = limbs[LIMBS - 1] as number;
  limbs[LIMBS - 1] = last & ((1 << LAST_LIMB_BITS) - 1);
  return last >> LAST_LIMB_BITS;
}

export function add(out: Limbs, a: Limbs, b: Limbs): void {
  for (let i = 0; i < LIMBS; i++) out[i] = (a[i] as number) + (b[i] as number);
}

export function subtract(out: Limbs, a: Limbs, b: Limbs): void {
  for (let i = 0; i < LIMBS; i++) out[i] = (a[i] as number) - (b[i] as number);
}

/** Swaps both if `bit` is 1, and does the same work if it is 0. */
export function conditionalSwap(bit: number, a: Limbs, b: Limbs): void {
  for (let i = 0; i < LIMBS; i++) {
    const difference = bit * ((a[i] as number) - (b[i] as number));
    a[i] = (a[i] as number) - difference;
    b[i] = (b[i] as number) + difference;
  }
}

/** `out` becomes a + b·factor, carried, for a factor up to 2^20. */
export function addScaled(out: Limbs, a: Limbs, b: Limbs, factor: number): void {
  let carry = 0;
  for (let i = 0; i < LIMBS; i++) {
    const value = (a[i] as number) + (b[i] as number) * factor + carry;
    const high = value + ROUND - ROUND;
    out[i] = value - high;
    carry = high * PER_LIMB;
  }
  const first = (out[0] as number) + carry * FOLD;
  const high = first + ROUND - ROUND;
  out[0] = first - high;
  out[1] = (out[1] as number) + high * PER_LIMB;
}

/**
 * `out` becomes a·b, of weight 1, one limb of `a` at a time from the highest: the sum so far moves up by a limb, and what
 * moves out at the top comes in at the bottom, times FOLD. `out` may be an operand.
 */
export function multiply(out: Limbs, a: Limbs, b: Limbs): void {
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
  let t10 = 0;
  for (let i = LIMBS - 1; i >= 0; i--) {
    const x = a[i] as number;
    const high = t10 + ROUND - ROUND;
    const low = t10 - high;
    t10 = t9 + x * b10;
    t9 = t8 + x * b9;
    t8 = t7 + x * b8;
    t7 = t6 + x * b7;
    t6 = t5 + x * b6;
    t5 = t4 + x * b5;
    t4 = t3 + x * b4;
    t3 = t2 + x * b3;
    t2 = t1 + x * b2;
    t1 = t0 + x * b1 + high * (PER_LIMB * FOLD);
    t0 = low * FOLD + x * b0;
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
  t0 += c10 * (PER_LIMB * FOLD) - c0;
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
  out[0] = t0 - d0 + d10 * (PER_LIMB * FOLD);
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
}

/** Squares `times` times. */
function squareRepeatedly(out: Limbs, a: Limbs, times: number): void {
  multiply(out, a, a);
  for (let i = 1; i < times; i++) multiply(out, out, out);
}

/** `out` becomes a^(p-2), the inverse by Fermat, or 0 for 0: p - 2 = (2^250 - 1)·2^5 + 11. */
export function invert(out: Limbs, a: Limbs): void {
  const [power11, bits5, bits10, bits50, t] = [zero(), zero(), zero(), zero(), zero()];
  squareRepeatedly(power11, a, 1);
  squareRepeatedly(t, power11, 2);
  multiply(t, t, a);
  multiply(power11, t, power11);
  squareRepeatedly(bits5, power11, 1);
  multiply(bits5, bits5, t);
  squareRepeatedly(bits10, bits5, 5);
  multiply(bits10, bits10, bits5);
  squareRepeatedly(t, bits10, 10);
  multiply(t, t, bits10);
  squareRepeatedly(bits50, t, 20);
  multiply(t, bits50, t);
  squareRepeatedly(bits50, t, 10);
  multiply(bits50, bits50, bits10);
  squareRepeatedly(t, bits50, 50);
  multiply(t, t, bits50);
  squareRepeatedly(out, t, 100);
  multiply(t, out, t);
  squareRepeatedly(t, t, 50);
  multiply(t, t, bits50);
  squareRepeatedly(t, t, 5);
  multiply(out, t, power11);
  for (const element of [power11, bits5, bits10, bits50, t]) element.fill(0);
}
