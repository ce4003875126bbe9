import { hashNamed } from '../noble/hashes.js';
import type { EcCurveName, KeyAlgorithm } from '../provider.js';

/** Whether a signature is that of a digest; false, and no error, for whatever the arguments hold. */
export type DigestVerifier = (point: Uint8Array, digest: Uint8Array, signature: Uint8Array) => boolean;

/**
 * The `verify` of ECDSA keys of one curve. The hash is the algorithm's: certificates pair any curve with any hash (RFC 5758
 * section 3.2).
 */
export function ecdsaVerifier(curve: EcCurveName, verifyDigest: DigestVerifier): KeyAlgorithm['verify'] {
  return (publicKey, algorithm, message, signature) =>
    publicKey.type === 'ec' &&
    publicKey.curve === curve &&
    algorithm.type === 'ecdsa' &&
    verifyDigest(publicKey.point, hashNamed(algorithm.hash).digest(message), signature);
}
