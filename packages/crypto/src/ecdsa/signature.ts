import { bytesToHex } from '@portico/bytes';
import { lazy } from '../lazy.js';
import type { EcCurveName, KeyAlgorithm } from '../provider.js';
import { PublicCurve, type CurveDomain } from './curve.js';
import { inverse } from './prime-field.js';
import { ecdsaVerifier } from './verifier.js';

/** The `verify` of ECDSA keys of a curve over its own field; what it needs of the curve is made with the first signature. */
export function curveVerifier(name: EcCurveName, domain: CurveDomain): KeyAlgorithm['verify'] {
  const curve = lazy(() => new PublicCurve(domain));
  return ecdsaVerifier(name, (point, digest, signature) => verifyEcdsa(curve(), point, digest, signature));
}

/**
 * Verifies an ECDSA signature, FIPS 186-5 section 6.4.2. All of it is public, so that speed is what the arithmetic was
 * chosen by; signing, which is not, goes another way.
 * @param point the uncompressed point: 0x04, x, y (SEC 1 section 2.3.3)
 * @param digest of the message, by any hash
 * @param signature the DER of Ecdsa-Sig-Value (RFC 3279 section 2.2.3)
 * @returns false for a wrong signature and for whatever is no signature or no point of the curve
 */
export function verifyEcdsa(curve: PublicCurve, point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const { prime, order, bits } = curve.domain;
  const length = bits / 8;
  if (point.length !== 1 + 2 * length || point[0] !== 0x04) return false;
  const key = curve.pointAt(integerAt(point, 1, 1 + length), integerAt(point, 1 + length, 1 + 2 * length));
  const values = readSignature(signature, length);
  if (key === undefined || values === undefined) return false;
  const { r, s } = values;
  if (r === 0n || r >= order || s === 0n || s >= order) return false;
  // Of a longer digest the leftmost bits count (section 6.4.2 step 2).
  const e = integerAt(digest, 0, Math.min(digest.length, length));
  const perS = inverse(s, order);
  const sum = curve.addMultiples((e * perS) % order, (r * perS) % order, key);
  // r is x modulo the order, which is a little below p.
  return curve.hasX(sum, r) || (r + order < prime && curve.hasX(sum, r + order));
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** `Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` in DER, all of whose lengths fit into one byte. */
function readSignature(der: Uint8Array, length: number): { readonly r: bigint; readonly s: bigint } | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const rEnd = integerEnd(der, 2, length);
  if (rEnd === undefined || integerEnd(der, rEnd, length) !== der.length) return undefined;
  return { r: integerAt(der, 4, rEnd), s: integerAt(der, rEnd + 2, der.length) };
}

/** Where the INTEGER that begins at `start` ends: not negative, in as few bytes as it can be, no longer than a scalar. */
function integerEnd(der: Uint8Array, start: number, longest: number): number | undefined {
  const length = der[start + 1];
  if (der[start] !== INTEGER || length === undefined || length === 0 || length > longest + 1) return undefined;
  const end = start + 2 + length;
  if (end > der.length) return undefined;
  const first = der[start + 2] as number;
  const isPadded = first === 0 && length > 1 && (der[start + 3] as number) < 0x80;
  return first >= 0x80 || isPadded ? undefined : end;
}

function integerAt(bytes: Uint8Array, start: number, end: number): bigint {
  return start === end ? 0n : BigInt(`0x${bytesToHex(bytes.subarray(start, end))}`);
}
