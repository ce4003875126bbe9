import { eddsa, edwards, type EdDSA, type EdwardsPointCons } from '@noble/curves/abstract/edwards.js';
import { Field } from '@noble/curves/abstract/modular.js';
import { montgomery, type MontgomeryECDH } from '@noble/curves/abstract/montgomery.js';
import { concatBytes } from '@portico/bytes';
import { shake256 } from '@noble/hashes/sha3.js';
import { createHasher } from '@noble/hashes/utils.js';
import { lazy } from '../lazy.js';
import { buildCurve, scopedRandom } from './scoped-random.js';

const PRIME = /* @__PURE__ */ (() => 2n ** 448n - 2n ** 224n - 1n)();
const ORDER = /* @__PURE__ */ (() => 2n ** 446n - 0x8335dc163bb124b65129c96fde933d8d723a70aadc873d6d54a7bb0dn)();
/** RFC 8032 section 5.2.2: coordinates and scalars of Ed448 take 57 bytes, one more than their 448 bits. */
const ENCODED_BITS = 456;

/** edwards448 (Goldilocks), RFC 8032 section 5.2. */
const edwards448: () => EdwardsPointCons = /* @__PURE__ */ lazy(() =>
  buildCurve(() =>
    edwards(
      {
        p: PRIME,
        n: ORDER,
        h: 4n,
        a: 1n,
        d: PRIME - 39081n,
        Gx: 0x4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05en,
        Gy: 0x693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14n,
      },
      {
        Fp: Field(PRIME, { BITS: ENCODED_BITS, isLE: true }),
        Fn: Field(ORDER, { BITS: ENCODED_BITS, isLE: true }),
        uvRatio: squareRootOfRatio,
        randomBytes: scopedRandom,
      },
    ),
  ),
);

/** SHAKE256 with the output of Ed448, RFC 8032 section 5.2. */
const shake256Of114 = /* @__PURE__ */ createHasher(() => shake256.create({ dkLen: 114 }));

/** Ed448, RFC 8032 section 5.2. */
export const nobleEd448: () => EdDSA = /* @__PURE__ */ lazy(() =>
  buildCurve(() =>
    eddsa(edwards448(), shake256Of114, {
      adjustScalarBytes: clamp,
      domain: dom4,
      randomBytes: scopedRandom,
      zip215: false,
    }),
  ),
);

/** X448, RFC 7748 section 5. Multiplying the base point goes through the cached, blinded tables of edwards448. */
export const nobleX448: () => MontgomeryECDH = /* @__PURE__ */ lazy(() =>
  buildCurve(() =>
    montgomery({
      P: PRIME,
      type: 'x448',
      adjustScalarBytes: clamp,
      powPminus2: invert,
      randomBytes: scopedRandom,
      scalarMultBase: multiplyBase,
    }),
  ),
);

/**
 * RFC 7748 section 5, decodeScalar448, and RFC 8032 section 5.2.5 step 2: clears the cofactor bits, sets the highest
 * and, where there is a 57th byte, clears that. Changes its argument.
 */
function clamp(scalar: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  scalar[0] = (scalar[0] as number) & 0xfc;
  scalar[55] = (scalar[55] as number) | 0x80;
  if (scalar.length > 56) scalar[56] = 0;
  return scalar;
}

/** "SigEd448" in ASCII. */
const DOM4_LABEL = /* @__PURE__ */ Uint8Array.of(0x53, 0x69, 0x67, 0x45, 0x64, 0x34, 0x34, 0x38);

/** dom4, RFC 8032 section 2, before what it separates. TLS and X.509 have an empty context and no prehash. */
function dom4(data: Uint8Array, context: Uint8Array, prehash: boolean): Uint8Array<ArrayBuffer> {
  return concatBytes(DOM4_LABEL, Uint8Array.of(prehash ? 1 : 0, context.length), context, data);
}

/** [k]B on the Edwards form, mapped to u = y^2 / x^2 (RFC 7748 section 4.2). */
function multiplyBase(scalar: bigint): bigint {
  const Point = edwards448();
  const reduced = scalar % Point.Fn.ORDER;
  // The point at infinity, for whose u = 0 noble refuses the scalar.
  if (reduced === 0n) return 0n;
  const { X, Y } = Point.BASE.multiply(reduced);
  return (((Y * Y) % PRIME) * invert((X * X) % PRIME)) % PRIME;
}

function reduce(value: bigint): bigint {
  const remainder = value % PRIME;
  return remainder < 0n ? remainder + PRIME : remainder;
}

/** Squares `times` times. */
function squareRepeatedly(value: bigint, times: number): bigint {
  let result = value;
  for (let i = 0; i < times; i++) result = (result * result) % PRIME;
  return result;
}

/** x^((p-3)/4), whose exponent is 223 ones, a zero and 222 ones in binary. */
function powerForRoot(x: bigint): bigint {
  const times = (a: bigint, shift: number, b: bigint): bigint => (squareRepeatedly(a, shift) * b) % PRIME;
  const ones2 = times(x, 1, x);
  const ones3 = times(ones2, 1, x);
  const ones6 = times(ones3, 3, ones3);
  const ones9 = times(ones6, 3, ones3);
  const ones11 = times(ones9, 2, ones2);
  const ones22 = times(ones11, 11, ones11);
  const ones44 = times(ones22, 22, ones22);
  const ones88 = times(ones44, 44, ones44);
  const ones176 = times(ones88, 88, ones88);
  const ones220 = times(ones176, 44, ones44);
  const ones222 = times(ones220, 2, ones2);
  const ones223 = times(ones222, 1, x);
  return times(ones223, 223, ones222);
}

/** x^(p-2): the inverse by Fermat, with p - 2 = 4 (p - 3) / 4 + 1. */
function invert(x: bigint): bigint {
  return (squareRepeatedly(powerForRoot(x), 2) * x) % PRIME;
}

/** The square root of u/v that decoding a point needs, RFC 8032 section 5.2.3 steps 2 and 3. */
function squareRootOfRatio(u: bigint, v: bigint): { isValid: boolean; value: bigint } {
  const u3v = (((((u * u) % PRIME) * u) % PRIME) * v) % PRIME;
  const u5v3 = (((((u3v * u) % PRIME) * u) % PRIME) * ((v * v) % PRIME)) % PRIME;
  const value = (u3v * powerForRoot(u5v3)) % PRIME;
  return { isValid: (((value * value) % PRIME) * v) % PRIME === reduce(u), value };
}
