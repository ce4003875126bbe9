import type { PrivateKey, PublicKey, SignatureAlgorithm } from '../provider.js';

/**
 * Whether a key's own parameters allow an algorithm: those of an RSASSA-PSS key fix the hash and the least salt (RFC 4055
 * section 3.1). True for keys without any; whether the kind of key fits the algorithm is another question.
 */
export function restrictionAllows(key: PublicKey | PrivateKey, algorithm: SignatureAlgorithm): boolean {
  if (key.type !== 'rsa-pss' || !key.restriction) return true;
  const { hash, minimumSaltLength } = key.restriction;
  return algorithm.type === 'rsa-pss' && algorithm.hash === hash && algorithm.saltLength >= minimumSaltLength;
}
