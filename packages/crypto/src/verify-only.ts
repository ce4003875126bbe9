import { CryptoError } from './error.js';
import type { KeyAlgorithm } from './provider.js';

/** For a client without a certificate of its own: what verifies, and holds nothing that signs. */
export function verifyOnly(algorithm: Pick<KeyAlgorithm, 'keyType' | 'curve' | 'verify'>): KeyAlgorithm {
  const refuse = (): never => {
    throw new CryptoError('unsupported-algorithm', `${algorithm.keyType}: this algorithm only verifies`);
  };
  return { ...algorithm, sign: refuse, publicKey: refuse };
}
