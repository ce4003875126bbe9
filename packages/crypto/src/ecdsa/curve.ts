import { combine, type Limbs } from '../limbs.js';
import type { NistDomain } from '../nist-domains.js';
import { inverse, type PrimeField } from './prime-field.js';

/** A curve with its field. */
export interface CurveDomain extends NistDomain {
  readonly field: PrimeField;
  /** Bits of a scalar; a multiple of 8. */
  readonly bits: number;
}

/** A point in Jacobian coordinates, (X/Z², Y/Z³). */
export interface JacobianPoint {
  readonly x: Limbs;
  readonly y: Limbs;
  readonly z: Limbs;
  /** The neutral element; then the coordinates say nothing. */
  isInfinity: boolean;
}

/** A point that is added. */
interface Addend {
  readonly x: Limbs;
  readonly y: Limbs;
  readonly z: Limbs;
  /** Z² and Z³. */
  readonly zz: Limbs;
  readonly zzz: Limbs;
  /** Then Z and its powers need no multiplications. */
  readonly isAffine: boolean;
}

/** Bits of a digit: a table holds 2^(bits-2) odd multiples. That of the base point is made once. */
const BASE_WINDOW = 8;
const KEY_WINDOW = 5;

/**
 * The sum of two multiples that verifying a signature needs. Which steps are taken depends on points and scalars, so that
 * none of them may be secret.
 */
export class PublicCurve {
  readonly domain: CurveDomain;
  readonly #one: Limbs;
  /** For intermediate results: no operation begins before the one before it is over. */
  readonly #t: readonly [Limbs, Limbs, Limbs, Limbs, Limbs, Limbs];
  /** Q, 3Q, 5Q and so on of the key at hand, always in the same memory. */
  readonly #keyMultiples: readonly Addend[];
  readonly #twice: Addend;
  /** The same of G, each with Z = 1; made with the first sum. */
  #baseMultiples: readonly Addend[] | undefined;

  constructor(domain: CurveDomain) {
    const { zero, fromInteger } = domain.field;
    this.domain = domain;
    this.#one = fromInteger(1n);
    this.#t = [zero(), zero(), zero(), zero(), zero(), zero()];
    this.#twice = this.#addend();
    this.#keyMultiples = this.#addends(KEY_WINDOW);
  }

  /** The affine point, or undefined if it is not on the curve, or a coordinate is not below p. */
  pointAt(x: bigint, y: bigint): JacobianPoint | undefined {
    const { field, prime, b } = this.domain;
    const { fromInteger } = field;
    if (x >= prime || y >= prime || (y * y - (x * x - 3n) * x - b) % prime !== 0n) return undefined;
    return { x: fromInteger(x), y: fromInteger(y), z: this.#one.slice(), isInfinity: false };
  }

  /** [u]G + [v]Q by the digits of both side by side. The scalars are below the order; Q is not the point at infinity. */
  addMultiples(u: bigint, v: bigint, Q: JacobianPoint): JacobianPoint {
    const { bits, field } = this.domain;
    const baseDigits = signedDigits(u, bits, BASE_WINDOW);
    const keyDigits = signedDigits(v, bits, KEY_WINDOW);
    const baseTable = (this.#baseMultiples ??= this.#makeBaseMultiples());
    this.#writeOddMultiples(Q, this.#keyMultiples);
    const sum = { x: field.zero(), y: field.zero(), z: field.zero(), isInfinity: true };
    for (let i = bits; i >= 0; i--) {
      this.#double(sum);
      this.#addDigit(sum, this.#keyMultiples, keyDigits[i] as number);
      this.#addDigit(sum, baseTable, baseDigits[i] as number);
    }
    return sum;
  }

  /** Whether the point's affine x is this integer below p. Without a division: X = x·Z². */
  hasX({ x, z, isInfinity }: JacobianPoint, value: bigint): boolean {
    if (isInfinity) return false;
    const { multiply, fromInteger, isZero } = this.domain.field;
    const [t] = this.#t;
    multiply(t, z, z);
    multiply(t, t, fromInteger(value));
    combine(t, x, 1, t, -1);
    return isZero(t);
  }

  /** Digit d is the table's entry (|d| - 1)/2, subtracted where d is negative. */
  #addDigit(sum: JacobianPoint, table: readonly Addend[], digit: number): void {
    if (digit > 0) this.#add(sum, table[digit >> 1] as Addend, 1);
    else if (digit < 0) this.#add(sum, table[-digit >> 1] as Addend, -1);
  }

  #addend(): Addend {
    const { zero } = this.domain.field;
    return { x: zero(), y: zero(), z: zero(), zz: zero(), zzz: zero(), isAffine: false };
  }

  #addends(window: number): readonly Addend[] {
    return Array.from({ length: 1 << (window - 2) }, () => this.#addend());
  }

