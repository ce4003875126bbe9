import { createECDH, type ECDH } from 'node:crypto';
import { CryptoError, type EcCurveName, type RandomBytes } from '@portico/crypto';

/** A NIST curve (SP 800-186 section 3.2.1) as `node:crypto` calls it. */
export interface NodeCurve {
  readonly name: EcCurveName;
  readonly opensslName: 'prime256v1' | 'secp384r1' | 'secp521r1';
  /** Bytes of a coordinate and of a scalar. */
  readonly fieldLength: number;
}

export const p256: NodeCurve = { name: 'P-256', opensslName: 'prime256v1', fieldLength: 32 };
export const p384: NodeCurve = { name: 'P-384', opensslName: 'secp384r1', fieldLength: 48 };
export const p521: NodeCurve = { name: 'P-521', opensslName: 'secp521r1', fieldLength: 66 };

/**
 * The uncompressed point of a scalar.
 * @throws Error for a scalar outside 1 to n-1 (FIPS 186-5 appendix A.2)
 */
export function pointOf({ opensslName }: NodeCurve, scalar: Uint8Array): Buffer {
  const ecdh = createECDH(opensslName);
  ecdh.setPrivateKey(scalar);
  return ecdh.getPublicKey();
}

/** Fewer than one candidate in 2^32 is refused: a source that gets this far is broken, not unlucky. */
const MAX_CANDIDATES = 8;

/** A private scalar by testing candidates, FIPS 186-5 appendix A.2.2, drawn as the provider over noble draws it. */
export function drawKey(curve: NodeCurve, random: RandomBytes): { readonly scalar: Uint8Array; readonly ecdh: ECDH } {
  const ecdh = createECDH(curve.opensslName);
  for (let attempt = 0; attempt < MAX_CANDIDATES; attempt++) {
    // A copy, so that wiping it later does not write into the source's memory.
    const scalar = Uint8Array.from(random(curve.fieldLength));
    // Bits above the order of P-521 would make almost every candidate too large.
    if (curve.name === 'P-521') scalar[0] = (scalar[0] as number) & 0x01;
    try {
      ecdh.setPrivateKey(scalar);
      return { scalar, ecdh };
    } catch {
      // Outside 1 to n-1: the next candidate.
    }
  }
  throw new CryptoError('self-check-failed', `${curve.name}: the random source gave no usable scalar`);
}
