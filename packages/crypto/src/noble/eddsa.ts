import type { EdDSA } from '@noble/curves/abstract/edwards.js';
import { CryptoError } from '../error.js';
import type { KeyAlgorithm, PrivateKey } from '../provider.js';
import { derivedRandom } from './derived-random.js';
import { withRandom } from './scoped-random.js';

/**
 * Ed25519 or Ed448, RFC 8032 section 5; in certificates RFC 8410. Seeds and public keys have `length` bytes, signatures
 * twice as many.
 */
export function eddsaKeys(keyType: 'ed25519' | 'ed448', length: number, noble: () => EdDSA): KeyAlgorithm {
  const checkedSeed = (privateKey: PrivateKey): Uint8Array => {
    if (privateKey.type !== keyType) {
      throw new CryptoError('invalid-key', `expected an ${keyType} key, got ${privateKey.type}`);
    }
    if (privateKey.seed.length !== length) {
      throw new CryptoError('invalid-key', `${keyType}: expected ${length} bytes, got ${privateKey.seed.length}`);
    }
    return privateKey.seed;
  };
  return {
    keyType,
    verify: (publicKey, algorithm, message, signature) => {
      if (publicKey.type !== keyType || algorithm.type !== keyType) return false;
      if (publicKey.key.length !== length || signature.length !== 2 * length) return false;
      // ZIP 215 would accept encodings that RFC 8032 sections 5.1.3 and 5.2.3 refuse.
      return noble().verify(signature, message, publicKey.key, { zip215: false });
    },
    sign: (privateKey, algorithm, message, random) => {
      const seed = checkedSeed(privateKey);
      if (algorithm.type !== keyType) {
        throw new CryptoError('unsupported-algorithm', `an ${keyType} key cannot sign ${algorithm.type}`);
      }
      return withRandom(random, () => noble().sign(message, seed));
    },
    publicKey: (privateKey) => {
      const seed = checkedSeed(privateKey);
      return { type: keyType, key: withRandom(derivedRandom(seed), () => noble().getPublicKey(seed)) };
    },
    generate: (random) => ({ type: keyType, seed: random(length) }),
  };
}
