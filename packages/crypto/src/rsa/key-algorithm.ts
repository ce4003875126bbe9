import { CryptoError } from '../error.js';
import type { Hash, KeyAlgorithm, PrivateKey, RandomBytes } from '../provider.js';
import { encodePkcs1, encodePss } from './encoding.js';
import { generatePrivateKey } from './generate.js';
import { importPrivateKey, signEncodedMessage, type RsaSigningKey } from './private-key.js';
import type { RsaPublicKey } from './public-key.js';
import { restrictionAllows } from './restriction.js';
import { rsaVerifier, usableRsa, type RsaAlgorithm, type RsaKeyType } from './verifier.js';

/**
 * RSA signatures, RFC 8017 section 8, over BigInt and the given hashes. Verifying is fast; signing is blinded and
 * checked, but BigInt is not constant time: a server does better with an ECDSA or Ed25519 key.
 */
export function createRsaKeyAlgorithm(keyType: RsaKeyType, hashes: readonly Hash[]): KeyAlgorithm {
  // Checking a key costs as much as several verifications, so each key object is checked once.
  const imported = new WeakMap<PrivateKey, RsaSigningKey>();

  function importOnce(privateKey: PrivateKey): RsaSigningKey {
    if (privateKey.type !== keyType) {
      throw new CryptoError('invalid-key', `expected an ${keyType} key, got ${privateKey.type}`);
    }
    const known = imported.get(privateKey);
    if (known !== undefined) return known;
    const key = importPrivateKey(privateKey);
    imported.set(privateKey, key);
    return key;
  }

  return {
    keyType,
    verify: rsaVerifier(keyType, hashes),
    sign: (privateKey, algorithm, message, random) => {
      const key = importOnce(privateKey);
      const use = usableRsa(keyType, hashes, algorithm);
      if (use === null || !restrictionAllows(privateKey, algorithm)) {
        throw new CryptoError('unsupported-algorithm', `this ${keyType} key cannot sign ${algorithm.type} so`);
      }
      return signEncodedMessage(key, encodeMessage(key, use.algorithm, use.hash, message, random), random);
    },
    publicKey: (privateKey) => {
      const { modulus, exponent } = importOnce(privateKey).bytes;
      if (keyType === 'rsa') return { type: 'rsa', modulus, exponent };
      const { restriction = null } = privateKey as PrivateKey & { readonly type: 'rsa-pss' };
      return { type: 'rsa-pss', modulus, exponent, restriction };
    },
    generate: (random) => ({ type: keyType, ...generatePrivateKey(random) }),
  };
}

function encodeMessage(
  key: RsaPublicKey,
  algorithm: RsaAlgorithm,
  hash: Hash,
  message: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  switch (algorithm.type) {
    case 'rsa-pkcs1':
      return encodePkcs1(hash, message, key.length);
    case 'rsa-pss': {
      const encoded = encodePss(hash, message, random(algorithm.saltLength), key.modulusBits - 1);
      if (encoded === null) throw new CryptoError('unsupported-algorithm', 'rsa-pss: hash and salt exceed the modulus');
      return encoded;
    }
  }
}
