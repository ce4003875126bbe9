/**
 * Poly1305, RFC 8439 section 2.5, over six limbs of 22 bits held as doubles: a product of two limbs, times the 20 that
 * 2^132 comes to modulo 2^130 - 5, and a sum of a dozen of them stay below 2^53, where doubles are exact. That is a third
 * of the multiplications that limbs of 13 bits in integers need, and each takes the same time whatever its operands.
 */

/** RFC 8439 section 2.5: the tag's length, and that of a block. */
export const POLY_TAG_LENGTH = 16;
const LIMB = 2 ** 22;
const PER_LIMB: number = 2 ** -22;
const LIMB_MASK: number = LIMB - 1;
/** Adding and taking away 3·2^73 rounds a double to a multiple of 2^22: the distance of two doubles up there. */
const ROUND: number = 3 * 2 ** 73;
/** The bit above a block's 128, in the limb that begins at bit 110. */
const BLOCK_END: number = 1 << 18;

/**
 * The state of one message at a time. It is begun anew for each, so that a record allocates nothing; `finish` wipes it.
 */
export class Poly1305 {
  /** h0 to h5. */
  readonly #h = new Float64Array(6);
  /** r and r^2, each as six limbs. */
  readonly #r = new Float64Array(12);
  /** The second half of the key, four words. */
  readonly #pad = new Int32Array(4);

  /** Begins a message. The key is in `words[0, 8)`, read as little-endian. */
  begin(words: Int32Array): void {
    const r = this.#r;
    // Clamped as section 2.5 says.
    const k0 = (words[0] as number) & 0x0fffffff;
    const k1 = (words[1] as number) & 0x0ffffffc;
    const k2 = (words[2] as number) & 0x0ffffffc;
    const k3 = (words[3] as number) & 0x0ffffffc;
    r[0] = k0 & LIMB_MASK;
    r[1] = ((k0 >>> 22) | (k1 << 10)) & LIMB_MASK;
    r[2] = ((k1 >>> 12) | (k2 << 20)) & LIMB_MASK;
    r[3] = (k2 >>> 2) & LIMB_MASK;
    r[4] = ((k2 >>> 24) | (k3 << 8)) & LIMB_MASK;
    r[5] = k3 >>> 14;
    for (let i = 0; i < 4; i++) this.#pad[i] = words[4 + i] as number;
    // r^2 is r·r, by the multiplication that blocks go through.
    const h = this.#h;
    for (let i = 0; i < 6; i++) h[i] = r[i] as number;
    multiply(h, r);
    for (let i = 0; i < 6; i++) r[6 + i] = h[i] as number;
    h.fill(0);
  }

