import type { Hash, KeyAlgorithm, SignatureAlgorithm } from '../provider.js';
import { verifyPkcs1, verifyPss } from './encoding.js';
import { readPublicKey, recoverEncodedMessage, type RsaPublicKey } from './public-key.js';
import { restrictionAllows } from './restriction.js';

/** The two kinds of RSA key: `rsaEncryption`, and `id-RSASSA-PSS`, which signs with PSS alone (RFC 4055 section 1.2). */
export type RsaKeyType = 'rsa' | 'rsa-pss';

export type RsaAlgorithm = Extract<SignatureAlgorithm, { type: 'rsa-pkcs1' | 'rsa-pss' }>;

/** The `verify` of RSA keys, RFC 8017 sections 8.1.2 and 8.2.2, over BigInt: everything in it is public. */
export function rsaVerifier(keyType: RsaKeyType, hashes: readonly Hash[]): KeyAlgorithm['verify'] {
  return (publicKey, algorithm, message, signature) => {
    const use = usableRsa(keyType, hashes, algorithm);
    if (use === null || (publicKey.type !== 'rsa' && publicKey.type !== 'rsa-pss')) return false;
    if (publicKey.type !== keyType || !restrictionAllows(publicKey, use.algorithm)) return false;
    const key = readPublicKey(publicKey.modulus, publicKey.exponent);
    if (typeof key === 'string') return false;
    const recovered = recoverEncodedMessage(key, signature);
    return recovered !== null && isEncodingOf(key, use.algorithm, use.hash, message, recovered);
  };
}

/** The algorithm and its hash, if a key of this type may sign with it and the provider has the hash. */
export function usableRsa(
  keyType: RsaKeyType,
  hashes: readonly Hash[],
  algorithm: SignatureAlgorithm,
): { readonly algorithm: RsaAlgorithm; readonly hash: Hash } | null {
  if (algorithm.type !== 'rsa-pss' && (algorithm.type !== 'rsa-pkcs1' || keyType === 'rsa-pss')) return null;
  const hash = hashes.find((candidate) => candidate.name === algorithm.hash);
  return hash === undefined ? null : { algorithm, hash };
}

function isEncodingOf(
  key: RsaPublicKey,
  algorithm: RsaAlgorithm,
  hash: Hash,
  message: Uint8Array,
  recovered: Uint8Array,
): boolean {
  switch (algorithm.type) {
    case 'rsa-pkcs1':
      return verifyPkcs1(hash, message, recovered);
    case 'rsa-pss':
      return verifyPss(hash, message, algorithm.saltLength, key.modulusBits - 1, recovered);
  }
}
