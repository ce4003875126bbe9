import { CryptoError } from '../error.js';
import type { Hash, KeyAlgorithm, PrivateKey, PublicKey, RandomBytes, SignatureAlgorithm } from '../provider.js';
import { encodePkcs1, encodePss, verifyPkcs1, verifyPss } from './encoding.js';
import { generatePrivateKey } from './generate.js';
import { importPrivateKey, signEncodedMessage, type RsaSigningKey } from './private-key.js';
import { readPublicKey, recoverEncodedMessage, type RsaPublicKey } from './public-key.js';

/** The two kinds of RSA key: `rsaEncryption`, and `id-RSASSA-PSS`, which signs with PSS alone (RFC 4055 section 1.2). */
export type RsaKeyType = 'rsa' | 'rsa-pss';

type RsaAlgorithm = Extract<SignatureAlgorithm, { type: 'rsa-pkcs1' | 'rsa-pss' }>;

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

  /** The algorithm and its hash, if a key of this type may sign with it and the provider has the hash. */
  function usable(algorithm: SignatureAlgorithm): { readonly algorithm: RsaAlgorithm; readonly hash: Hash } | null {
    if (algorithm.type !== 'rsa-pss' && (algorithm.type !== 'rsa-pkcs1' || keyType === 'rsa-pss')) return null;
    const hash = hashes.find((candidate) => candidate.name === algorithm.hash);
    return hash === undefined ? null : { algorithm, hash };
  }

  return {
    keyType,
    verify: (publicKey, algorithm, message, signature) => {
      const use = usable(algorithm);
      if (use === null || (publicKey.type !== 'rsa' && publicKey.type !== 'rsa-pss')) return false;
      if (publicKey.type !== keyType || !restrictionAllows(publicKey, use.algorithm)) return false;
      const key = readPublicKey(publicKey.modulus, publicKey.exponent);
      if (typeof key === 'string') return false;
      const recovered = recoverEncodedMessage(key, signature);
      return recovered !== null && isEncodingOf(key, use.algorithm, use.hash, message, recovered);
    },
    sign: (privateKey, algorithm, message, random) => {
      const key = importOnce(privateKey);
      const use = usable(algorithm);
      if (use === null) {
        throw new CryptoError('unsupported-algorithm', `an ${keyType} key cannot sign ${algorithm.type} here`);
      }
      return signEncodedMessage(key, encodeMessage(key, use.algorithm, use.hash, message, random), random);
    },
    publicKey: (privateKey) => {
      const { modulus, exponent } = importOnce(privateKey).bytes;
      if (keyType === 'rsa') return { type: 'rsa', modulus, exponent };
      return { type: 'rsa-pss', modulus, exponent, restriction: null };
    },
    generate: (random) => ({ type: keyType, ...generatePrivateKey(random) }),
  };
}

/** RFC 4055 section 3.1: a PSS key's own parameters fix the hash and the least salt. */
function restrictionAllows(publicKey: PublicKey, algorithm: RsaAlgorithm): boolean {
  if (publicKey.type !== 'rsa-pss' || publicKey.restriction === null) return true;
  const { hash, minimumSaltLength } = publicKey.restriction;
  return algorithm.type === 'rsa-pss' && algorithm.hash === hash && algorithm.saltLength >= minimumSaltLength;
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