  /** Takes `blocks` whole blocks of 16 bytes, four words each, from `words[0]` on. */
  update(words: Int32Array, blocks: number): void {
    const pairs = blocks >> 1;
    if (pairs > 0) absorbPairs(this.#h, this.#r, words, pairs);
    if (blocks === 2 * pairs) return;
    absorbOne(this.#h, words, 8 * pairs);
    multiply(this.#h, this.#r);
  }

  /** The tag as four words; everything is wiped. */
  finish(tag: Int32Array): void {
    const h = this.#h;
    const pad = this.#pad;
    canonicalize(h);
    const h1 = h[1] as number;
    const h2 = h[2] as number;
    const h4 = h[4] as number;
    tag[0] = (h[0] as number) | (h1 << 22);
    tag[1] = (h1 >>> 10) | (h2 << 12);
    tag[2] = (h2 >>> 20) | ((h[3] as number) << 2) | (h4 << 24);
    tag[3] = (h4 >>> 8) | ((h[5] as number) << 14);
    let carried = 0;
    for (let i = 0; i < 4; i++) {
      const sum = ((tag[i] as number) >>> 0) + ((pad[i] as number) >>> 0) + carried;
      tag[i] = sum | 0;
      carried = Math.floor(sum * 2 ** -32);
    }
    h.fill(0);
    this.#r.fill(0);
    pad.fill(0);
  }
}

/** h += the block. */
function absorbOne(h: Float64Array, words: Int32Array, at: number): void {
  const t0 = words[at] as number;
  const t1 = words[at + 1] as number;
  const t2 = words[at + 2] as number;
  const t3 = words[at + 3] as number;
  h[0] = (h[0] as number) + (t0 & LIMB_MASK);
  h[1] = (h[1] as number) + (((t0 >>> 22) | (t1 << 10)) & LIMB_MASK);
  h[2] = (h[2] as number) + (((t1 >>> 12) | (t2 << 20)) & LIMB_MASK);
  h[3] = (h[3] as number) + ((t2 >>> 2) & LIMB_MASK);
  h[4] = (h[4] as number) + (((t2 >>> 24) | (t3 << 8)) & LIMB_MASK);
  h[5] = (h[5] as number) + ((t3 >>> 14) | BLOCK_END);
}

/** h = h·r, with limbs between -2^21 and 2^21 but for a little. */
function multiply(h: Float64Array, r: Float64Array): void {
  const h0 = h[0] as number;
  const h1 = h[1] as number;
  const h2 = h[2] as number;
  const h3 = h[3] as number;
  const h4 = h[4] as number;
  const h5 = h[5] as number;
  const r0 = r[0] as number;
  const r1 = r[1] as number;
  const r2 = r[2] as number;
  const r3 = r[3] as number;
  const r4 = r[4] as number;
  const r5 = r[5] as number;
  const s1 = 20 * r1;
  const s2 = 20 * r2;
  const s3 = 20 * r3;
  const s4 = 20 * r4;
  const s5 = 20 * r5;
  h[0] = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
  h[1] = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2;
  h[2] = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3;
  h[3] = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4;
  h[4] = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5;
  h[5] = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0;
  carry(h);
}

/** Each limb's excess goes to the next; twice at the low end, where the highest limb's comes back. */
function carry(h: Float64Array): void {
  for (let step = 0; step < 8; step++) {
    const i = step % 6;
    const next = (i + 1) % 6;
    const value = h[i] as number;
    const high = value + ROUND - ROUND;
    h[i] = value - high;
    h[next] = (h[next] as number) + high * (i === 5 ? WRAP : PER_LIMB);
  }
}

/**
 * Pairs of blocks: h = (h + first)·r^2 + second·r, one round of carries for both. The two halves do not wait for each
 * other, nor the additions of one limb for those of another.
 */
function absorbPairs(h: Float64Array, r: Float64Array, words: Int32Array, pairs: number): void {
  let h0 = h[0] as number;
  let h1 = h[1] as number;
  let h2 = h[2] as number;
  let h3 = h[3] as number;
  let h4 = h[4] as number;
  let h5 = h[5] as number;
  const r0 = r[0] as number;
  const r1 = r[1] as number;
  const r2 = r[2] as number;
  const r3 = r[3] as number;
  const r4 = r[4] as number;
  const r5 = r[5] as number;
  const q0 = r[6] as number;
  const q1 = r[7] as number;
  const q2 = r[8] as number;
  const q3 = r[9] as number;
  const q4 = r[10] as number;
  const q5 = r[11] as number;
  const s1 = 20 * r1;
  const s2 = 20 * r2;
  const s3 = 20 * r3;
  const s4 = 20 * r4;
  const s5 = 20 * r5;
  const p1 = 20 * q1;
  const p2 = 20 * q2;
  const p3 = 20 * q3;
  const p4 = 20 * q4;
  const p5 = 20 * q5;
  const end = 8 * pairs;
  for (let at = 0; at < end; at += 8) {
    const t0 = words[at] as number;
    const t1 = words[at + 1] as number;
    const t2 = words[at + 2] as number;
    const t3 = words[at + 3] as number;
    h0 += t0 & LIMB_MASK;
    h1 += ((t0 >>> 22) | (t1 << 10)) & LIMB_MASK;
    h2 += ((t1 >>> 12) | (t2 << 20)) & LIMB_MASK;
    h3 += (t2 >>> 2) & LIMB_MASK;
    h4 += ((t2 >>> 24) | (t3 << 8)) & LIMB_MASK;
    h5 += (t3 >>> 14) | BLOCK_END;
    const u0 = words[at + 4] as number;
    const u1 = words[at + 5] as number;
    const u2 = words[at + 6] as number;
    const u3 = words[at + 7] as number;
    const m0 = u0 & LIMB_MASK;
    const m1 = ((u0 >>> 22) | (u1 << 10)) & LIMB_MASK;
    const m2 = ((u1 >>> 12) | (u2 << 20)) & LIMB_MASK;
    const m3 = (u2 >>> 2) & LIMB_MASK;
    const m4 = ((u2 >>> 24) | (u3 << 8)) & LIMB_MASK;
    const m5 = (u3 >>> 14) | BLOCK_END;
    let d0 = h0 * q0 + h1 * p5 + h2 * p4 + h3 * p3 + h4 * p2 + h5 * p1;
    let d1 = h0 * q1 + h1 * q0 + h2 * p5 + h3 * p4 + h4 * p3 + h5 * p2;
    let d2 = h0 * q2 + h1 * q1 + h2 * q0 + h3 * p5 + h4 * p4 + h5 * p3;
    let d3 = h0 * q3 + h1 * q2 + h2 * q1 + h3 * q0 + h4 * p5 + h5 * p4;
    let d4 = h0 * q4 + h1 * q3 + h2 * q2 + h3 * q1 + h4 * q0 + h5 * p5;
    let d5 = h0 * q5 + h1 * q4 + h2 * q3 + h3 * q2 + h4 * q1 + h5 * q0;
    d0 += m0 * r0 + m1 * s5 + m2 * s4 + m3 * s3 + m4 * s2 + m5 * s1;
    d1 += m0 * r1 + m1 * r0 + m2 * s5 + m3 * s4 + m4 * s3 + m5 * s2;
    d2 += m0 * r2 + m1 * r1 + m2 * r0 + m3 * s5 + m4 * s4 + m5 * s3;
    d3 += m0 * r3 + m1 * r2 + m2 * r1 + m3 * r0 + m4 * s5 + m5 * s4;
    d4 += m0 * r4 + m1 * r3 + m2 * r2 + m3 * r1 + m4 * r0 + m5 * s5;
    d5 += m0 * r5 + m1 * r4 + m2 * r3 + m3 * r2 + m4 * r1 + m5 * r0;
    // Two chains of carries, from limb 0 and from limb 3, side by side.
    const c0 = d0 + ROUND - ROUND;
    const c3 = d3 + ROUND - ROUND;
    d1 += c0 * PER_LIMB;
    d4 += c3 * PER_LIMB;
    h0 = d0 - c0;
    h3 = d3 - c3;
    const c1 = d1 + ROUND - ROUND;
    const c4 = d4 + ROUND - ROUND;
    d2 += c1 * PER_LIMB;
    d5 += c4 * PER_LIMB;
    h1 = d1 - c1;
    h4 = d4 - c4;
    const c2 = d2 + ROUND - ROUND;
    const c5 = d5 + ROUND - ROUND;
    h3 += c2 * PER_LIMB;
    h0 += c5 * WRAP;
    h2 = d2 - c2;
    h5 = d5 - c5;
    const e0 = h0 + ROUND - ROUND;
    const e3 = h3 + ROUND - ROUND;
    h1 += e0 * PER_LIMB;
    h4 += e3 * PER_LIMB;
    h0 -= e0;
    h3 -= e3;
  }
  h[0] = h0;
  h[1] = h1;
  h[2] = h2;
  h[3] = h3;
  h[4] = h4;
  h[5] = h5;
}

/** A carry out of the highest limb comes back 20-fold: 2^132 = 4·2^130 = 4·5. */
const WRAP: number = 20 * PER_LIMB;

/** Makes of the limbs those of the number below 2^130 - 5 that they stand for, each from 0 to 2^22 - 1. */
function canonicalize(h: Float64Array): void {
  // The highest limb ends at bit 130 here, and what is above comes back 5-fold. Three rounds settle everything.
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++) {
      const high = Math.floor((h[i] as number) * PER_LIMB);
      h[i] = (h[i] as number) - high * LIMB;
      h[i + 1] = (h[i + 1] as number) + high;
    }
    const high = Math.floor((h[5] as number) * 2 ** -20);
    h[5] = (h[5] as number) - high * 2 ** 20;
    h[0] = (h[0] as number) + 5 * high;
  }
  // h + 5 reaches 2^130 just where h is 2^130 - 5 or above: then the rest of it is the number.
  let carried = 5;
  for (let i = 0; i < 5; i++) carried = ((h[i] as number) + carried) >>> 22;
  let low = 5 * (((h[5] as number) + carried) >>> 20);
  for (let i = 0; i < 6; i++) {
    const sum = (h[i] as number) + low;
    low = sum >>> 22;
    h[i] = sum & (i === 5 ? 2 ** 20 - 1 : LIMB_MASK);
  }
}