  /** Q, 3Q, 5Q and so on. None of them is 2Q or its negative, since the order is a large prime. */
  #writeOddMultiples(Q: JacobianPoint, table: readonly Addend[]): void {
    const multiple = { x: Q.x.slice(), y: Q.y.slice(), z: Q.z.slice(), isInfinity: false };
    this.#double(multiple);
    this.#writeAddend(multiple, this.#twice);
    multiple.x.set(Q.x);
    multiple.y.set(Q.y);
    multiple.z.set(Q.z);
    for (const [index, addend] of table.entries()) {
      if (index > 0) this.#add(multiple, this.#twice, 1);
      this.#writeAddend(multiple, addend);
    }
  }

  #writeAddend({ x, y, z }: JacobianPoint, addend: Addend): void {
    const { multiply } = this.domain.field;
    addend.x.set(x);
    addend.y.set(y);
    addend.z.set(z);
    multiply(addend.zz, z, z);
    multiply(addend.zzz, addend.zz, z);
  }

  #makeBaseMultiples(): readonly Addend[] {
    const { field, prime, baseX, baseY } = this.domain;
    const { fromInteger, toInteger } = field;
    const table = this.#addends(BASE_WINDOW);
    const one = this.#one;
    this.#writeOddMultiples({ x: fromInteger(baseX), y: fromInteger(baseY), z: one, isInfinity: false }, table);
    return table.map(({ x, y, z }) => {
      const perZ = inverse(toInteger(z), prime);
      const affineX = (toInteger(x) * perZ * perZ) % prime;
      const affineY = (toInteger(y) * ((perZ * perZ * perZ) % prime)) % prime;
      return { x: fromInteger(affineX), y: fromInteger(affineY), z: one, zz: one, zzz: one, isAffine: true };
    });
  }

  /** P becomes 2P: dbl-2001-b of the Explicit-Formulas Database, for curves with a = -3. No point has order 2. */
  #double({ x, y, z, isInfinity }: JacobianPoint): void {
    if (isInfinity) return;
    const { multiply } = this.domain.field;
    const [delta, gamma, beta, slope, t] = this.#t;
    multiply(delta, z, z);
    multiply(gamma, y, y);
    multiply(beta, x, gamma);
    // A third of the slope: (X - Z²)·(X + Z²).
    combine(slope, x, 1, delta, 1);
    combine(t, x, 1, delta, -1);
    multiply(slope, slope, t);
    multiply(z, y, z);
    combine(z, z, 2, z, 0);
    multiply(x, slope, slope);
    combine(x, x, 9, beta, -8);
    combine(t, beta, 4, x, -1);
    multiply(y, slope, t);
    multiply(gamma, gamma, gamma);
    combine(y, y, 3, gamma, -8);
  }

  /** P becomes P + Q, or P - Q: add-1998-cmo-2 of the Explicit-Formulas Database, and its exceptions. */
  #add(P: JacobianPoint, Q: Addend, sign: 1 | -1): void {
    const { x, y, z } = P;
    if (P.isInfinity) {
      x.set(Q.x);
      combine(y, Q.y, sign, Q.y, 0);
      z.set(Q.z);
      P.isInfinity = false;
      return;
    }
    const { multiply, isZero } = this.domain.field;
    const [h, r, hh, hhh, v, t] = this.#t;
    multiply(hh, z, z);
    multiply(hhh, hh, z);
    multiply(h, Q.x, hh);
    multiply(r, Q.y, hhh);
    if (!Q.isAffine) {
      multiply(x, x, Q.zz);
      multiply(y, y, Q.zzz);
      multiply(z, z, Q.z);
    }
    combine(h, h, 1, x, -1);
    combine(r, r, sign, y, -1);
    if (isZero(h)) {
      // The same x: they are equal, or each the other's negative.
      if (isZero(r)) this.#double(P);
      else P.isInfinity = true;
      return;
    }
    multiply(hh, h, h);
    multiply(hhh, hh, h);
    multiply(v, x, hh);
    multiply(t, r, r);
    combine(t, t, 1, hhh, -1);
    combine(x, t, 1, v, -2);
    combine(v, v, 1, x, -1);
    multiply(v, r, v);
    multiply(t, y, hhh);
    combine(y, v, 1, t, -1);
    multiply(z, z, h);
  }
}

/** Non-adjacent form: digits are 0 or odd, within 2^(window-1) of zero, and of `window` digits in a row one is not 0. */
export function signedDigits(scalar: bigint, bits: number, window: number): Int16Array {
  const hex = scalar.toString(16).padStart(bits / 4, '0');
  const bitAt = new Uint8Array(bits + window + 1);
  for (let i = 0; i < bits; i++) {
    bitAt[i] = (Number.parseInt(hex.charAt(hex.length - 1 - (i >> 2)), 16) >> (i & 3)) & 1;
  }
  const digits = new Int16Array(bits + 1);
  let carry = 0;
  let i = 0;
  while (i <= bits) {
    if ((((bitAt[i] as number) + carry) & 1) === 0) {
      // Neither 0 + 0 nor 1 + 1 leaves a digit; the latter carries on.
      i++;
      continue;
    }
    let digit = carry;
    for (let k = 0; k < window; k++) digit += (bitAt[i + k] as number) << k;
    carry = digit >> (window - 1);
    digits[i] = digit - (carry << window);
    i += window;
  }
  return digits;
}
