import { bytesToHex, concatBytes, hexToBytes } from '@portico/bytes';
import { p256 as nobleP256, p384 as nobleP384 } from '@noble/curves/nist.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PublicCurve, signedDigits, type JacobianPoint } from '../src/ecdsa/curve.js';
import { P256_FIELD } from '../src/ecdsa/p256-field.js';
import { P384_FIELD } from '../src/ecdsa/p384-field.js';
import { inverse } from '../src/ecdsa/prime-field.js';
import { verifyEcdsa } from '../src/ecdsa/signature.js';
import { combine, integerFromLimbs, limbsFromInteger } from '../src/limbs.js';
import { P256_DOMAIN, P384_DOMAIN } from '../src/nist-domains.js';
import { edgeBytes, elementsOfWeight } from './limb-arbitraries.js';

const CURVES = [
  { name: 'P-256', domain: { ...P256_DOMAIN, field: P256_FIELD, bits: 256 }, noble: nobleP256, hash: sha256 },
  { name: 'P-384', domain: { ...P384_DOMAIN, field: P384_FIELD, bits: 384 }, noble: nobleP384, hash: sha384 },
] as const;

describe.each(CURVES)('$name', ({ domain, noble, hash }) => {
  const { field, prime, order, bits } = domain;
  const { limbs } = field;
  const length = bits / 8;
  const curve = new PublicCurve(domain);
  const { Point } = noble;
  type NoblePoint = InstanceType<typeof Point>;

  const modulo = (value: bigint, m: bigint): bigint => ((value % m) + m) % m;
  const integerOf = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes)}`);
  const bytesOf = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(2 * length, '0'));
  const pointOf = (point: NoblePoint): JacobianPoint => {
    const { x, y } = point.toAffine();
    const ours = curve.pointAt(x, y);
    if (ours === undefined) throw new Error('a point of noble is off the curve');
    return ours;
  };
  /** A scalar: any, small, or close to the order. */
  const scalar = fc
    .oneof(
      edgeBytes(length).map(integerOf),
      fc.bigInt({ min: 0n, max: 300n }),
      fc.bigInt({ min: order - 300n, max: order - 1n }),
      fc.nat(bits - 1).map((shift) => 1n << BigInt(shift)),
    )
    .map((value) => value % order);
  const nonZero = scalar.filter((value) => value !== 0n);
  const multipleOf = (point: NoblePoint, by: bigint): NoblePoint => (by === 0n ? Point.ZERO : point.multiplyUnsafe(by));

  /** The point with an even y whose x is the first one from here on. */
  const firstPointFrom = (start: bigint): NoblePoint => {
    for (let x = start; x < start + 100n; x++) {
      try {
        return Point.fromBytes(concatBytes(Uint8Array.of(0x02), bytesOf(x)));
      } catch {
        // No point has this x.
      }
    }
    throw new Error('half of all numbers are the x of a point');
  };

  /** The DER of two integers. */
  const der = (r: bigint, s: bigint): Uint8Array => {
    const integers = [r, s].map((value) => {
      const hex = value.toString(16);
      const bytes = hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`);
      const content = (bytes[0] as number) >= 0x80 ? concatBytes(Uint8Array.of(0), bytes) : bytes;
      return concatBytes(Uint8Array.of(0x02, content.length), content);
    });
    const body = concatBytes(...integers);
    return concatBytes(Uint8Array.of(0x30, body.length), body);
  };
  /** A digest and a signature by whose equation [u]G + [v]Q is looked at. */
  const signatureFor = (u: bigint, v: bigint, r: bigint): { digest: Uint8Array; signature: Uint8Array } => {
    const s = modulo(r * inverse(v, order), order);
    return { digest: bytesOf(modulo(u * s, order)), signature: der(r, s) };
  };

  describe('its field', () => {
    it('multiplies exactly, also onto its operands, and stays within p of zero', () => {
      // Points' coordinates are carried and within sixteen times p: the last limb is small.
      const element = fc
        .tuple(elementsOfWeight(1, limbs), fc.bigInt({ min: -16n * prime, max: 16n * prime }))
        .map(([shape, value]) => {
          shape[limbs - 1] = limbsFromInteger(value, limbs)[limbs - 1] as number;
          return shape;
        });
      const perR = inverse(modulo(1n << BigInt(24 * limbs), prime), prime);
      fc.assert(
        fc.property(element, element, (a, b) => {
          const expected = modulo(integerFromLimbs(a) * integerFromLimbs(b) * perR, prime);
          const product = field.zero();
          field.multiply(product, a, b);
          expect(modulo(integerFromLimbs(product), prime)).toBe(expected);
          expect(Math.max(...product.map(Math.abs))).toBeLessThan(1.1 * 2 ** 23);
          const value = integerFromLimbs(product);
          expect(value < 2n * prime && value > -2n * prime).toBe(true);
          field.multiply(a, a, b);
          expect(a).toEqual(product);
        }),
        { numRuns: 1000 },
      );
    });

    it('goes from integers to elements and back, and knows zero in each of its forms', () => {
      fc.assert(
        fc.property(edgeBytes(length), (bytes) => {
          const value = modulo(integerOf(bytes), prime);
          expect(field.toInteger(field.fromInteger(value))).toBe(value);
          expect(field.isZero(field.fromInteger(value))).toBe(value === 0n);
        }),
      );
      for (let times = -16n; times <= 16n; times++) {
        expect(field.isZero(limbsFromInteger(times * prime, limbs))).toBe(true);
        expect(field.isZero(limbsFromInteger(times * prime + 1n, limbs))).toBe(false);
        expect(field.isZero(limbsFromInteger(times * prime + (1n << 24n), limbs))).toBe(false);
      }
    });

    it('combines elements exactly', () => {
      const factor = fc.integer({ min: -9, max: 9 });
      fc.assert(
        fc.property(elementsOfWeight(1, limbs), elementsOfWeight(1, limbs), factor, factor, (a, b, timesA, timesB) => {
          const out = field.zero();
          combine(out, a, timesA, b, timesB);
          expect(integerFromLimbs(out)).toBe(
            integerFromLimbs(a) * BigInt(timesA) + integerFromLimbs(b) * BigInt(timesB),
          );
          expect(Math.max(...out.subarray(0, -1).map(Math.abs))).toBeLessThan(1.1 * 2 ** 23);
        }),
      );
    });
  });

  it('writes scalars in digits that are few, odd and small', () => {
    fc.assert(
      fc.property(scalar, fc.integer({ min: 2, max: 8 }), (value, window) => {
        const digits = signedDigits(value, bits, window);
        expect(digits.reduce((sum, digit, index) => sum + (BigInt(digit) << BigInt(index)), 0n)).toBe(value);
        let last = -window;
        digits.forEach((digit, index) => {
          if (digit === 0) return;
          expect(Math.abs(digit) % 2).toBe(1);
          expect(Math.abs(digit)).toBeLessThan(2 ** (window - 1));
          expect(index - last).toBeGreaterThanOrEqual(window);
          last = index;
        });
      }),
    );
  });

  it('adds multiples as noble does', () => {
    fc.assert(
      fc.property(scalar, scalar, nonZero, (u, v, d) => {
        const Q = multipleOf(Point.BASE, d);
        const expected = multipleOf(Point.BASE, u).add(multipleOf(Q, v));
        const sum = curve.addMultiples(u, v, pointOf(Q));
        expect(sum.isInfinity).toBe(expected.is0());
        if (!sum.isInfinity) expect(curve.hasX(sum, expected.toAffine().x)).toBe(true);
        expect(curve.hasX(sum, 5n)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('adds multiples of G, of -G and of small multiples of it, which come to equal and to opposite points', () => {
    for (const d of [1n, 2n, 3n, 15n, order - 1n, order - 2n, order - 3n]) {
      const Q = multipleOf(Point.BASE, d);
      for (const [u, v] of [
        [1n, 1n],
        [d, 1n],
        [order - d, 1n],
        [order - 1n, order - 1n],
        [5n, 7n],
        [modulo(-7n * d, order), 7n],
        [modulo(8n * d, order), 8n],
        [0n, 1n],
        [1n, 0n],
        [0n, 0n],
      ] as const) {
        const expected = multipleOf(Point.BASE, u).add(multipleOf(Q, v));
        const sum = curve.addMultiples(u, v, pointOf(Q));
        expect(sum.isInfinity, `${u}G + ${v}·${d}G`).toBe(expected.is0());
        if (!sum.isInfinity) expect(curve.hasX(sum, expected.toAffine().x)).toBe(true);
      }
    }
  });

  it('verifies what noble signs, and what noble refuses it refuses', () => {
    const change = fc.record(
      { at: fc.nat(200), by: fc.integer({ min: 1, max: 255 }), of: fc.constantFrom('digest', 'signature', 'point') },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(nonZero, fc.uint8Array({ maxLength: 40 }), fc.option(change), (d, message, changed) => {
        const point = Point.BASE.multiply(d).toBytes(false);
        const digest = hash(message);
        const signature = noble.sign(digest, bytesOf(d), { prehash: false, format: 'der', lowS: false });
        expect(verifyEcdsa(curve, point, digest, signature)).toBe(true);
        if (changed === null) return;
        const target = { digest, signature, point }[changed.of];
        const at = changed.at % target.length;
        target[at] = (target[at] as number) ^ changed.by;
        let expected = false;
        try {
          expected =
            point[0] === 0x04 && noble.verify(signature, digest, point, { prehash: false, format: 'der', lowS: false });
        } catch {
          // noble throws for what is no point and no signature.
        }
        expect(verifyEcdsa(curve, point, digest, signature)).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('takes the leftmost bits of a longer digest and all of a shorter one', () => {
    const key = bytesOf(12_345n);
    const point = Point.BASE.multiply(12_345n).toBytes(false);
    for (const digest of [sha512(new Uint8Array(3)), sha256(new Uint8Array(3))]) {
      const signature = noble.sign(digest, key, { prehash: false, format: 'der', lowS: false });
      expect(verifyEcdsa(curve, point, digest, signature)).toBe(true);
    }
  });

  it('takes an r that stands for an x above the order, and for no other', () => {
    // Such an x has a chance of 2^-128 or less; a key is made for it from the point.
    const R = firstPointFrom(order + 1n);
    const { x } = R.toAffine();
    const [u, v] = [3n, 5n];
    const Q = R.add(multipleOf(Point.BASE, u).negate()).multiplyUnsafe(inverse(v, order));
    const { digest, signature } = signatureFor(u, v, x - order);
    const point = Q.toBytes(false);
    expect(verifyEcdsa(curve, point, digest, signature)).toBe(true);
    expect(noble.verify(signature, digest, point, { prehash: false, format: 'der', lowS: false })).toBe(true);
    const next = signatureFor(u, v, x - order + 1n);
    expect(verifyEcdsa(curve, point, next.digest, next.signature)).toBe(false);
  });

  it('refuses an equation whose sum is the point at infinity', () => {
    const d = 77n;
    const Q = multipleOf(Point.BASE, d);
    const { digest, signature } = signatureFor(modulo(-d * 9n, order), 9n, 5n);
    expect(verifyEcdsa(curve, Q.toBytes(false), digest, signature)).toBe(false);
  });

  it('refuses r and s outside 1 to n-1, where the equation alone would hold', () => {
    const key = bytesOf(99n);
    const point = Point.BASE.multiply(99n).toBytes(false);
    const digest = hash(new Uint8Array(1));
    const { r, s } = noble.Signature.fromBytes(noble.sign(digest, key, { prehash: false, lowS: false }), 'compact');
    expect(verifyEcdsa(curve, point, digest, der(r, s))).toBe(true);
    expect(verifyEcdsa(curve, point, digest, der(r, order - s))).toBe(true);
    for (const [wrongR, wrongS] of [
      [r + order, s],
      [r, s + order],
      [0n, s],
      [r, 0n],
      [order, s],
      [r, order],
    ] as const) {
      expect(verifyEcdsa(curve, point, digest, der(wrongR, wrongS))).toBe(false);
    }
  });

  it('refuses every proper prefix of a signature and every length that is not the shortest', () => {
    const key = bytesOf(99n);
    const point = Point.BASE.multiply(99n).toBytes(false);
    const digest = hash(new Uint8Array(1));
    const signature = noble.sign(digest, key, { prehash: false, format: 'der', lowS: false });
    for (let end = 0; end < signature.length; end++) {
      const prefix = signature.slice(0, end);
      expect(verifyEcdsa(curve, point, digest, prefix)).toBe(false);
      // Also with a length that fits the prefix.
      if (end > 1) prefix[1] = end - 2;
      expect(verifyEcdsa(curve, point, digest, prefix)).toBe(false);
    }
    expect(verifyEcdsa(curve, point, digest, concatBytes(signature, Uint8Array.of(0)))).toBe(false);
  });

  it('refuses coordinates from p on, also where the equation holds modulo p', () => {
    // A small x, so that x + p has no more bytes than p.
    const { x, y } = firstPointFrom(0n).toAffine();
    expect(curve.pointAt(x, y)).toBeDefined();
    expect(curve.pointAt(x + prime, y)).toBeUndefined();
    expect(curve.pointAt(x, y + prime)).toBeUndefined();
    expect(curve.pointAt(x, y + 1n)).toBeUndefined();
  });
});
