import { CryptoError } from '../error.js';
import type { KeyAlgorithm, PrivateKey } from '../provider.js';
import { nobleEd25519 } from './curve25519.js';
import { derivedRandom } from './derived-random.js';
import { withRandom } from './scoped-random.js';

/** RFC 8032 section 5.1.5. */
const KEY_LENGTH = 32;
/** RFC 8032 section 5.1.6. */
const SIGNATURE_LENGTH = 64;

/** Ed25519, RFC 8032 section 5.1; in certificates RFC 8410. */
export const ed25519: KeyAlgorithm = {
  keyType: 'ed25519',
  verify: (publicKey, algorithm, message, signature) => {
    if (publicKey.type !== 'ed25519' || algorithm.type !== 'ed25519') return false;
    if (publicKey.key.length !== KEY_LENGTH || signature.length !== SIGNATURE_LENGTH) return false;
    // ZIP 215 would accept encodings that RFC 8032 section 5.1.3 refuses.
    return nobleEd25519().verify(signature, message, publicKey.key, { zip215: false });
  },
  sign: (privateKey, algorithm, message, random) => {
    const seed = checkedSeed(privateKey);
    if (algorithm.type !== 'ed25519') {
      throw new CryptoError('unsupported-algorithm', `an ed25519 key cannot sign ${algorithm.type}`);
    }
    return withRandom(random, () => nobleEd25519().sign(message, seed));
  },
  publicKey: (privateKey) => {
    const seed = checkedSeed(privateKey);
    return { type: 'ed25519', key: withRandom(derivedRandom(seed), () => nobleEd25519().getPublicKey(seed)) };
  },
  generate: (random) => ({ type: 'ed25519', seed: random(KEY_LENGTH) }),
};

function checkedSeed(privateKey: PrivateKey): Uint8Array {
  if (privateKey.type !== 'ed25519') {
    throw new CryptoError('invalid-key', `expected an ed25519 key, got ${privateKey.type}`);
  }
  if (privateKey.seed.length !== KEY_LENGTH) {
    throw new CryptoError('invalid-key', `ed25519: expected ${KEY_LENGTH} bytes, got ${privateKey.seed.length}`);
  }
  return privateKey.seed;
}
