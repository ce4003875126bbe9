import { ecdsa, weierstrass, type ECDSA } from '@noble/curves/abstract/weierstrass.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { CryptoError } from '../error.js';
import { P256_DOMAIN, P384_DOMAIN, P521_DOMAIN, type NistDomain } from '../nist-domains.js';
import type { EcCurveName, RandomBytes } from '../provider.js';
import { lazy } from '../lazy.js';
import { buildCurve, scopedRandom } from './scoped-random.js';

/** A prime-order curve of FIPS 186 / SP 800-186 section 3.2.1, with the lengths that its encodings have. */
export interface NistCurve {
  readonly name: EcCurveName;
  /** Bytes of a coordinate and, for these three curves, of a scalar. */
  readonly fieldLength: number;
  /** Bytes of an uncompressed point: 0x04, x, y (SEC 1 section 2.3.3). */
  readonly pointLength: number;
  /** ECDSA and ECDH over noble's arithmetic; built on first use. */
  readonly noble: () => ECDSA;
}

/** SP 800-186 section 3.2.1.3. */
export const p256: NistCurve = /* @__PURE__ */ nistCurve('P-256', 32, sha256, P256_DOMAIN);
/** SP 800-186 section 3.2.1.4. */
export const p384: NistCurve = /* @__PURE__ */ nistCurve('P-384', 48, sha384, P384_DOMAIN);
/** SP 800-186 section 3.2.1.5. */
export const p521: NistCurve = /* @__PURE__ */ nistCurve('P-521', 66, sha512, P521_DOMAIN);

function nistCurve(
  name: EcCurveName,
  fieldLength: number,
  hash: typeof sha256 | typeof sha384 | typeof sha512,
  { prime, order, b, baseX, baseY }: NistDomain,
): NistCurve {
  const noble = lazy(() =>
    buildCurve(() => {
      const point = weierstrass(
        { p: prime, n: order, h: 1n, a: prime - 3n, b, Gx: baseX, Gy: baseY },
        { randomBytes: scopedRandom },
      );
      return ecdsa(point, hash, { randomBytes: scopedRandom, lowS: false });
    }),
  );
  return { name, fieldLength, pointLength: 1 + 2 * fieldLength, noble };
}

/** Fewer than one candidate in 2^32 is refused: a source that gets this far is broken, not unlucky. */
const MAX_CANDIDATES = 8;

/**
 * A private scalar by testing candidates, FIPS 186-5 appendix A.2.2. The first candidate is as good as always taken, so
 * that a recorded draw *is* the private key: handshakes replay, and published traces with P-256 keys can be run.
 */
export function randomScalar(curve: NistCurve, random: RandomBytes): Uint8Array {
  const { utils } = curve.noble();
  for (let attempt = 0; attempt < MAX_CANDIDATES; attempt++) {
    // A copy, so that wiping it later does not write into the source's memory.
    const candidate = Uint8Array.from(random(curve.fieldLength));
    // Bits above the order of P-521 would make almost every candidate too large.
    if (curve.name === 'P-521') candidate[0] = (candidate[0] as number) & 0x01;
    if (utils.isValidSecretKey(candidate)) return candidate;
  }
  throw new CryptoError('self-check-failed', `${curve.name}: the random source gave no usable scalar`);
}
