import { bytesToHex, hexToBytes } from '@portico/bytes';
import { x25519 as nobleX25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  addScaled,
  conditionalSwap,
  elementFromBytes,
  elementToBytes,
  invert,
  multiply,
  subtract,
} from '../src/curve25519/field.js';
import { x25519Multiply, x25519PublicKey } from '../src/curve25519/ladder.js';
import { integerFromLimbs, type Limbs } from '../src/limbs.js';
import { edgeBytes, elementsOfWeight } from './limb-arbitraries.js';

const PRIME = 2n ** 255n - 19n;
const LIMBS = 11;

function modulo(value: bigint): bigint {
  const rest = value % PRIME;
  return rest < 0n ? rest + PRIME : rest;
}

function littleEndian(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0')).reverse();
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${bytesToHex(Uint8Array.from(bytes).reverse())}`);
}

/** RFC 7748 section 5 to the letter. */
function plainX25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
  const k = (integerOf(scalar) & (2n ** 254n - 8n)) | (2n ** 254n);
  const x1 = modulo(integerOf(u) & (2n ** 255n - 1n));
  let [x2, z2, x3, z3] = [1n, 0n, x1, 1n];
  for (let t = 254n; t >= 0n; t--) {
    const isSet = ((k >> t) & 1n) === 1n;
    if (isSet) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3];
    const [aa, bb, da, cb] = [a * a, b * b, d * a, c * b];
    [x3, z3] = [modulo((da + cb) ** 2n), modulo(x1 * modulo((da - cb) ** 2n))];
    [x2, z2] = [modulo(aa * bb), modulo((aa - bb) * (aa + 121_665n * (aa - bb)))];
    if (isSet) [x2, z2, x3, z3] = [x3, z3, x2, z2];
  }
  let [inverse, base] = [1n, z2];
  for (let exponent = PRIME - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) inverse = modulo(inverse * base);
    base = modulo(base * base);
  }
  return littleEndian(modulo(x2 * inverse));
}

/** The largest weight of a limb; the field's comments say what may be multiplied. */
function weightOf(limbs: Limbs): number {
  return Math.max(...limbs.map(Math.abs)) / 2 ** 23;
}

describe('the field of Curve25519', () => {
  it('multiplies exactly up to weights whose product is 11, also onto its operands', () => {
    const pairs = [
      [1, 1],
      [1, 11],
      [11, 1],
      [2, 5],
      [3, 3],
    ] as const;
    for (const [left, right] of pairs) {
      fc.assert(
        fc.property(elementsOfWeight(left, LIMBS), elementsOfWeight(right, LIMBS), (a, b) => {
          const expected = modulo(integerFromLimbs(a) * integerFromLimbs(b));
          const product = new Float64Array(LIMBS);
          multiply(product, a, b);
          expect(modulo(integerFromLimbs(product))).toBe(expected);
          // A little more than 1: a carry of a carry is left where it is.
          expect(weightOf(product)).toBeLessThan(1.1);
          multiply(a, a, b);
          expect(a).toEqual(product);
        }),
      );
    }
  });

  it('squares in place', () => {
    fc.assert(
      fc.property(elementsOfWeight(3, LIMBS), (a) => {
        const expected = modulo(integerFromLimbs(a) ** 2n);
        multiply(a, a, a);
        expect(modulo(integerFromLimbs(a))).toBe(expected);
      }),
    );
  });

  it('adds, subtracts and scales', () => {
    fc.assert(
      fc.property(elementsOfWeight(2, LIMBS), elementsOfWeight(2, LIMBS), fc.nat(2 ** 20), (a, b, factor) => {
        const [left, right] = [integerFromLimbs(a), integerFromLimbs(b)];
        const out = new Float64Array(LIMBS);
        add(out, a, b);
        expect(integerFromLimbs(out)).toBe(left + right);
        subtract(out, a, b);
        expect(integerFromLimbs(out)).toBe(left - right);
        addScaled(out, a, b, factor);
        expect(modulo(integerFromLimbs(out))).toBe(modulo(left + right * BigInt(factor)));
        expect(weightOf(out)).toBeLessThan(1.1);
      }),
    );
  });

  it('inverts, and gives 0 for 0', () => {
    fc.assert(
      fc.property(elementsOfWeight(2, LIMBS), (a) => {
        const value = modulo(integerFromLimbs(a));
        invert(a, a);
        expect(modulo(integerFromLimbs(a) * value)).toBe(value === 0n ? 0n : 1n);
      }),
      { numRuns: 20, examples: [[new Float64Array(LIMBS)]] },
    );
  });

  it('swaps for 1 and not for 0', () => {
    const [a, b] = [Float64Array.of(1, -2, 3), Float64Array.of(4, 5, -6)].map((few) => {
      const element = new Float64Array(LIMBS);
      element.set(few);
      return element;
    }) as [Limbs, Limbs];
    const [left, right] = [integerFromLimbs(a), integerFromLimbs(b)];
    conditionalSwap(0, a, b);
    expect([integerFromLimbs(a), integerFromLimbs(b)]).toEqual([left, right]);
    conditionalSwap(1, a, b);
    expect([integerFromLimbs(a), integerFromLimbs(b)]).toEqual([right, left]);
  });

  it('encodes the number below p, whatever limbs stand for it, and wipes them', () => {
    fc.assert(
      fc.property(elementsOfWeight(5, LIMBS), (a) => {
        const expected = littleEndian(modulo(integerFromLimbs(a)));
        expect(elementToBytes(a)).toEqual(expected);
        expect(a).toEqual(new Float64Array(LIMBS));
      }),
    );
  });

  it('encodes what is next to zero, to multiples of p and to the ends of the limbs', () => {
    const places = [0n, PRIME, 2n * PRIME, -PRIME, 2n ** 255n, 2n ** 264n - 2n ** 23n, -(2n ** 264n) + 2n ** 23n];
    for (const place of places) {
      for (let distance = -20n; distance <= 20n; distance++) {
        const value = place + distance;
        const limbs = new Float64Array(LIMBS);
        let rest = value;
        for (let i = 0; i < LIMBS; i++) {
          const limb = i === LIMBS - 1 ? rest : BigInt.asIntN(24, rest);
          limbs[i] = Number(limb);
          rest = (rest - limb) >> 24n;
        }
        expect(elementToBytes(limbs), String(value)).toEqual(littleEndian(modulo(value)));
      }
    }
  });

  it('decodes 32 bytes without their highest bit', () => {
    fc.assert(
      fc.property(edgeBytes(32), (bytes) => {
        expect(integerFromLimbs(elementFromBytes(bytes))).toBe(integerOf(bytes) & (2n ** 255n - 1n));
      }),
    );
  });
});

describe('X25519', () => {
  it('agrees with RFC 7748 section 5 over BigInt, also for numbers from p on and with the highest bit', () => {
    const edges = [0n, 1n, 9n, PRIME - 1n, PRIME, PRIME + 1n, PRIME + 18n, 2n ** 255n - 1n].flatMap((u) => [
      littleEndian(u),
      littleEndian(u + 2n ** 255n),
    ]);
    const coordinate = fc.oneof(fc.constantFrom(...edges), edgeBytes(32));
    fc.assert(
      fc.property(edgeBytes(32), coordinate, (scalar, u) => {
        expect(x25519Multiply(scalar, u)).toEqual(plainX25519(scalar, u));
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with noble', () => {
    fc.assert(
      fc.property(edgeBytes(32), edgeBytes(32), (mine, theirs) => {
        const share = x25519PublicKey(theirs);
        expect(share).toEqual(nobleX25519.getPublicKey(theirs));
        expect(x25519Multiply(mine, share)).toEqual(nobleX25519.getSharedSecret(mine, share));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves scalar and coordinate as they were', () => {
    const [scalar, u] = [new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(0xff)];
    x25519Multiply(scalar, u);
    expect([scalar, u]).toEqual([new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(0xff)]);
  });
});
