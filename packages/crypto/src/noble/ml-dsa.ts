import { shake256 } from '@noble/hashes/sha3.js';
import { ml_dsa44, ml_dsa65, ml_dsa87, type DSA } from '@noble/post-quantum/ml-dsa.js';
import { constantTimeEqual, copyBytes } from '@portico/bytes';
import { CryptoError } from '../error.js';
import type { KeyAlgorithm, MlDsaName, PrivateKey } from '../provider.js';

/** ML-DSA-44, FIPS 204; in certificates RFC 9881. */
export const mldsa44: KeyAlgorithm = /* @__PURE__ */ mlDsaKeys(
  'ml-dsa-44',
  { publicKey: 1312, expandedKey: 2560, signature: 2420 },
  () => ml_dsa44,
);
/** ML-DSA-65, FIPS 204; in certificates RFC 9881. */
export const mldsa65: KeyAlgorithm = /* @__PURE__ */ mlDsaKeys(
  'ml-dsa-65',
  { publicKey: 1952, expandedKey: 4032, signature: 3309 },
  () => ml_dsa65,
);
/** ML-DSA-87, FIPS 204; in certificates RFC 9881. */
export const mldsa87: KeyAlgorithm = /* @__PURE__ */ mlDsaKeys(
  'ml-dsa-87',
  { publicKey: 2592, expandedKey: 4896, signature: 4627 },
  () => ml_dsa87,
);

/** Bytes of a seed, FIPS 204 algorithm 1, and of the randomness of a signature, algorithm 2. */
const SEED_LENGTH = 32;
/** Where an expanded key holds the hash of its public key: behind rho and K, FIPS 204 algorithm 24. */
const HASH_START = 64;
const HASH_END = 128;

/** Bytes, FIPS 204 table 2. */
interface MlDsaLengths {
  readonly publicKey: number;
  readonly expandedKey: number;
  readonly signature: number;
}

/** ML-DSA with an empty context (RFC 9881 section 3, draft-ietf-tls-mldsa), never HashML-DSA; signatures are hedged. */
function mlDsaKeys(keyType: MlDsaName, lengths: MlDsaLengths, noble: () => DSA): KeyAlgorithm {
  return {
    keyType,
    verify: (publicKey, algorithm, message, signature) => {
      if (publicKey.type !== keyType || algorithm.type !== keyType) return false;
      if (publicKey.key.length !== lengths.publicKey || signature.length !== lengths.signature) return false;
      return noble().verify(signature, message, publicKey.key);
    },
    sign: (privateKey, algorithm, message, random) => {
      const secretKey = expandedKey(keyType, lengths, noble(), privateKey);
      try {
        if (algorithm.type !== keyType) {
          throw new CryptoError('unsupported-algorithm', `an ${keyType} key cannot sign ${algorithm.type}`);
        }
        return noble().sign(message, secretKey, { extraEntropy: random(SEED_LENGTH) });
      } finally {
        secretKey.fill(0);
      }
    },
    publicKey: (privateKey) => {
      const secretKey = expandedKey(keyType, lengths, noble(), privateKey);
      try {
        const key = noble().getPublicKey(secretKey);
        // What an expanded key says of its public half must be so, or its signatures would verify under no key.
        const hash = shake256(key, { dkLen: HASH_END - HASH_START });
        if (!constantTimeEqual(hash, secretKey.subarray(HASH_START, HASH_END))) {
          throw new CryptoError('invalid-key', `${keyType}: the parts of the key do not belong together`);
        }
        return { type: keyType, key };
      } finally {
        secretKey.fill(0);
      }
    },
    generate: (random) => ({ type: keyType, seed: random(SEED_LENGTH), expandedKey: null }),
  };
}

/**
 * The expanded key, in memory of its own. Where a key comes with both forms they must agree, RFC 9881 section 6.
 * @throws CryptoError `invalid-key`
 */
function expandedKey(keyType: MlDsaName, lengths: MlDsaLengths, noble: DSA, privateKey: PrivateKey): Uint8Array {
  if (privateKey.type !== keyType) {
    throw new CryptoError('invalid-key', `expected an ${keyType} key, got ${privateKey.type}`);
  }
  const { seed, expandedKey: given } = privateKey;
  if (given !== null && given.length !== lengths.expandedKey) {
    throw new CryptoError('invalid-key', `${keyType}: expected ${lengths.expandedKey} bytes, got ${given.length}`);
  }
  if (seed === null) {
    if (given === null) throw new CryptoError('invalid-key', `${keyType}: neither a seed nor an expanded key`);
    return copyBytes(given);
  }
  if (seed.length !== SEED_LENGTH) {
    throw new CryptoError('invalid-key', `${keyType}: expected a seed of ${SEED_LENGTH} bytes, got ${seed.length}`);
  }
  const { secretKey } = noble.keygen(Uint8Array.from(seed));
  if (given !== null && !constantTimeEqual(secretKey, given)) {
    secretKey.fill(0);
    throw new CryptoError('invalid-key', `${keyType}: the seed gives another key`);
  }
  return secretKey;
}
