import {
  add,
  addScaled,
  conditionalSwap,
  ELEMENT_LENGTH,
  elementFromBytes,
  elementToBytes,
  invert,
  multiply,
  subtract,
  zero,
} from './field.js';

/** (486662 - 2) / 4, RFC 7748 section 5. */
const A24 = 121_665;

/** The u-coordinate of the base point, RFC 7748 section 4.1. */
const BASE_U: Uint8Array = /* @__PURE__ */ new Uint8Array(ELEMENT_LENGTH).fill(9, 0, 1);

/** The public key of a private one, RFC 7748 section 6.1: X25519(scalar, 9). */
export function x25519PublicKey(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  return x25519Multiply(scalar, BASE_U);
}

/**
 * X25519(scalar, u), RFC 7748 section 5, by the Montgomery ladder: the same operations for every scalar and every u. All
 * that was computed on the way is overwritten.
 * @param scalar 32 bytes, clamped here
 * @param u 32 bytes
 * @returns 32 bytes; all zero for a `u` of small order, which section 6.1 lets a protocol refuse and TLS 1.3 does
 */
export function x25519Multiply(scalar: Uint8Array, u: Uint8Array): Uint8Array<ArrayBuffer> {
  const x1 = elementFromBytes(u);
  const x3 = x1.slice();
  const [x2, z2, z3] = [zero(), zero(), zero()];
  const [a, b, c, d, e] = [zero(), zero(), zero(), zero(), zero()];
  x2[0] = 1;
  z3[0] = 1;
  let swap = 0;
  // decodeScalar25519: bit 255 is cleared and bit 254 set, and bits 0 to 2 are cleared.
  for (let t = 254; t >= 0; t--) {
    const bit = t === 254 ? 1 : t < 3 ? 0 : ((scalar[t >> 3] as number) >> (t & 7)) & 1;
    swap ^= bit;
    conditionalSwap(swap, x2, x3);
    conditionalSwap(swap, z2, z3);
    swap = bit;
    // The names of section 5. Each of x2, z2, x3, z3 has weight 1, but for u at the start, which has 2.
    add(a, x2, z2);
    subtract(b, x2, z2);
    add(c, x3, z3);
    subtract(d, x3, z3);
    multiply(d, d, a);
    multiply(c, c, b);
    multiply(a, a, a);
    multiply(b, b, b);
    add(x3, d, c);
    multiply(x3, x3, x3);
    subtract(z3, d, c);
    multiply(z3, z3, z3);
    multiply(z3, z3, x1);
    subtract(e, a, b);
    multiply(x2, a, b);
    addScaled(z2, a, e, A24);
    multiply(z2, z2, e);
  }
  conditionalSwap(swap, x2, x3);
  conditionalSwap(swap, z2, z3);
  invert(z2, z2);
  multiply(x2, x2, z2);
  const result = elementToBytes(x2);
  for (const element of [x1, x3, z2, z3, a, b, c, d, e]) element.fill(0);
  return result;
}
