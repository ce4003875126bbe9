import { eddsa, edwards, type EdDSA, type EdwardsPointCons } from '@noble/curves/abstract/edwards.js';
import { montgomery, type MontgomeryECDH } from '@noble/curves/abstract/montgomery.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { lazy } from '../lazy.js';
import { buildCurve, scopedRandom } from './scoped-random.js';

const PRIME = /* @__PURE__ */ (() => 2n ** 255n - 19n)();
/** A square root of -1, RFC 8032 section 5.1.3. */
const SQRT_MINUS_ONE = 0x2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0n;

/** edwards25519, RFC 8032 section 5.1. */
const edwards25519: () => EdwardsPointCons = /* @__PURE__ */ lazy(() =>
  buildCurve(() =>
    edwards(
      {
        p: PRIME,
        n: 2n ** 252n + 27742317777372353535851937790883648493n,
        h: 8n,
        a: PRIME - 1n,
        d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
        Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
        Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
      },
      { uvRatio: squareRootOfRatio, randomBytes: scopedRandom },
    ),
  ),
);

/** Ed25519, RFC 8032 section 5.1. */
export const nobleEd25519: () => EdDSA = /* @__PURE__ */ lazy(() =>
  buildCurve(() =>
    eddsa(edwards25519(), sha512, { adjustScalarBytes: clamp, randomBytes: scopedRandom, zip215: false }),
  ),
);

/** X25519, RFC 7748 section 5. Multiplying the base point goes through the cached, blinded tables of edwards25519. */
export const nobleX25519: () => MontgomeryECDH = /* @__PURE__ */ lazy(() =>
  buildCurve(() =>
    montgomery({
      P: PRIME,
      type: 'x25519',
      adjustScalarBytes: clamp,
      powPminus2: invert,
      randomBytes: scopedRandom,
      scalarMultBase: multiplyBase,
    }),
  ),
);

/** RFC 7748 section 5, decodeScalar25519: clears the cofactor bits and fixes the highest. Changes its argument. */
function clamp(scalar: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  scalar[0] = (scalar[0] as number) & 0xf8;
  scalar[31] = ((scalar[31] as number) & 0x7f) | 0x40;
  return scalar;
}

/** [k]B on the Edwards form, mapped to u = (1 + y) / (1 - y) (RFC 7748 section 4.1). */
function multiplyBase(scalar: bigint): bigint {
  const Point = edwards25519();
  const { Y, Z } = Point.BASE.multiply(reduce(scalar, Point.Fn.ORDER));
  return ((Z + Y) * invert(reduce(Z - Y, PRIME))) % PRIME;
}

function reduce(value: bigint, modulus: bigint): bigint {
  const remainder = value % modulus;
  return remainder < 0n ? remainder + modulus : remainder;
}

/** Squares `times` times. */
function squareRepeatedly(value: bigint, times: number): bigint {
  let result = value;
  for (let i = 0; i < times; i++) result = (result * result) % PRIME;
  return result;
}

/** The powers 2^250 - 1 and 11, from which both exponents below are made with few multiplications. */
function powerChain(x: bigint): { readonly power250: bigint; readonly power11: bigint } {
  const power2 = squareRepeatedly(x, 1);
  const power9 = (squareRepeatedly(power2, 2) * x) % PRIME;
  const power11 = (power9 * power2) % PRIME;
  const bits5 = (squareRepeatedly(power11, 1) * power9) % PRIME;
  const bits10 = (squareRepeatedly(bits5, 5) * bits5) % PRIME;
  const bits20 = (squareRepeatedly(bits10, 10) * bits10) % PRIME;
  const bits40 = (squareRepeatedly(bits20, 20) * bits20) % PRIME;
  const bits50 = (squareRepeatedly(bits40, 10) * bits10) % PRIME;
  const bits100 = (squareRepeatedly(bits50, 50) * bits50) % PRIME;
  const bits200 = (squareRepeatedly(bits100, 100) * bits100) % PRIME;
  return { power250: (squareRepeatedly(bits200, 50) * bits50) % PRIME, power11 };
}

/** x^(p-2): the inverse by Fermat, with p - 2 = (2^250 - 1) 2^5 + 11. */
function invert(x: bigint): bigint {
  const { power250, power11 } = powerChain(x);
  return (squareRepeatedly(power250, 5) * power11) % PRIME;
}

/** x^((p-5)/8), with (p - 5) / 8 = (2^250 - 1) 2^2 + 1. */
function powerForRoot(x: bigint): bigint {
  return (squareRepeatedly(powerChain(x).power250, 2) * x) % PRIME;
}

/** The square root of u/v that decoding a point needs, RFC 8032 section 5.1.3 steps 2 and 3. */
function squareRootOfRatio(u: bigint, v: bigint): { isValid: boolean; value: bigint } {
  const v3 = (((v * v) % PRIME) * v) % PRIME;
  const v7 = (((v3 * v3) % PRIME) * v) % PRIME;
  const root = (((u * v3) % PRIME) * powerForRoot((u * v7) % PRIME)) % PRIME;
  const check = (((root * root) % PRIME) * v) % PRIME;
  const isRoot = check === reduce(u, PRIME);
  const isTwisted = check === reduce(-u, PRIME);
  const value = isRoot ? root : (root * SQRT_MINUS_ONE) % PRIME;
  // noble picks the sign by itself and wants the even root.
  return { isValid: isRoot || isTwisted, value: value % 2n === 0n ? value : PRIME - value };
}
